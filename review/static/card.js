// The card: one key decides and shows the next card, which is at hand already; saving goes on behind it.

import { Outbox, notice, wire } from "./outbox.js";

const AHEAD = 6; // cards kept ready
const LOW = 3; // when so few are left, more are fetched
const QUIET = 60; // milliseconds that the page has to itself after a key
const REMEMBERED = 140; // tasks named to the server as taken
const place = document.getElementById("place");
const told = document.getElementById("told");
const unsaved = document.getElementById("unsaved");
const query = place.dataset.query;
const outbox = new Outbox(report);
const visited = new Set(outbox.waiting.map((item) => item.task));
const past = [];
const done = new Map();
let ahead = [];
let loading = null;
let end = false;

const box = () => place.querySelector(".cardbox");
const taskOf = (node) => Number(node.dataset.task);
const others = (node) => node.dataset.same.split(",").filter(Boolean).map(Number);
const suffix = query ? `?${query}` : "";

function report(state) {
  notice(unsaved, state);
  const mark = place.querySelector(".saving");
  if (mark) mark.textContent = state.waiting.length ? place.dataset.saving : past.length ? place.dataset.saved : "";
}

// Cards ahead -------------------------------------------------------------------------------------------------

function fill() {
  if (loading || end || ahead.length > LOW) return loading;
  const last = ahead.length ? ahead.at(-1) : box();
  const taken = [...visited, ...[box(), ...ahead].map(taskOf)].slice(-REMEMBERED);
  const url = `/cards/${taskOf(last)}/ahead?${query ? `${query}&` : ""}limit=${AHEAD - ahead.length}&taken=${taken.join(",")}`;
  loading = fetch(url)
    .then((answer) => (answer.ok && !answer.redirected ? answer.json() : Promise.reject(answer.status)))
    .then((found) => {
      const known = new Set([...visited, ...[box(), ...ahead].map(taskOf)]);
      ahead.push(...found.cards.filter((card) => !known.has(card.task)).map(prepared));
      end = found.end;
      loading = null;
      return true;
    })
    .catch(() => {
      loading = null;
      return false;
    });
  return loading;
}

function prepared(card) {
  const frame = document.createElement("template");
  frame.innerHTML = card.html;
  for (const picture of card.pictures) new Image().src = picture;
  return frame.content.querySelector(".cardbox");
}

function show(node) {
  const sheet = node.dataset.sheet;
  if (!done.has(sheet)) done.set(sheet, Number(node.dataset.done));
  const pace = node.querySelector(".pace");
  pace.querySelector(".n").textContent = `${done.get(sheet)} / ${node.dataset.total}`;
  pace.querySelector("progress").value = done.get(sheet);
  place.replaceChildren(node);
  place.removeAttribute("aria-busy");
  history.replaceState(null, "", `/cards/${taskOf(node)}${suffix}`);
  document.title = `${node.dataset.title} · LOSI Scout`;
  scrollTo(0, 0);
  node.querySelector("h1").focus({ preventScroll: true });
  report(outbox);
  requestAnimationFrame(() => setTimeout(measured));
}

function measured() {
  if (!performance.getEntriesByName("losi-key").length) return;
  performance.measure("losi-next", "losi-key");
  performance.clearMarks("losi-key");
}

async function next() {
  if (!ahead.length) {
    place.setAttribute("aria-busy", "true");
    told.textContent = place.dataset.loading;
    const current = box();
    await fill();
    if (!ahead.length) await outbox.empty();
    if (!ahead.length && end) return leave(`/next${suffix}`);
    if (!ahead.length) return void setTimeout(() => box() === current && next(), 1000);
  }
  show(ahead.shift());
  setTimeout(fill, QUIET);
}

async function leave(address) {
  await outbox.empty();
  location.assign(address);
}

// What a person does --------------------------------------------------------------------------------------------

