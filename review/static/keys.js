// Single keys, and the windows that tell them: for an assessor's card and for a supervisor's.

const OFF = "losi-keys"; // "off" where a person switched single keys off in this browser

// The Latin letter or the digit of a key, on keyboards for other scripts and those with digits above as well.
function letter(event) {
  if (/^[a-z0-9/?]$/i.test(event.key)) return event.key.toLowerCase();
  if (/^Digit[1-9]$/.test(event.code) && !event.shiftKey) return event.code.slice(5);
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return /^Key[A-Z]$/.test(event.code) && !/^[\x20-\x7e]$/.test(event.key) ? event.code.slice(3).toLowerCase() : "";
}

const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");

export function dialog(id) {
  document.getElementById(id).showModal();
}

// Does what `find` gives for a key, but "?" alone where single keys are off; `pressed` hears of it before.
export function onKeys(find, pressed = () => {}) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = letter(event);
    const does = find(key);
    if (!does || (key !== "?" && localStorage.getItem(OFF) === "off")) return;
    event.preventDefault();
    pressed(key);
    does();
  });
}

// Opens and closes windows by their buttons; the box in the window of keys switches single keys on and off.
export function wireDialogs() {
  const box = document.getElementById("keys");
  box.checked = localStorage.getItem(OFF) !== "off";
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "on" : "off"));
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) dialog(opener.dataset.open);
    event.target.closest("[data-close]")?.closest("dialog").close();
  });
}

// Shows the frame in which the links to archived pages open.
export function wireArchive() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-archived]")) return;
    const frame = document.querySelector(".archive");
    frame.hidden = false;
    frame.scrollIntoView({ block: "nearest" });
  });
}
