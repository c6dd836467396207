/* What is seen of the page, to compare engines: its words, its length, its links. Argument: {words}. */
rules => {
  const texts = seenTexts();
  const words =
    texts
      .map(text => text.text)
      .join(" ")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) || [];
  return {
    characters: texts.reduce((sum, text) => sum + text.characters, 0),
    links: [...document.querySelectorAll("a[href]")].filter(isSeen).length,
    words: [...new Set(words)].slice(0, rules.words),
  };
};