function decide(verdict, bulk = false) {
  if (place.getAttribute("aria-busy")) return;
  const node = box();
  const form = node.querySelector("#decision");
  const chosen = node.querySelector(".pick:checked");
  const field = (name) => form.elements[name]?.value.trim() || null;
  const proof = chosen && (verdict === "yes" || chosen.dataset.chosen) ? Number(chosen.value) : null;
  const body = { verdict, proof, url: field("url"), comment: field("comment"), seen: Number(field("seen")) || null, onward: false };
  outbox.push(`cards/${taskOf(node)}/decision`, taskOf(node), body);
  const same = bulk ? others(node) : [];
  if (same.length) outbox.push(`cards/${taskOf(node)}/same`, taskOf(node), { tasks: same });
  remember(node, verdict, same);
  told.textContent = form.querySelector(`[value="${verdict}"]`).firstChild.textContent;
  next();
}

function remember(node, verdict, same) {
  const counted = verdict === "skip" || node.dataset.mine in { yes: 1, no: 1, unsure: 1 } ? 0 : 1;
  count(node, counted + same.length);
  past.push({ node, same, counted });
  for (const task of [taskOf(node), ...same]) visited.add(task);
  ahead = ahead.filter((other) => !same.includes(taskOf(other)));
}

function count(node, more) {
  const sheet = node.dataset.sheet;
  done.set(sheet, (done.get(sheet) ?? Number(node.dataset.done)) + more);
}

async function undo() {
  const last = past.pop();
  if (!last) {
    await outbox.empty();
    return box().querySelector("#undo").submit();
  }
  for (const task of [taskOf(last.node), ...last.same]) {
    outbox.push("undo", task, { task });
    visited.delete(task);
  }
  count(last.node, -last.counted - last.same.length);
  if (last.same.length) end = false;
  if (box() !== last.node) ahead.unshift(box());
  place.removeAttribute("aria-busy");
  told.textContent = place.dataset.undone;
  show(last.node);
}

function choose(number) {
  const pick = box().querySelector(`.proofs .pick[value="${number}"]`);
  if (!pick) return;
  pick.checked = true;
  pick.dataset.chosen = "1";
  const item = pick.closest("li");
  item.scrollIntoView({ block: "nearest" });
  told.textContent = `${number}: ${item.querySelector("q")?.textContent ?? ""}`;
}

function archived() {
  const chosen = box().querySelector(".pick:checked")?.closest("li") ?? box();
  chosen.querySelector("[data-archived]")?.click();
}

function open(part) {
  const details = box().querySelector("[data-own]");
  details.open = true;
  details.querySelector(part).focus();
}

const KEYS = {
  y: () => decide("yes"),
  n: () => decide("no"),
  u: () => decide("unsure"),
  s: () => decide("skip"),
  b: () => others(box()).length && decide("yes", true),
  z: undo,
  a: archived,
  p: () => open("[name=url]"),
  c: () => open("textarea"),
  "/": () => dialog("find"),
  "?": () => dialog("help"),
};

function dialog(id) {
  document.getElementById(id).showModal();
}

// The Latin letter of a key, on keyboards for other scripts as well.
function letter(event) {
  if (/^[a-z0-9/?]$/i.test(event.key)) return event.key.toLowerCase();
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return /^Key[A-Z]$/.test(event.code) && !/^[\x20-\x7e]$/.test(event.key) ? event.code.slice(3).toLowerCase() : "";
}

const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = letter(event);
  const does = /^[1-9]$/.test(key) ? () => choose(key) : KEYS[key];
  if (!does || (key !== "?" && localStorage.getItem("losi-keys") === "off")) return;
  event.preventDefault();
  if ("ynusbz".includes(key)) performance.mark("losi-key");
  does();
});

document.addEventListener("submit", (event) => {
  const does = {
    decision: () => decide(event.submitter?.value || "yes"),
    same: () => decide("yes", true),
    undo,
  }[event.target.id];
  if (!does) return;
  event.preventDefault();
  does();
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".pick")) event.target.dataset.chosen = "1";
  if (event.target.id === "keys") localStorage.setItem("losi-keys", event.target.checked ? "on" : "off");
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) dialog(opener.dataset.open);
  event.target.closest("[data-close]")?.closest("dialog").close();
  if (event.target.closest("[data-archived]")) {
    const frame = box().querySelector(".archive");
    frame.hidden = false;
    frame.scrollIntoView({ block: "nearest" });
  }
});

document.getElementById("keys").checked = localStorage.getItem("losi-keys") !== "off";
wire(unsaved, outbox);
fill();
