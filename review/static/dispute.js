// A supervisor's card: y, n and u decide; the archived page opens in its frame.

const KEYS = { KeyY: "yes", KeyN: "no", KeyU: "unsure" };

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.key === "Escape") return document.activeElement.blur();
  if (event.target.closest("input, textarea, select") || localStorage.getItem("losi-keys") === "off") return;
  const latin = /^[a-z]$/i.test(event.key) ? `Key${event.key.toUpperCase()}` : event.code;
  const verdict = KEYS[latin];
  if (verdict) document.querySelector(`button[value="${verdict}"]`).click();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-archived]")) return;
  const frame = document.querySelector(".archive");
  frame.hidden = false;
  frame.scrollIntoView({ block: "nearest" });
});
