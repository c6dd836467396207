"""Sheets under review: opened from finished runs, renewed by later ones, never against what people decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.orm import Session, load_only

from storage.models import Answer, Card, Finding, Note, Run, Sheet, Task
from storage.repository.chain import lock_chain
from storage.repository.counted import standing
from storage.rows import insert_new, table
from storage.words import Change
from survey.indicator import Indicator, Questionnaire
from survey.questionnaire import UnknownEditionError, load

DECIDED = 2
"""The stage of a task that its assessor has decided."""
VALUES = {"yes": 1.0, "no": 0.0}
"""Points of a verdict; an unsure one has none."""
_SUGGESTS = {"present": "yes", "absent": "no"}
_RANK = ("present", "unknown", "manual", "absent", "not_applicable")


@dataclass(frozen=True, slots=True)
class OpenCount:
    """What opening did: sheets opened and renewed, cards laid out, notes raised."""

    opened: int = 0
    renewed: int = 0
    cards: int = 0
    notes: int = 0


def suggested(state: str) -> str | None:
    """The verdict that a state suggests: yes, no, or none."""
    return _SUGGESTS.get(state)


def deciding(indicator: Indicator, findings: dict[str, Finding]) -> Finding | None:
    """The finding that decides an indicator's answer: any feature present answers yes."""
    found = [findings[key] for key in indicator.features if key in findings]
    return min(found, key=lambda row: (_RANK.index(row.state), -(row.confidence or 0.0)), default=None)


def findings_by_feature(session: Session, run_id: int, features: Sequence[str] | None = None) -> dict[str, Finding]:
    """The findings of a run, by feature; only those of some features, if given."""
    query = select(Finding).where(Finding.run_id == run_id)
    query = query if features is None else query.where(Finding.feature.in_(features))
    return {row.feature: row for row in session.scalars(query)}


def open_sheets(session: Session, now: datetime, *, assessors: int = 2, cycle_id: int | None = None) -> OpenCount:
    """Lays out a sheet for the run that stands for every portal, in each cycle and edition, or renews the one there.

    A sheet that rests on a run which was broken off goes back to the one that read the portal. Where sheets are to be
    renewed, decisions wait until this is through: a card that is decided meanwhile would lose what it was decided on.
    """
    opened = renewed = cards = notes = 0
    runs = session.scalars(_newest(cycle_id)).all()
    if any(_sheet_of(session, run) is not None for run in runs):
        lock_chain(session)
    for run in runs:
        sheet = _sheet_of(session, run)
        questionnaire = _questionnaire(run.edition)
        if questionnaire is None or (sheet is not None and not _overtakes(session, run, sheet)):
            continue
        if sheet is None:
            laid = _open(session, run, questionnaire, assessors, now)
            opened, cards = opened + (laid is not None), cards + (laid or 0)
        else:
            sheet.run_id = run.id
            notes += _renew(session, sheet, questionnaire, now)
            renewed += 1
    return OpenCount(opened, renewed, cards, notes)


def renew_sheets(session: Session, run_id: int, now: datetime) -> int:
    """Takes over what a rerun of this run suggests now; the number of notes raised."""
    sheets = session.scalars(select(Sheet).where(Sheet.run_id == run_id)).all()
    return sum(_renew(session, sheet, load(sheet.edition), now) for sheet in sheets)


def _round() -> ColumnElement[int]:
    return func.coalesce(Run.cycle_id, 0)


def _newest(cycle_id: int | None) -> Select[Run]:
    """The runs that stand, without those on which their sheets rest already."""
    among = () if cycle_id is None else (Run.cycle_id == cycle_id,)
    stand = standing(*among, apart=(Run.edition, _round())).subquery()
    seen = select(Sheet.id).where(
        Sheet.portal_id == Run.portal_id, Sheet.edition == Run.edition, Sheet.round == _round(), Sheet.run_id == Run.id
    )
    named = load_only(Run.portal_id, Run.cycle_id, Run.edition, raiseload=True)
    return select(Run).options(named).join(stand, stand.c.run_id == Run.id).where(~seen.exists()).order_by(Run.id)


def _overtakes(session: Session, run: Run, sheet: Sheet) -> bool:
    """Whether a sheet is to rest on `run`: not if another process has moved it to a later one that stands now."""
    if sheet.run_id < run.id:
        return True
    among = (Run.portal_id == sheet.portal_id, Run.edition == sheet.edition, _round() == sheet.round)
    return [number for _, number in session.execute(standing(*among))] == [run.id]


def _sheet_of(session: Session, run: Run) -> Sheet | None:
    return session.scalar(
        select(Sheet).where(
            Sheet.portal_id == run.portal_id, Sheet.edition == run.edition, Sheet.round == (run.cycle_id or 0)
        )
    )


def _questionnaire(edition: str) -> Questionnaire | None:
    try:
        return load(edition)
    except UnknownEditionError:
        return None


