/* Links and controls by size and spacing: WCAG 2.2, 2.5.8. Argument: {width, target, comfortable, kept}. */
rules => {
  const layout = document.documentElement.clientWidth;
  const scale = seenScale(rules.width);
  const selector =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], " +
    "[role=checkbox], [role=radio], [role=switch], [role=tab], [role=menuitem], [onclick]";
  const boxOf = element => {
    const boxes = [
      element,
      ...(element.matches("a, button") ? element.querySelectorAll("img, svg, picture, span, div") : []),
    ]
      .map(e => pageBox(e.getBoundingClientRect()))
      .filter(b => b.width && b.height);
    if (!boxes.length) return null;
    const left = Math.min(...boxes.map(b => b.left)),
      right = Math.max(...boxes.map(b => b.right));
    const top = Math.min(...boxes.map(b => b.top)),
      bottom = Math.max(...boxes.map(b => b.bottom));
    return { left, right, top, bottom, width: right - left, height: bottom - top };
  };
  const inSentence = element => {
    if (getComputedStyle(element).display !== "inline") return false;
    const block = element.closest("p, li, td, th, dd, dt, blockquote, figcaption, caption, label, div, section, body");
    const around =
      (block.innerText || "").length -
      [...block.querySelectorAll("a, button")].reduce((n, e) => n + (e.innerText || "").length, 0);
    return around >= 15;
  };
  const ofBrowser = (element, box) =>
    element.matches("input[type=checkbox], input[type=radio]") &&
    getComputedStyle(element).appearance !== "none" &&
    Math.round(box.width) === 13 &&
    Math.round(box.height) === 13;
  const targets = [...document.querySelectorAll(selector)]
    .slice(0, 3000)
    .filter(element => !element.disabled && isSeen(element) && getComputedStyle(element).pointerEvents !== "none")
    .map(element => ({ element, box: boxOf(element) }))
    .filter(({ box }) => box && box.width > 1 && box.height > 1 && box.right > 0 && box.left < layout);
  const limit = rules.target - 0.5;
  const undersized = targets.filter(({ box }) => box.width * scale < limit || box.height * scale < limit);
  const isUndersized = new Set(undersized);
  const centre = box => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const near = (one, other) => {
    const radius = rules.target / 2 / scale;
    const [x, y] = centre(one.box);
    if (isUndersized.has(other)) {
      const [ox, oy] = centre(other.box);
      return Math.hypot(ox - x, oy - y) < 2 * radius - 0.5;
    }
    const dx = Math.max(other.box.left - x, 0, x - other.box.right),
      dy = Math.max(other.box.top - y, 0, y - other.box.bottom);
    return Math.hypot(dx, dy) < radius - 0.5;
  };
  const sameTarget = (one, other) =>
    one.element.contains(other.element) ||
    other.element.contains(one.element) ||
    (one.element.href && one.element.href === other.element.href);
  const crowded = one => targets.some(other => other !== one && near(one, other) && !sameTarget(one, other));
  const missed = undersized.filter(t => !inSentence(t.element) && !ofBrowser(t.element, t.box) && crowded(t));
  const tight = targets.filter(
    ({ box }) => box.width * scale < rules.comfortable || box.height * scale < rules.comfortable,
  );

  return {
    targets: targets.length,
    missed: missed.length,
    missed_first: missed
      .slice(0, rules.kept)
      .map(({ element, box }) =>
        exampleOf(element, nameOf(element), `${px(box.width * scale)} x ${px(box.height * scale)}`),
      ),
    tight: tight.length,
  };
};
