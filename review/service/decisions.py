"""Decisions: one transaction each, added to the chain; a change or an undo is a further row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Conflict, NotFound, Refused
from review.service.cards import PROOFS, own_answer, same_proof
from review.service.proofs import ask, checked_url
from review.service.queue import not_on_desk, own_task
from review.service.windows import Window, said_elsewhere
from review.wording import N_
from storage.models import Account, Answer, Assignment, Card, Review, Sheet, Task
from storage.repository.chain import Entry, append, lock_chain, with_key
from storage.repository.sheets import DECIDED, VALUES, deciding, findings_by_feature, suggested
from storage.words import Verdict
from survey.questionnaire import load

COMMENT = 4000
"""The longest comment, in characters."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an assessor says: a verdict; the number of the proof chosen (1 is the best), or an own URL; a comment.

    `seen` is the run whose suggestion lay before the assessor, where one did; `window` what the page knew of the
    assessor's own answers; `source` names where it was said, if not in the app.
    """

    verdict: str
    proof: int | None = None
    url: str | None = None
    comment: str | None = None
    source: str | None = None
    seen: int | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is stored: row `review` of the chain. `stage` is the task's: 1 skipped, 2 decided."""

    task: int
    review: int
    stage: int


def decide(
    session: Session,
    account_id: int,
    task_id: int,
    decision: Decision,
    now: datetime,
    *,
    allow_private: bool = False,
    key: str | None = None,
) -> Decided:
    """Stores a decision, or a change of mind, and settles the card if it was the last one missing.

    What comes again under the same `key` is stored once, and so is the same answer that comes out of a second window.

    Raises `NotFound` for a card on another desk, `Conflict` once the card was adjudicated, the other answer shown or
    the sheet taken from the desk, where another suggestion lies on the card now, or where the assessor said something
    else in another window meanwhile, `Refused` for what is no decision.
    """
    lock_chain(session)
    task = own_task(session, account_id, task_id)
    if key is not None and (made := with_key(session, account_id, key)) is not None:
        return Decided(task.id, made.number, task.stage)
    card, sheet = session.get_one(Card, task.card_id), session.get_one(Sheet, task.sheet_id)
    _may_change(session, task, card)
    _is_as_seen(card, decision.seen)
    verdict = verdict_of(decision.verdict)
    if (made := said_elsewhere(session, task, decision.window)) is not None:
        _is_the_same(made, verdict, decision)
        return Decided(task.id, made.number, task.stage)
    account = session.get_one(Account, account_id)
    before, shown = _state(task, card), not task.hidden or task.stage == DECIDED
    proof = _kept(session, task, verdict)
    proof |= _proof(session, task, card, sheet, decision, account.name, now, allow_private)
    _set(task, card, verdict, now)
    session.flush()
    settle(session, card, sheet, now)
    entry = Entry(
        card.answer_id,
        account.name,
        now,
        verdict=verdict,
        card_id=card.id,
        account_id=account_id,
        shown=shown,
        before=before,
        after=_state(task, card),
        comment=comment_of(decision.comment),
        proof=proof,
        key=key,
    )
    return Decided(task.id, append(session, entry).number, task.stage)


def undo(
    session: Session,
    account_id: int,
    now: datetime,
    task_id: int | None = None,
    *,
    window: Window | None = None,
    key: str | None = None,
) -> int:
    """Takes the assessor's last decision (or that on one task) back; the task that is open again.

    What comes again under the same `key` is done once.

    Raises `NotFound` if there is none, or its card has gone to another desk, `Conflict` once the card was adjudicated,
    the other answer shown or the sheet taken from the desk, or where another `window` answered since.
    """
    lock_chain(session)
    if key is not None and (made := with_key(session, account_id, key)) is not None:
        return _task_of(session, account_id, made)
    task = _last(session, account_id) if task_id is None else own_task(session, account_id, task_id)
    if task is None or task.stage == 0:
        raise NotFound(N_("there is nothing to undo"))
    card, sheet = session.get_one(Card, task.card_id), session.get_one(Sheet, task.sheet_id)
    _may_change(session, task, card)
    if said_elsewhere(session, task, window) is not None:
        raise _other_window()
    before = _state(task, card)
    task.stage, task.verdict, task.suggested, task.decided = 0, None, None, None
    session.flush()
    settle(session, card, sheet, now)
    account = session.get_one(Account, account_id)
    entry = Entry(
        card.answer_id,
        account.name,
        now,
        act="undo",
        card_id=card.id,
        account_id=account_id,
        shown=not task.hidden,
        before=before,
        after=_state(task, card),
        key=key,
    )
    append(session, entry)
    return task.id