def _open(session: Session, run: Run, questionnaire: Questionnaire, assessors: int, now: datetime) -> int | None:
    """The cards that were laid out; None where another process opens the sheet in the same moment."""
    before = _earlier(session, run)
    row = {
        "portal_id": run.portal_id,
        "cycle_id": run.cycle_id,
        "round": run.cycle_id or 0,
        "edition": run.edition,
        "run_id": run.id,
        "assessors": assessors,
        "opened": now,
    }
    sheet = insert_new(session.connection(), Sheet, row, ("portal_id", "edition", "round"))
    if sheet is None:
        return None
    suggestions = _suggestions(session, run.id, questionnaire)
    rows = [
        {"sheet_id": sheet, "status": "open", "change": _change(before.get(each["code"]), each), **each}
        for each in suggestions
    ]
    if rows:
        session.connection().execute(insert(table(Card)), rows)
    return len(rows)


def _suggestions(session: Session, run_id: int, questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """What the run's answers say about each question, in the questionnaire's order."""
    query = select(Answer).where(Answer.run_id == run_id, Answer.edition == questionnaire.edition)
    answers = {answer.code: answer for answer in session.scalars(query)}
    findings = findings_by_feature(session, run_id)
    return [
        {
            "answer_id": answers[indicator.code].id,
            "run_id": run_id,
            "code": indicator.code,
            "criterion": indicator.criterion,
            "position": position,
            "state": answers[indicator.code].state,
            "confidence": answers[indicator.code].confidence,
            "evidence_url": answers[indicator.code].evidence_url,
            "proof_key": _proof_key(deciding(indicator, findings)),
        }
        for position, indicator in enumerate(questionnaire.indicators, 1)
        if indicator.code in answers
    ]


def _proof_key(finding: Finding | None) -> str | None:
    """A hash of the address and words of the strongest proof; None where nothing was found."""
    if finding is None or finding.state != "present" or not finding.evidence:
        return None
    best = finding.evidence[0]
    words = " ".join(str(best.get("quote", "")).split())
    return blake2b(f"{best.get('url', '')}\n{words}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _earlier(session: Session, run: Run) -> dict[str, Card]:
    """The cards of the portal's sheet of the cycle before."""
    query = select(Sheet.id).where(Sheet.portal_id == run.portal_id, Sheet.edition == run.edition)
    sheet = session.scalar(query.order_by(Sheet.id.desc()).limit(1))
    cards: Iterable[Card] = () if sheet is None else session.scalars(select(Card).where(Card.sheet_id == sheet))
    return {card.code: card for card in cards}


def _change(before: Card | None, now: dict[str, Any]) -> Change:
    if before is None:
        return "new"
    was = before.verdict if before.verdict in VALUES else suggested(before.state)
    if before.state != now["state"] or was != suggested(now["state"]):
        return "state"
    return "same" if before.proof_key == now["proof_key"] else "proof"


def _renew(session: Session, sheet: Sheet, questionnaire: Questionnaire, now: datetime) -> int:
    """Gives undecided cards the new suggestion, and raises notes on decided ones whose proof changed."""
    cards = {card.code: card for card in session.scalars(select(Card).where(Card.sheet_id == sheet.id))}
    touched = set(session.scalars(select(Task.card_id).where(Task.sheet_id == sheet.id, Task.stage == DECIDED)))
    raised = 0
    for row in _suggestions(session, sheet.run_id, questionnaire):
        card = cards.get(row["code"])
        if card is None:
            session.add(Card(sheet_id=sheet.id, status="open", change="new", **row))
            continue
        if card.status == "open" and card.id not in touched:
            _take_over(card, row)
        else:
            raised += _keep(session, card, row, sheet.run_id, now)
    session.flush()
    return raised


def _take_over(card: Card, row: dict[str, Any]) -> None:
    for name, value in row.items():
        setattr(card, name, value)


def _keep(session: Session, card: Card, row: dict[str, Any], run_id: int, now: datetime) -> int:
    """The card stays as decided; its answer in the newer run takes the decided value; 1 if a note was raised."""
    card.answer_id = row["answer_id"]
    if card.status in ("agreed", "adjudicated"):
        answer = session.get_one(Answer, row["answer_id"])
        answer.value = VALUES.get(card.verdict or "")
    shown = ("state", "confidence", "evidence_url")
    if (card.state, card.proof_key) == (row["state"], row["proof_key"]):
        return 0
    details = {
        "run": run_id,
        "before": {name: getattr(card, name) for name in shown} | {"proof": card.proof_key},
        "after": {name: row[name] for name in shown} | {"proof": row["proof_key"]},
    }
    if _told(session.scalars(select(Note).where(Note.card_id == card.id, Note.kind == "proof_changed")).all(), details):
        return 0
    session.add(Note(card_id=card.id, at=now, kind="proof_changed", details=details))
    return 1


def _told(notes: Sequence[Note], details: dict[str, Any]) -> bool:
    """Whether the newest note already says this."""
    newest = max(notes, key=lambda note: note.id, default=None)
    if newest is None:
        return False
    return all(
        newest.details.get("after", {}).get(name) == details["after"][name]
        for name in ("state", "evidence_url", "proof")
    )
