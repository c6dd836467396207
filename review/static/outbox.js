// Answers on their way to the server: kept in this browser until it says that they are stored, sent in order, each
// under a key of its own, so that what is sent again after a lost connection is stored once. What the server refuses is
// kept as well, until another answer takes its place or the person discards it.

const PAUSE = 1000; // milliseconds before a second attempt; doubled up to LONGEST
const LONGEST = 15000;
const PATIENCE = 15000; // milliseconds that one attempt may take
const QUIET = 40; // milliseconds that the next card has to be painted first

export class Outbox {
  // `report` hears of every change, `refused` of what was refused with the keys of what that made idle, `dropped` of
  // what a person discarded.
  constructor(report, { refused = () => {}, dropped = () => {} } = {}) {
    this.account = meta("account");
    this.csrf = meta("csrf");
    this.report = report;
    this.told = { refused, dropped };
    this.state = "idle"; // idle, sending, failing, login
    this.attempts = 0;
    this.drained = [];
    addEventListener("online", () => this.again());
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length || (this.memory && this.unsaved.length)) event.preventDefault();
    });
  }

  get waiting() { return this.read("outbox"); }
  get refused() { return this.read("refused"); }

  // What was refused, but for what is on its way once more.
  get unsaved() {
    return this.waiting.reduce(remaining, this.refused);
  }

  // The key of the answer.
  push(path, task, body) {
    const key = newKey();
    this.write("outbox", [...this.waiting, { key, path, task, body: { ...body, key } }]);
    this.report(this);
    setTimeout(() => this.run(), QUIET);
    return key;
  }

  again() {
    clearTimeout(this.timer);
    this.run();
  }

  // Resolves when nothing waits any more.
  empty() {
    return this.waiting.length ? new Promise((done) => this.drained.push(done)) : Promise.resolve();
  }

  drop(key) {
    const [gone, kept] = [this.refused.filter((item) => item.key === key), this.refused.filter((item) => item.key !== key)];
    this.write("refused", kept);
    gone.forEach(this.told.dropped);
    this.report(this);
  }

  async run() {
    if (this.sending) return;
    this.sending = true;
    let item;
    while ((item = this.waiting[0])) {
      if (this.state !== "failing") this.tell("sending");
      if (!(await this.attempt(item))) break;
    }
    this.sending = false;
    if (!this.waiting.length) {
      this.tell("idle");
      this.drained.splice(0).forEach((done) => done());
    }
  }

  // Whether the item is off the list: stored, or refused for good.
  async attempt(item, fresh = false) {
    let answer;
    try {
      answer = await fetch(`/api/v1/${item.path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf },
        body: JSON.stringify(item.body),
        signal: AbortSignal.timeout(PATIENCE),
        keepalive: true,
      });
    } catch {
      return this.later("failing");
    }
    if (answer.ok) return this.off(item);
    if (answer.status === 401 || (answer.status === 403 && !fresh)) {
      const back = await this.renew();
      return back ? this.attempt(item, true) : this.later(back === null ? "failing" : "login");
    }
    if (answer.status >= 500 || answer.status === 408) return this.later("failing");
    const said = await answer.json().catch(() => ({}));
    if (item.path === "undo" && answer.status === 404) return this.off(item);
    const words = [said.error, said.mend].filter(Boolean).join("; ");
    return this.off(item, [{ ...item, said: words, stale: answer.status === 409 }]);
  }

  // Takes an item off the list; of what was refused before, it takes the place of what it says anew.
  off(item, refused = []) {
    this.attempts = 0;
    if (this.state !== "sending") this.state = "sending";
    this.write("refused", [...remaining(this.refused, item), ...refused]);
    const idle = refused.flatMap((each) => this.idle(each));
    this.write("outbox", this.waiting.filter((other) => ![item.key, ...idle].includes(other.key)));
    refused.forEach((each) => this.told.refused(each, idle));
    this.report(this);
    return true;
  }

  // The keys of what would take back what was never stored: it would take back an older answer.
  idle(refused) {
    if (refused.path === "undo") return [];
    const undone = (task) => this.waiting.find((item) => item.path === "undo" && item.task === task)?.key;
    return cards(refused).map(undone).filter(Boolean);
  }

  later(state) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), Math.min(LONGEST, PAUSE * 2 ** this.attempts++));
    this.tell(state);
    return false;
  }

  // A token of the session as it is now: true if it is still ours, false if it ended, null if nobody answers.
  async renew() {
    try {
      const answer = await fetch("/account", { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status >= 500) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (meta("account", page) !== this.account || !this.account) return false;
      this.csrf = meta("csrf", page);
      return true;
    } catch {
      return null;
    }
  }

  tell(state) {
    this.state = state;
    this.report(this);
  }

  // Without storage (some private windows) the page itself remembers.
  read(name) {
    if (this.memory) return this.memory[name] ?? [];
    try {
      return JSON.parse(localStorage.getItem(`losi-${name}-${this.account}`) || "[]");
    } catch {
      return [];
    }
  }

  write(name, items) {
    if (!this.memory) {
      try {
        return localStorage.setItem(`losi-${name}-${this.account}`, JSON.stringify(items));
      } catch {
        const kept = { outbox: this.waiting, refused: this.refused };
        this.memory = kept;
      }
    }
    this.memory[name] = items;
  }
}

// Says in the notice of the page what is not saved.
export function notice(box, outbox) {
  const unsaved = outbox.unsaved;
  const here = unsaved.find((item) => cards(item).some((task) => location.pathname === `/cards/${task}`));
  const first = here ?? unsaved[0];
  const stuck = outbox.state === "failing" || outbox.state === "login";
  box.dataset.count = outbox.waiting.length;
  box.hidden = !stuck && !first;
  if (box.hidden) return;
  const waiting = outbox.state === "login" ? box.dataset.login : box.dataset.waiting;
  const words = stuck ? `${waiting} (${outbox.waiting.length})` : `${box.dataset.refused} ${first.said}`;
  if (box.querySelector("p").textContent !== words) box.querySelector("p").textContent = words;
  box.querySelector("[data-again]").hidden = !stuck;
  const [show, drop] = [box.querySelector("[data-show]"), box.querySelector("[data-drop]")];
  show.hidden = stuck || Boolean(here);
  drop.hidden = stuck;
  if (stuck) return;
  show.href = `/cards/${cards(first)[0]}`;
  drop.dataset.drop = first.key;
}

export function wire(box, outbox) {
  box.querySelector("[data-again]").addEventListener("click", () => outbox.again());
  box.querySelector("[data-drop]").addEventListener("click", (event) => outbox.drop(event.currentTarget.dataset.drop));
  notice(box, outbox);
  outbox.run();
}

export function meta(name, page = document) {
  return page.querySelector(`meta[name="${name}"]`)?.content ?? "";
}

// The tasks that an item says something of: one, or those that rest on the same proof.
export function cards(item) {
  return item.body.tasks ?? [item.task];
}

// What remains of the refused items beside a newer one: not its like, and of a yes to several cards not those that it
// answers.
function remaining(refused, newer) {
  const answered = newer.path === "undo" ? [] : cards(newer);
  return refused.filter((item) => !alike(item, newer)).flatMap((item) => {
    if (!item.body.tasks) return [item];
    const tasks = item.body.tasks.filter((task) => !answered.includes(task));
    return tasks.length ? [{ ...item, body: { ...item.body, tasks } }] : [];
  });
}

// Whether both say the same thing anew: an answer to one card, a yes to those with its proof, a taking back.
function alike(one, other) {
  return one.path === other.path && one.task === other.task;
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
