// An answer that was refused, back on its card: what was filled in, and the verdict as one that is not saved.

import { cards } from "./outbox.js";

// Puts back what was refused of this card, if anything was; what was refused no longer is marked no longer.
export function putBack(node, refused) {
  const item = refused.find((each) => each.path !== "undo" && cards(each).includes(Number(node.dataset.task)));
  if (item?.key === node.dataset.refused) return;
  if (item) node.dataset.refused = item.key;
  else delete node.dataset.refused;
  mark(node, item && (item.body.verdict ?? "yes"));
  if (item) fill(node, item.body);
}

// Empties the fields that still hold what a person discarded, and chooses the first proof again.
export function takeOff(node, item) {
  if (Number(node.dataset.task) !== item.task) return;
  for (const field of fields(node)) if (field.value.trim() === item.body[field.name]) field.value = "";
  if (!proofOf(node, item.body)?.checked) return;
  for (const pick of node.querySelectorAll(".pick")) {
    pick.checked = pick.defaultChecked;
    delete pick.dataset.chosen;
  }
}

function mark(node, verdict) {
  const said = node.querySelector("[data-unsaved]");
  said.hidden = !verdict;
  for (const button of node.querySelectorAll("[name=verdict]")) {
    const mine = button.value === verdict;
    button.classList.toggle("refused", mine);
    if (mine) said.querySelector("strong").textContent = button.firstChild.textContent.trim();
  }
}

// What stands in a field already stays.
function fill(node, body) {
  for (const field of fields(node)) field.value ||= body[field.name] ?? "";
  if (body.url || body.comment) node.querySelector("[data-own]").open = true;
  const pick = proofOf(node, body);
  if (!pick || node.querySelector(".pick[data-chosen]")) return;
  pick.checked = true;
  if (body.verdict !== "yes") pick.dataset.chosen = "1";
}

// The proof that an answer rests on, if the card shows those that the person saw.
function proofOf(node, body) {
  const seen = Number(node.querySelector("[name=seen]")?.value) || null;
  return body.proof && body.seen === seen ? node.querySelector(`.proofs .pick[value="${body.proof}"]`) : null;
}

function fields(node) {
  return node.querySelectorAll("[data-own] [name=url], [data-own] [name=comment]");
}
