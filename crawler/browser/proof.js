(proof) => {
  const squash = (text) => (text || "").normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
  const skipped = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "META", "LINK", "TITLE"]);
  const quote = squash(proof.quote);
  const words = squash(proof.words);
  const target = (() => {
    try {
      const url = new URL(proof.href, document.baseURI);
      return proof.href && url.protocol !== "javascript:" && !url.href.endsWith("#") ? url.href : "";
    } catch {
      return "";
    }
  })();
  const keys = [...new Set([quote, quote.slice(0, 80).trim(), words])].filter((key) => key.length > 1);

  const boxOf = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };
  };
  const isSeen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = boxOf(element);
    const style = getComputedStyle(element);
    if (style.clipPath === "inset(50%)" || style.clip === "rect(0px, 0px, 0px, 0px)") return false;
    for (let node = element.parentElement; node && node !== document.body; node = node.parentElement) {
      const closed = node.clientHeight < 4 || node.clientWidth < 4;
      if (closed && ["hidden", "clip"].includes(getComputedStyle(node).overflowY)) return false;
    }
    const wide = Math.max(document.documentElement.scrollWidth, innerWidth);
    return box.width >= 4 && box.height >= 4 && box.x + box.width > 0 && box.y + box.height > 0 && box.x < wide;
  };
  const plain = (element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let text = "";
    while (walker.nextNode()) if (!skipped.has(walker.currentNode.parentElement?.tagName)) text += walker.currentNode.data;
    return squash(text);
  };
  const said = (element) =>
    squash([
      plain(element),
      ...["alt", "title", "aria-label", "placeholder", "value"].map((name) => element.getAttribute(name) || ""),
      ...[...element.querySelectorAll("img[alt], [title], [aria-label], [placeholder], input[value]")].flatMap((inner) =>
        ["alt", "title", "aria-label", "placeholder", "value"].map((name) => inner.getAttribute(name) || ""),
      ),
    ].join(" "));
  const holds = (element) => keys.some((key) => said(element).includes(key));

  const bySelector = () => {
    try {
      const found = proof.selector ? document.querySelector(proof.selector) : null;
      return found && !skipped.has(found.tagName) && document.body?.contains(found) ? found : null;
    } catch {
      return null;
    }
  };
  const smallest = (key) => {
    const found = [];
    const descend = (element) => {
      if (found.length >= 40 || skipped.has(element.tagName) || !squash(element.textContent).includes(key)) return false;
      let below = false;
      for (const child of element.children) below = descend(child) || below;
      if (below) return true;
      if (!plain(element).includes(key)) return false;
      found.push(element);
      return true;
    };
    if (document.body) descend(document.body);
    return found;
  };
  const labelled = (key) =>
    [...document.querySelectorAll("[alt], [title], [aria-label], [placeholder], input[value]")].filter(
      (element) =>
        !skipped.has(element.tagName) &&
        ["alt", "title", "aria-label", "placeholder", "value"].some((name) =>
          squash(element.getAttribute(name)).includes(key),
        ),
    );
  const leading = () =>
    target ? [...document.querySelectorAll("a[href], area[href]")].filter((link) => link.href === target) : [];
  const best = (found) => {
    const linked = target ? found.filter((element) => element.closest("a[href]")?.href === target) : [];
    const pool = linked.length ? linked : found;
    return pool.find(isSeen) || pool[0] || null;
  };
  const find = () => {
    const named = bySelector();
    if (named && (!keys.length || holds(named))) return [named, "selector"];
    for (const key of keys.slice(0, 2)) {
      const found = best([...smallest(key), ...labelled(key)]);
      if (found) return [found, "text"];
    }
    const link = best(leading());
    if (link) return [link, "link"];
    const found = words.length > 3 ? best([...smallest(words), ...labelled(words)]) : null;
    if (found) return [found, "words"];
    return [null, ""];
  };

  const undo = [];
  const remember = (element) => {
    const before = ["style", "hidden", "inert", "open"].map((name) => [name, element.getAttribute(name)]);
    undo.push(() => {
      for (const [name, value] of before) {
        if (value === null) element.removeAttribute(name);
        else element.setAttribute(name, value);
      }
    });
  };
  const set = (element, name, value) => element.style.setProperty(name, value, "important");
  const reveal = (element) => {
    for (let node = element; node && node !== document.documentElement; node = node.parentElement) {
      remember(node);
      if (node.tagName === "DETAILS") node.open = true;
      if (node.tagName === "DIALOG") node.setAttribute("open", "");
      node.removeAttribute("hidden");
      node.removeAttribute("inert");
      const style = getComputedStyle(node);
      if (style.display === "none") set(node, "display", node.tagName === "LI" ? "list-item" : "block");
      if (style.visibility !== "visible") set(node, "visibility", "visible");
      if (Number(style.opacity) < 0.9) set(node, "opacity", "1");
      if (style.contentVisibility === "hidden") set(node, "content-visibility", "visible");
      if (style.clipPath !== "none") set(node, "clip-path", "none");
      if (style.clip !== "auto") set(node, "clip", "auto");
      if (style.transform !== "none" && !isSeen(element)) set(node, "transform", "none");
      if (style.overflow !== "visible" && (node.clientHeight < 4 || node.clientWidth < 4)) {
        for (const name of ["height", "width", "max-height", "max-width"])
          set(node, name, name.startsWith("max") ? "none" : "auto");
        set(node, "overflow", "visible");
      }
      const box = boxOf(node);
      const away = box.x + box.width <= 0 || box.y + box.height <= 0 || box.x >= innerWidth;
      if (["absolute", "fixed"].includes(style.position) && away) {
        for (const name of ["left", "right", "top", "margin-left"]) set(node, name, name === "left" ? "0" : "auto");
      }
      if (style.position !== "static") set(node, "z-index", "2147483000");
    }
  };
  const around = (element, last) => {
    for (let node = element, up = 0; node && node !== document.body && up < 6; node = node.parentElement, up += 1) {
      if (isSeen(node)) return node;
      if (node === last) return null;
    }
    return null;
  };

  const [found, how] = find();
  if (!found) return null;
  let shown = isSeen(found) ? found : null;
  const control = found.closest("a, button, label, summary");
  if (!shown && control) shown = around(found, control);
  let revealed = false;
  if (!shown) {
    reveal(found);
    shown = around(found, control || found.parentElement);
    revealed = Boolean(shown);
  }
  if (!shown) {
    undo.reverse().forEach((step) => step());
    return null;
  }
  shown.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  globalThis.losiProof = { shown, keys, revealed, undo, remember };
  return { how, revealed };
}
