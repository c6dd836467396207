(asked) => {
  const { shown, keys, revealed, undo, remember } = globalThis.losiProof;
  const squash = (text) => text.normalize("NFKC").toLowerCase();
  const union = (boxes) => {
    const seen = boxes.filter((box) => box.width > 1 && box.height > 1);
    if (!seen.length) return null;
    const left = Math.min(...seen.map((box) => box.left));
    const top = Math.min(...seen.map((box) => box.top));
    const right = Math.max(...seen.map((box) => box.right));
    const bottom = Math.max(...seen.map((box) => box.bottom));
    return { left, top, right, bottom, width: right - left, height: bottom - top };
  };
  const textBox = () => {
    const nodes = [];
    const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    let text = "";
    const places = [];
    for (const node of nodes) {
      for (let index = 0; index < node.data.length; index += 1) {
        const letter = squash(node.data[index]);
        const plain = /\s/u.test(letter) ? " " : letter;
        if (plain === " " && (text.endsWith(" ") || !text)) continue;
        for (const one of plain) {
          text += one;
          places.push([node, index]);
        }
      }
    }
    for (const key of keys) {
      const start = text.indexOf(key);
      if (start < 0) continue;
      const range = document.createRange();
      range.setStart(...places[start]);
      const [node, index] = places[start + key.length - 1];
      range.setEnd(node, index + 1);
      const box = union([...range.getClientRects()]);
      if (box) return box;
    }
    return null;
  };
  const visible = (box) =>
    box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const wide = shown.getBoundingClientRect();
  const own = union([...shown.getClientRects()]) || wide;
  let box = own;
  if (own.height > asked.tall || own.width > asked.wide) box = textBox() || own;
  if (!visible(box)) {
    scrollBy({ top: (box.top + box.bottom) / 2 - innerHeight / 2, behavior: "instant" });
    box = own.height > asked.tall || own.width > asked.wide ? textBox() || shown.getBoundingClientRect() : shown.getBoundingClientRect();
  }

  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 2);
  for (let tries = 0; tries < 8; tries += 1) {
    const above = document.elementFromPoint(x, y);
    if (!above || shown.contains(above) || above.contains(shown)) break;
    let cover = above;
    for (let node = above; node && node !== document.body && !node.contains(shown); node = node.parentElement) {
      cover = node;
      if (["fixed", "sticky", "absolute"].includes(getComputedStyle(node).position)) break;
    }
    if (cover.contains(shown)) break;
    remember(cover);
    cover.style.setProperty("visibility", "hidden", "important");
  }

  const gap = 4;
  const frame = document.createElement("div");
  const rules = {
    all: "initial", position: "fixed", "box-sizing": "border-box", "pointer-events": "none", "z-index": "2147483647",
    left: `${box.left - gap}px`, top: `${box.top - gap}px`,
    width: `${box.right - box.left + 2 * gap}px`, height: `${box.bottom - box.top + 2 * gap}px`,
    border: "3px solid #d6006c", "border-radius": "4px", "box-shadow": "0 0 0 2px #fff, 0 0 0 5px rgba(214, 0, 108, .25)",
    display: "block", visibility: "visible", opacity: "1",
  };
  for (const [name, value] of Object.entries(rules)) frame.style.setProperty(name, value, "important");
  document.documentElement.append(frame);
  const parts = [frame];
  if (revealed) {
    const label = document.createElement("div");
    label.textContent = "hidden on the page; made visible for this picture";
    const under = box.bottom + gap + 26 < innerHeight;
    const text = {
      all: "initial", position: "fixed", "z-index": "2147483647", "pointer-events": "none",
      left: `${Math.min(Math.max(box.left - gap, 4), innerWidth - 400)}px`,
      top: `${under ? box.bottom + gap + 4 : box.top - gap - 24}px`,
      font: "13px/18px sans-serif", color: "#fff", background: "#d6006c", padding: "1px 6px", "border-radius": "3px",
    };
    for (const [name, value] of Object.entries(text)) label.style.setProperty(name, value, "important");
    document.documentElement.append(label);
    parts.push(label);
  }
  undo.push(() => parts.forEach((part) => part.remove()));
  return {
    left: Math.max(0, box.left), top: Math.max(0, box.top),
    right: Math.min(innerWidth, box.right), bottom: Math.min(innerHeight, box.bottom),
  };
}