def confirm_same(
    session: Session,
    account_id: int,
    task_id: int,
    others: Sequence[int],
    now: datetime,
    *,
    seen: int | None = None,
    key: str | None = None,
) -> list[Decided]:
    """Says yes to several cards that rest on the proof of this one, each with a row of its own, but to those decided.

    Raises `Refused` if one of the others does not rest on it, or hides its suggestion, `Conflict` where the proof is no
    longer that of the run that was `seen`.
    """
    lock_chain(session)
    task = own_task(session, account_id, task_id)
    names = {other: f"{key}:{other}" if key else None for other in others}
    mine = (Task.account_id == account_id, Task.id.in_(names), Task.stage == DECIDED)
    decided = set(session.scalars(select(Task.id).where(*mine)))
    card = session.get_one(Card, task.card_id)
    if set(names) - decided:
        _is_as_seen(card, seen)
    allowed = same_proof(session, task, card)
    if not names or not set(names) - decided <= set(allowed):
        raise Refused(N_("these cards do not rest on the same proof"))
    again = {other for other in decided if (name := names[other]) and with_key(session, account_id, name)}
    return [
        decide(session, account_id, other, Decision("yes", proof=1), now, key=name)
        for other, name in names.items()
        if other not in decided - again
    ]


def settle(session: Session, card: Card, sheet: Sheet, now: datetime) -> None:
    """Gives the card its status and, where all assessors agree on yes or no, its verdict and the answer its value."""
    query = select(Task.verdict).where(Task.card_id == card.id, Task.stage == DECIDED)
    said = list(session.scalars(query))
    if len(said) < sheet.assessors:
        conclude(session, card, "open", None, None)
    elif len(set(said)) == 1 and said[0] in VALUES:
        conclude(session, card, "agreed", said[0], now)
    else:
        conclude(session, card, "disputed", None, None)


def conclude(session: Session, card: Card, status: Any, verdict: Verdict | None, now: datetime | None) -> None:
    """Writes the outcome to the card and to the answer of the run."""
    card.status, card.verdict, card.settled = status, verdict, now
    session.get_one(Answer, card.answer_id).value = VALUES.get(verdict or "")


def verdict_of(text: str) -> Verdict:
    """The verdict of this name; raises `Refused`."""
    if text not in get_args(Verdict):
        raise Refused(
            N_("%(text)r is no verdict"),
            N_("verdicts are %(verdicts)s"),
            text=text[:40],
            verdicts=", ".join(get_args(Verdict)),
        )
    return cast(Verdict, text)


def comment_of(text: str | None) -> str | None:
    """The comment, None for an empty one; raises `Refused` for one that is too long."""
    plain = (text or "").strip()
    if len(plain) > COMMENT:
        raise Refused(N_("a comment has at most %(most)s characters"), most=COMMENT)
    return plain or None


def _may_change(session: Session, task: Task, card: Card) -> None:
    desk = select(Assignment.id).where(Assignment.sheet_id == task.sheet_id, Assignment.account_id == task.account_id)
    if card.status == "adjudicated":
        raise Conflict(N_("a supervisor has decided this card"), N_("write to the supervisor"))
    if task.revealed is not None:
        raise Conflict(N_("the other answer was shown, so yours stands"), N_("write to the supervisor"))
    if session.scalar(desk) is None:
        raise Conflict(N_("this sheet was taken from your desk, so your answers stand"), N_("write to the supervisor"))


