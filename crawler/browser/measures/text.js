/* Characters of text that are seen, too small, and cut off at the edge. Argument: {width, small, kept}. */
rules => {
  const layout = document.documentElement.clientWidth;
  const texts = seenTexts();
  const count = list => list.reduce((sum, text) => sum + text.characters, 0);
  const examples = (list, size) => {
    const elements = new Map();
    for (const text of list) if (!elements.has(text.element)) elements.set(text.element, text);
    return [...elements.values()].slice(0, rules.kept).map(t => exampleOf(t.element, t.text, size(t)));
  };
  const sizeOf = text => parseFloat(getComputedStyle(text.element).fontSize) * seenScale(rules.width);
  const small = texts.filter(text => sizeOf(text) < rules.small - 0.01);
  const cut = scrollsSideways()
    ? []
    : texts.filter(t => t.box.left < layout && t.box.right > layout + 5 && !isContained(t.element));
  return {
    characters: count(texts),
    cut: count(cut),
    cut_first: examples(cut, t => `ends at ${px(t.box.right)} of ${px(layout)}`),
    small: count(small),
    small_first: examples(small, t => `${Math.round(sizeOf(t) * 10) / 10} px`),
  };
};
