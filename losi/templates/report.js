(() => {
  const form = document.getElementById("filters");
  const cards = [...document.querySelectorAll(".question")];
  const apply = () => {
    const criterion = form.elements.criterion.value;
    const states = new Set([...form.querySelectorAll("[name=state]:checked")].map((box) => box.value));
    let shown = 0;
    for (const card of cards) {
      const chapter = card.closest(".chapter");
      card.hidden = !states.has(card.dataset.state) || (criterion !== "" && chapter.id !== criterion);
      shown += card.hidden ? 0 : 1;
    }
    for (const chapter of document.querySelectorAll(".chapter")) {
      chapter.hidden = !chapter.querySelector(".question:not([hidden])");
    }
    document.getElementById("shown").textContent = `${shown} of ${cards.length} questions`;
  };
  form.hidden = false;
  form.addEventListener("change", apply);
  apply();
})();