def _is_as_seen(card: Card, seen: int | None) -> None:
    if seen not in (None, card.run_id):
        raise Conflict(
            N_("a later visit changed this card while you looked at it"), N_("look at it again, then answer")
        )


def _is_the_same(made: Review, verdict: Verdict, decision: Decision) -> None:
    """Raises `Conflict` unless an answer that was given elsewhere says what this decision says."""
    own = checked_url(decision.url, allow_private=True) if decision.url and decision.url.strip() else None
    same = made.act == "decision" and made.verdict == verdict and made.comment == comment_of(decision.comment)
    rests_on = own in (None, made.proof.get("own")) and decision.proof in (None, made.proof.get("number"))
    if not same or not rests_on:
        raise _other_window()


def _other_window() -> Conflict:
    return Conflict(N_("you answered this card in another window meanwhile"), N_("look at it again, then answer"))


def _set(task: Task, card: Card, verdict: Verdict, now: datetime) -> None:
    """Writes the verdict to the task. A card shows its suggestion once it is decided: whoever changes the answer then
    has seen it."""
    if task.stage == DECIDED and task.verdict != verdict:
        task.hidden = False
    task.verdict, task.decided = verdict, now
    task.stage = 1 if verdict == "skip" else DECIDED
    task.suggested = cast(Verdict | None, suggested(card.state))


def _state(task: Task, card: Card) -> dict[str, Any]:
    """What a decision changes, and the suggestion that stood against it."""
    return {
        "verdict": task.verdict,
        "status": card.status,
        "settled": card.verdict,
        "suggestion": card.state,
        "confidence": card.confidence,
    }


def _kept(session: Session, task: Task, verdict: Verdict) -> dict[str, Any]:
    """What the answer rests on already, where it is given once more: a further comment takes no proof away."""
    mine = own_answer(session, task)
    if mine is None or mine.verdict != verdict:
        return {}
    return {name: value for name, value in mine.proof.items() if name != "source"}


def _proof(
    session: Session,
    task: Task,
    card: Card,
    sheet: Sheet,
    decision: Decision,
    who: str,
    now: datetime,
    allow_private: bool,
) -> dict[str, Any]:
    """What the decision rests on, in the words of the moment."""
    proof: dict[str, Any] = {"source": decision.source} if decision.source else {}
    if decision.proof is not None:
        proof |= _chosen(session, task, card, sheet, decision.proof)
    if decision.url and decision.url.strip():
        fetch = ask(session, card.id, decision.url, who, now, allow_private=allow_private)
        proof |= {"own": fetch.url, "fetch": fetch.id}
    return proof


def _chosen(session: Session, task: Task, card: Card, sheet: Sheet, number: int) -> Mapping[str, Any]:
    if task.hidden and task.stage != DECIDED:
        raise Refused(N_("the proofs of this card are not shown"))
    found = deciding(load(sheet.edition).indicator(card.code), findings_by_feature(session, card.run_id))
    items = found.evidence[:PROOFS] if found else []
    if not 1 <= number <= len(items) or found is None:
        raise Refused(N_("the card has no proof %(number)s"), number=number)
    item = items[number - 1]
    return {
        "number": number,
        "url": item.get("url"),
        "excerpt": item.get("quote"),
        "run": found.run_id,
        "capture": item.get("capture"),
        "key": card.proof_key,
    }


def _task_of(session: Session, account_id: int, made: Review) -> int:
    found = session.scalar(select(Task.id).where(Task.card_id == made.card_id, Task.account_id == account_id))
    if found is None:
        raise not_on_desk()
    return found


def _last(session: Session, account_id: int) -> Task | None:
    """The task that the assessor decided last and that still is."""
    query = (
        select(Task)
        .join(Review, (Review.card_id == Task.card_id) & (Review.account_id == Task.account_id))
        .where(Review.account_id == account_id, Review.act == "decision", Task.stage > 0)
        .order_by(Review.id.desc())
        .limit(1)
    )
    return session.scalar(query)
