// The card: one key decides and shows the next card, which is at hand already; saving goes on behind it.

import { dialog, onKeys, wireArchive, wireDialogs } from "./keys.js";
import { Moves } from "./moves.js";
import { Outbox, cards, notice, wire } from "./outbox.js";
import { putBack, takeOff } from "./refused.js";

const AHEAD = 6; // cards kept ready
const LOW = 3; // when so few are left, more are fetched
const QUIET = 60; // milliseconds that the page has to itself after a key
const SENT = 50; // keys named to the server, the newest
const REMEMBERED = 140; // tasks named to the server as taken
const place = document.getElementById("place");
const told = document.getElementById("told");
const unsaved = document.getElementById("unsaved");
const query = place.dataset.query;
const outbox = new Outbox(report, { refused: unsay, dropped: (item) => takeOff(box(), item) });
const carried = outbox.waiting; // what an earlier page of this window, or one that was closed, could not send
const visited = new Set(carried.map((item) => item.task));
const past = [];
const moves = new Moves();
const done = new Map();
let ahead = [];
let loading = null;
let end = false;
let wait = 0; // counts what is waited for: who undoes, or goes on, waits no longer for what came before

const box = () => place.querySelector(".cardbox");
const taskOf = (node) => Number(node.dataset.task);
const others = (node) => node.dataset.same.split(",").filter(Boolean).map(Number).filter((task) => !visited.has(task));
const answeredOn = (node) => Number(node.querySelector("#decision").elements.answered.value);
const seenOn = (node) => Number(node.querySelector("#decision").elements.seen?.value) || null;
const decided = (verdict) => Number(["yes", "no", "unsure"].includes(verdict));
const suffix = query ? `?${query}` : "";

// The keys under which this window has sent something of a task: an answer of another window is none of its own.
function sent(task) {
  const before = carried.filter((item) => cards(item).includes(task)).map((item) => item.key);
  return [...before, ...moves.keys(task)].slice(-SENT);
}

// Whether what was last said of the task here was refused since the card is another now.
const stale = (task) => outbox.unsaved.some((item) => item.stale && cards(item).includes(task));

function report(state) {
  notice(unsaved, state);
  putBack(box(), state.unsaved);
  const saved = past.length && moves.of(past.at(-1).keys).length;
  place.querySelector(".saving").textContent = state.waiting.length ? place.dataset.saving : saved ? place.dataset.saved : "";
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
  pace(node);
  place.replaceChildren(node);
  place.removeAttribute("aria-busy");
  history.replaceState(null, "", `/cards/${taskOf(node)}${suffix}`);
  document.title = `${node.dataset.title} · LOSI Scout`;
  scrollTo(0, 0);
  node.querySelector("h1").focus({ preventScroll: true });
  report(outbox);
  requestAnimationFrame(() => setTimeout(measured));
}

function pace(node) {
  count(node, 0);
  const now = done.get(node.dataset.sheet);
  const shown = node.querySelector(".pace");
  shown.querySelector(".n").textContent = `${now} / ${node.dataset.total}`;
  shown.querySelector("progress").value = now;
  shown.querySelector("progress").ariaLabel = shown.dataset.words.replace("{done}", now);
}

function measured() {
  if (!performance.getEntriesByName("losi-key").length) return;
  performance.measure("losi-next", "losi-key");
  performance.clearMarks("losi-key");
}

async function next() {
  const mine = ++wait;
  if (!ahead.length) {
    place.setAttribute("aria-busy", "true");
    told.textContent = place.dataset.loading;
    await fill();
    if (!ahead.length) await outbox.empty();
    if (mine !== wait) return;
    if (!ahead.length && end) return location.assign(`/next${suffix}`);
    if (!ahead.length) return void setTimeout(() => mine === wait && next(), 1000);
  }
  show(ahead.shift());
  setTimeout(fill, QUIET);
}

// What a person does --------------------------------------------------------------------------------------------

function decide(verdict, bulk = false) {
  if (place.getAttribute("aria-busy")) return;
  const node = box();
  const form = node.querySelector("#decision");
  const chosen = node.querySelector(".pick:checked");
  const field = (name) => form.elements[name]?.value.trim() || null;
  const proof = chosen && (verdict === "yes" || chosen.dataset.chosen) ? Number(chosen.value) : null;
  const task = taskOf(node);
  const mine = { answered: answeredOn(node), sent: sent(task) };
  const body = { verdict, proof, url: field("url"), comment: field("comment"), seen: seenOn(node), ...mine, onward: false };
  const key = outbox.push(`cards/${task}/decision`, task, body);
  say(key, node, task, verdict);
  past.push({ node, keys: [key, ...(bulk ? alsoYes(node) : [])] });
  told.textContent = form.querySelector(`[value="${verdict}"]`).firstChild.textContent;
  next();
}

// Says yes to the cards with the same proof; the keys of what is sent.
function alsoYes(node) {
  const same = others(node);
  if (!same.length) return [];
  const key = outbox.push(`cards/${taskOf(node)}/same`, taskOf(node), { tasks: same, seen: seenOn(node) });
  for (const task of same) say(key, node, task, "yes");
  ahead = ahead.filter((other) => !same.includes(taskOf(other)));
  return [key];
}

// The task has this verdict from now on, none if it is empty; `node` is the card in view when that is said.
function say(key, node, task, verdict) {
  change(node, task, () => moves.add({ key, node, task, verdict }));
}

// What was refused was never said, nor what would have taken it back.
function unsay({ key }, idle) {
  for (const move of moves.of([key, ...idle])) change(move.node, move.task, () => moves.remove(move));
  pace(box());
}

// Counts what a change does to a task; a card with the same proof is shown once more if that opens it.
function change(node, task, does) {
  const before = moves.verdict(task, node);
  does();
  const now = moves.verdict(task, node);
  count(node, decided(now) - decided(before));
  if (now) visited.add(task);
  else if (task !== taskOf(node)) {
    visited.delete(task);
    end = false;
  }
}

function count(node, more) {
  const sheet = node.dataset.sheet;
  done.set(sheet, (done.get(sheet) ?? Number(node.dataset.done)) + more);
}

async function undo() {
  const last = past.pop();
  const mine = ++wait;
  if (!last) {
    await outbox.empty();
    return box().querySelector("#undo").submit();
  }
  const stored = moves.of(last.keys).map((move) => move.task);
  for (const task of stored) say(outbox.push("undo", task, { task, sent: sent(task) }), last.node, task, "");
  visited.delete(taskOf(last.node));
  if (box() !== last.node) ahead.unshift(box());
  place.removeAttribute("aria-busy");
  told.textContent = stored.length ? place.dataset.undone : "";
  if (!stale(taskOf(last.node))) return show(last.node);
  place.setAttribute("aria-busy", "true");
  const node = await renewed(last.node);
  if (mine === wait) show(node);
  else ahead.unshift(node);
}

// The card as it is now; as it was, if nobody answers.
async function renewed(node) {
  try {
    const answer = await fetch(`/cards/${taskOf(node)}${suffix}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return (answer.ok && page.querySelector(".cardbox")) || node;
  } catch {
    return node;
  }
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
  b: () => decide("yes", true),
  z: undo,
  a: archived,
  p: () => open("[name=url]"),
  c: () => open("textarea"),
  "/": () => dialog("find"),
  "?": () => dialog("help"),
};

onKeys(
  (key) => (/^[1-9]$/.test(key) ? () => choose(key) : KEYS[key]),
  (key) => "ynusbz".includes(key) && performance.mark("losi-key"),
);

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
});

wireDialogs();
wireArchive();
wire(unsaved, outbox);
fill();
