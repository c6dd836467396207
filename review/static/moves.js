// What was said of each task since the page was opened, in order; what the server refuses was never said.

export class Moves {
  constructor() {
    this.said = [];
  }

  // A move is a verdict ("" takes one back) on a task, the card in view then, and the key under which it is sent.
  add(move) { this.said.push(move); }
  remove(move) { this.said = this.said.filter((other) => other !== move); }
  keys(task) { return this.said.filter((move) => move.task === task).map((move) => move.key); }
  of(keys) { return this.said.filter((move) => keys.includes(move.key)); }

  // The verdict that a task has now, "" if it is open; that of a card in view, if nothing was said of it, is its own.
  verdict(task, node) {
    const last = this.said.findLast((move) => move.task === task);
    return last?.verdict ?? (Number(node.dataset.task) === task ? node.dataset.mine : "");
  }
}
