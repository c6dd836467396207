"""Compares what came back with what was handed out and with what is decided now: changes, conflicts, problems."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from review.errors import Conflict, Refused
from review.service.accounts import RANK
from review.service.decisions import COMMENT as MOST
from review.workbook.language import Wording, verdict_of
from review.workbook.layout import ANSWER, CODE, COMMENT, EDITION, PORTAL, WORDS, Before, Key, PartBefore
from review.workbook.reading import Entry, Problem, Reading
from review.workbook.standing import Desk, desk_of, verdict_now
from storage.models import Account, Card, Task
from storage.repository.chain import has_hash
from storage.repository.sheets import DECIDED
from survey.indicator import UnknownIndicatorError
from survey.questionnaire import load


@dataclass(frozen=True, slots=True)
class Change:
    """A row that differs from what was handed out: verdicts (empty: undecided) and comments before and after.

    `task` is the person's own task, None where a supervisor decides the card itself.
    """

    place: str
    portal: str
    edition: str
    code: str
    title: str
    before: str
    after: str
    comment_before: str
    comment: str
    card: int
    task: int | None


@dataclass(slots=True)
class Plan:
    """What taking the workbook over would do. Nothing may be changed while there are `problems` or `conflicts`.

    `already` rows were changed in the workbook to what is decided by now; `notes` are worth a look, no more.
    """

    changes: list[Change] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    already: int = 0


def compare(session: Session, reading: Reading, account: Account) -> Plan:
    """The plan for a person's workbook.

    Raises `Refused` for a workbook made for somebody else or from another database.
    """
    memory = reading.memory
    if memory.account and memory.account != account.name:
        raise Refused(f"this workbook was made for {memory.account}", f"export one for {account.name}")
    if not has_hash(session, memory.hash):
        raise Conflict("this workbook was made from another database", "choose it with --data or --db, or export anew")
    return _Comparison(session, reading, account).plan()


class _Comparison:
    def __init__(self, session: Session, reading: Reading, account: Account) -> None:
        self._session = session
        self._reading = reading
        self._memory = reading.memory
        self._words = Wording(reading.memory.language)
        self._account = account
        self._desks: dict[tuple[str, str], Desk | Problem] = {}
        self._seen: dict[Key, str] = {}
        self._plan = Plan(problems=list(reading.problems))

    def plan(self) -> Plan:
        """Goes through all rows."""
        for entry in self._reading.entries:
            self._row(entry)
        gone = len(self._memory.rows.keys() - self._seen.keys())
        if gone and not self._plan.problems:
            self._plan.notes.append(Problem("", f"{gone} of {len(self._memory.rows)} questions are no longer in it"))
        return self._plan

    def _row(self, entry: Entry) -> None:
        before = self._known(entry)
        if before is None:
            return
        answer = verdict_of(entry.answer, self._memory.language) if entry.answer else ""
        if answer is None:
            words = ", ".join(map(self._words.answer, WORDS))
            self._problem(entry, ANSWER, f"{entry.answer[:40]!r} is no answer", f"choose {words} or leave it empty")
        elif (answer, entry.comment) == (before.answer, before.comment):
            self._plan.unchanged += 1
        elif not answer and entry.comment and not before.answer:
            self._plan.unchanged += 1
            self._note(entry, "a comment without an answer is left out")
        elif (long := len(entry.comment)) > MOST:
            self._problem(entry, COMMENT, f"a comment has at most {MOST} characters, this one {long}", "shorten it")
        else:
            self._differs(entry, before, answer)

    def _known(self, entry: Entry) -> Before | None:
        """The row as it was handed out; None, and a problem, for what is not of this workbook, or there twice."""
        part = self._memory.parts.get((entry.portal, entry.edition))
        if part is None:
            known = {url for url, _ in self._memory.parts}
            title = EDITION if entry.portal in known else PORTAL
            said = entry.edition if title is EDITION else entry.portal
            self._problem(entry, title, f"{said[:100]!r} is no {title.lower()} of this workbook", "restore the cell")
            return None
        key = (entry.portal, entry.edition, entry.code)
        before = self._memory.rows.get(key)
        if before is None:
            self._problem(entry, CODE, _unknown(part, entry.code), "restore the cell")
        elif key in self._seen:
            self._problem(
                entry, CODE, f"{entry.code} is here twice, also in {self._seen[key]}", "remove one of the rows"
            )
            return None
        else:
            self._seen[key] = entry.places[CODE]
        return before

    def _differs(self, entry: Entry, before: Before, answer: str) -> None:
        desk = self._desk(self._memory.parts[entry.portal, entry.edition])
        card = desk.cards.get(entry.code) if isinstance(desk, Desk) else None
        if isinstance(desk, Problem) or card is None:
            told = desk if isinstance(desk, Problem) else Problem("", f"{entry.code} is not under review")
            self._problem(entry, PORTAL, told.message, told.mend)
            return
        task = desk.tasks.get(card.id)
        now = verdict_now(task, card)
        if (answer, entry.comment) == (now, desk.comments.get(card.id, "")):
            self._plan.already += 1
        elif (newer := self._conflict(card, task, desk, now)) is not None:
            self._plan.conflicts.append(Problem(entry.places[ANSWER], f"{entry.code}: {newer.message}", newer.mend))
        elif (wrong := self._refusal(task, answer, desk)) is not None:
            self._problem(entry, ANSWER, f"{entry.code}: {wrong.message}", wrong.mend)
        else:
            self._change(entry, answer, card, task, desk)
            if before.state and card.state != before.state:
                self._note(entry, f"the program now suggests {card.state}, when exported it was {before.state}")

    def _change(self, entry: Entry, answer: str, card: Card, task: Task | None, desk: Desk) -> None:
        if not answer and entry.comment:
            self._note(entry, "the answer is taken back, so its comment is left out")
        self._plan.changes.append(
            Change(
                place=entry.places[ANSWER],
                portal=entry.portal,
                edition=entry.edition,
                code=entry.code,
                title=desk.questionnaire.indicator(entry.code).title,
                before=verdict_now(task, card),
                after=answer,
                comment_before=desk.comments.get(card.id, ""),
                comment=entry.comment if answer else "",
                card=card.id,
                task=task.id if task else None,
            )
        )

    def _conflict(self, card: Card, task: Task | None, desk: Desk, now: str) -> Problem | None:
        """Why this answer may no longer be changed, or not without having seen the newer decision."""
        if task is not None and card.status == "adjudicated":
            return Problem("", "a supervisor has decided it", "restore the answer, and write to the supervisor")
        if task is not None and task.revealed is not None:
            return Problem("", "you saw the other answer, so yours stands", "restore the answer")
        last = desk.last.get(card.id)
        if last is None or last.number <= self._memory.number:
            return None
        said = self._words.answer(now) or "undecided"
        return Problem(
            "",
            f"{last.who} decided it on {last.at:%Y-%m-%d %H:%M} UTC, after the export: {said}",
            f"write {said} if that is right, or export anew" if now else "export anew",
        )

    def _refusal(self, task: Task | None, answer: str, desk: Desk) -> Problem | None:
        name = self._account.name
        if task is None and (desk.tasks or RANK[self._account.role] < RANK["supervisor"]):
            return Problem("", f"it is not on the desk of {name}", "assign the portal first")
        if task is None and not answer:
            return Problem("", "what a supervisor decided is changed, not taken back", "choose an answer")
        if task is not None and task.hidden and task.stage != DECIDED and not self._memory.account:
            return Problem(
                "", f"its suggestion is kept from {name}, and this workbook shows it", f"export with --as {name}"
            )
        return None

    def _desk(self, part: PartBefore) -> Desk | Problem:
        key = (part.url, part.edition)
        if key not in self._desks:
            self._desks[key] = desk_of(self._session, part, self._account)
        return self._desks[key]

    def _problem(self, entry: Entry, title: str, message: str, mend: str) -> None:
        self._plan.problems.append(Problem(entry.places[title], message, mend))

    def _note(self, entry: Entry, message: str) -> None:
        self._plan.notes.append(Problem(entry.places[COMMENT], f"{entry.code}: {message}"))


def _unknown(part: PartBefore, code: str) -> str:
    try:
        load(part.edition).indicator(code)
    except UnknownIndicatorError as error:
        return str(error)
    return f"{code!r} was not handed out with this workbook"
