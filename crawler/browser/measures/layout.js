/* The width a page is laid out for, how far it scrolls sideways, and what reaches furthest. Argument: {kept}. */
rules => {
  const root = document.documentElement;
  const body = document.body || root;
  const layout = root.clientWidth;
  const overflow = scrollsSideways() ? Math.max(0, Math.max(root.scrollWidth, body.scrollWidth) - layout) : 0;
  const fixed = element => {
    for (let node = element; node; node = parentOf(node)) if (getComputedStyle(node).position === "fixed") return true;
    return false;
  };
  const widest = () => {
    const reach = [...body.querySelectorAll("*")]
      .slice(0, 20000)
      .map(e => [e.getBoundingClientRect().right + scrollX, e]);
    const found = [...reach, ...seenTexts().map(({ element, box }) => [box.right, element])]
      .filter(([right]) => right > layout + 1)
      .sort((a, b) => b[0] - a[0])
      .slice(0, 3000);
    const loose = new Map();
    for (const [right, element] of found) {
      if (loose.size >= 50) break;
      if (!loose.has(element) && isSeen(element) && !isContained(element) && !fixed(element)) loose.set(element, right);
    }
    const inner = [...loose].filter(
      ([e, right]) => ![...loose].some(([o, r]) => r === right && o !== e && e.contains(o)),
    );
    return inner
      .slice(0, rules.kept)
      .map(([element, right]) => exampleOf(element, nameOf(element), `reaches ${px(right)} of ${px(layout)}`));
  };

  const meta = [...document.querySelectorAll("meta[name=viewport i]")].at(-1);
  const viewport = meta ? meta.content : "";
  const maximum = /maximum-scale\s*=\s*([\d.]+)/i.exec(viewport);
  return {
    viewport,
    layout_width: layout,
    overflow: Math.round(overflow),
    widest: overflow > 1 ? widest() : [],
    zoom: !/user-scalable\s*=\s*(no|0)\b/i.test(viewport) && !(maximum && parseFloat(maximum[1]) < 2),
  };
};
