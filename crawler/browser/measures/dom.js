/* What the measuring scripts share: selectors that find an element again, what is seen, and short texts. */

/* A form whose controls are named `id` or `parentElement` gives the control for the property; these ask past it. */
const past = (prototype, name) => {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name);
  return node => get.call(node);
};
const parentOf = past(Node.prototype, "parentElement");
const childrenOf = past(Element.prototype, "children");

const unique = id => document.querySelectorAll(`#${CSS.escape(id)}`).length === 1;

/** CSS path from the nearest ancestor with an id of its own, or from `html`. */
const selectorOf = element => {
  const steps = [];
  for (let node = element; node && node.nodeType === 1; node = parentOf(node)) {
    const id = node.getAttribute("id");
    if (id && unique(id)) {
      steps.unshift(`#${CSS.escape(id)}`);
      break;
    }
    const parent = parentOf(node);
    const alike = parent ? [...childrenOf(parent)].filter(other => other.tagName === node.tagName) : [];
    const tag = node.localName;
    steps.unshift(alike.length > 1 ? `${CSS.escape(tag)}:nth-of-type(${alike.indexOf(node) + 1})` : CSS.escape(tag));
  }
  return steps.join(" > ");
};

const shorten = text => text.replace(/\s+/g, " ").trim().slice(0, 80);

const showing = new Map();

/** Whether neither the element nor what holds it is cut down to a pixel, as text for screen readers alone is. */
const isShowing = element => {
  if (!element || element === document.body || element === document.documentElement) return true;
  if (!showing.has(element)) {
    const style = getComputedStyle(element);
    const tiny = style.overflowX !== "visible" && (element.clientWidth <= 1 || element.clientHeight <= 1);
    const cut = style.clip === "rect(0px, 0px, 0px, 0px)" || ["inset(50%)", "inset(100%)"].includes(style.clipPath);
    showing.set(
      element,
      !cut && !(tiny && !["inline", "contents"].includes(style.display)) && isShowing(parentOf(element)),
    );
  }
  return showing.get(element);
};

/** Whether the element is painted somewhere: not hidden by style, not for screen readers alone. */
const isSeen = element => {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }))
    return false;
  return isShowing(element);
};

const pageBox = box => ({
  left: box.left + scrollX,
  right: box.right + scrollX,
  top: box.top + scrollY,
  bottom: box.bottom + scrollY,
  width: box.width,
  height: box.height,
});

/** Pieces of text that are seen: [node, element, box on the page, characters]; of a page without end, the beginning. */
const seenTexts = () => {
  const out = [];
  const walker = document.createTreeWalker(document.body || document.documentElement, NodeFilter.SHOW_TEXT);
  const skipped = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "OPTION", "TEXTAREA", "TITLE"]);
  for (let node = walker.nextNode(); node && out.length < 20000; node = walker.nextNode()) {
    const element = parentOf(node);
    const characters = node.data.replace(/\s+/g, " ").trim().length;
    if (!characters || !element || skipped.has(element.tagName)) continue;
    if (!isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = pageBox(range.getBoundingClientRect());
    if (box.width && box.height && box.right > 0 && box.bottom > 0)
      out.push({ element, box, characters, text: node.data });
  }
  return out;
};

/** Whether the reader can scroll the page sideways at all. */
const scrollsSideways = () =>
  [document.documentElement, document.body || document.documentElement].every(
    root => !["hidden", "clip"].includes(getComputedStyle(root).overflowX),
  );

/** Whether something around the element, below the page itself, keeps what is too wide to itself. */
const isContained = element => {
  for (
    let node = parentOf(element);
    node && node !== document.body && node !== document.documentElement;
    node = parentOf(node)
  ) {
    if (getComputedStyle(node).overflowX !== "visible") return true;
  }
  return false;
};

/** How much smaller the page is seen than it is laid out: 1, or less where it was laid out for a wider screen. */
const seenScale = width => Math.min(1, width / document.documentElement.clientWidth);

const px = number => `${Math.round(number)} px`;

const exampleOf = (element, text, size) => ({ selector: selectorOf(element), text: shorten(text || ""), size });

const nameOf = element => element.innerText || element.getAttribute("aria-label") || element.alt || "";
