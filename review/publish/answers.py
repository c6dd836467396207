"""The answers of each portal: people's verdicts where they have settled, the program's states for the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from review.publish.scope import Scope, Visit, visits
from storage.models import Answer, Card, Review, Sheet
from survey.indicator import Indicator, Questionnaire
from survey.questionnaire import editions, load

BATCH = 100
"""Portals whose answers are in memory at a time."""
Basis = Literal["confirmed", "prefilled", "none"]


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of one indicator of one portal.

    `state` and `confidence` are the program's (state None: it said nothing); `verdict` is people's, None until settled.
    `evidence_url` is the proof that people gave or chose with a yes, else the program's; empty where people say
    otherwise than yes: what the program took for proof is none then.
    """

    indicator: Indicator
    state: str | None
    confidence: float | None
    verdict: str | None
    evidence_url: str
    run: int | None

    @property
    def basis(self) -> Basis:
        """Who answered: people, the program, or nobody."""
        if self.verdict is not None:
            return "confirmed"
        return "none" if self.state is None else "prefilled"

    @property
    def value(self) -> int | None:
        """1 for yes, 0 for no, None where nobody knows."""
        return value_of(self.state, self.verdict)


_OF_PEOPLE = {"yes": 1, "no": 0}
_OF_PROGRAM = {"present": 1, "absent": 0, "not_applicable": 0}


def value_of(state: str | None, verdict: str | None) -> int | None:
    """1 for yes, 0 for no, None where nobody knows: people's verdict where there is one, else the program's state."""
    return _OF_PEOPLE.get(verdict) if verdict is not None else _OF_PROGRAM.get(state or "")


def status_of(visit: Visit, *, known: bool, confirmed: int, is_open: bool) -> str:
    """`assessed`, or why there is no score: `no_portal`, `blocked`, `unreachable`, `pending`, `unknown_edition` (of an
    edition that is not `known`).

    A failed visit is never a zero: after one, an index waits until people have settled what is not known. What they
    confirmed counts then, whatever the visit's outcome was.
    """
    if not known:
        return "unknown_edition"
    if visit.outcome in ("ok", "partial") or (confirmed and not is_open):
        return "assessed"
    return visit.outcome or "pending"


@dataclass(frozen=True, slots=True)
class PortalAnswers:
    """A portal, its questionnaire (None if its edition is not known here), and every question in its order."""

    visit: Visit
    questionnaire: Questionnaire | None
    said: tuple[Said, ...]

    @property
    def confirmed(self) -> int:
        """Questions that people have settled."""
        return sum(each.basis == "confirmed" for each in self.said)

    @property
    def status(self) -> str:
        """Whether there is a score, see `status_of`."""
        known = self.questionnaire is not None
        return status_of(self.visit, known=known, confirmed=self.confirmed, is_open=self.open)

    @property
    def open(self) -> bool:
        """Whether there is a question that the program could not answer and that people have not settled."""
        return any(each.verdict is None and each.value is None for each in self.said)


def portal_answers(session: Session, scope: Scope) -> Iterator[PortalAnswers]:
    """The portals of a scope with their answers, in the order of `visits`, `BATCH` of them in memory at a time."""
    source = visits(session, scope)
    while batch := list(islice(source, BATCH)):
        stated = _stated(session, [visit.run for visit in batch if visit.run is not None])
        settled = _settled(session, batch)
        for visit in batch:
            yield _joined(visit, stated.get(visit.run or 0, {}), settled.get(key_of(visit), {}))


Row = tuple[str, float | None, str | None, int]
Key = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class _Settled:
    """A verdict, the suggestion that it was made on, and the address that people gave as proof."""

    verdict: str
    row: Row
    proof: str


def _stated(session: Session, runs: Sequence[int]) -> dict[int, dict[tuple[str, str], Row]]:
    """State, confidence, address of the proof and run, by run and by edition and code."""
    columns = (Answer.run_id, Answer.edition, Answer.code, Answer.state, Answer.confidence, Answer.evidence_url)
    found: dict[int, dict[tuple[str, str], Row]] = defaultdict(dict)
    for run, edition, code, state, confidence, url in session.execute(select(*columns).where(Answer.run_id.in_(runs))):
        found[run][edition, code] = (state, confidence, url, run)
    return found


def _settled(session: Session, batch: Iterable[Visit]) -> dict[Key, dict[str, _Settled]]:
    """What people have settled, by sheet and code."""
    named = (Sheet.portal_id, Sheet.edition, Sheet.round)
    ours = tuple_(*named).in_([key_of(visit) for visit in batch])
    query = (
        select(*named, Card.id, Card.code, Card.verdict, Card.state, Card.confidence, Card.evidence_url, Card.run_id)
        .join(Card, Card.sheet_id == Sheet.id)
        .where(ours, Card.verdict.is_not(None), Card.status.in_(("agreed", "adjudicated")))
    )
    proofs = _proofs(session, ours)
    found: dict[Key, dict[str, _Settled]] = defaultdict(dict)
    for portal, edition, round_, card, code, verdict, *suggestion in session.execute(query):
        found[portal, edition, round_][code] = _Settled(str(verdict), tuple(suggestion), proofs.get(card, ""))
    return found


def _proofs(session: Session, ours: ColumnElement[bool]) -> dict[int, str]:
    """By card the address that came last with a yes, of a person who has not taken it back or changed it since."""
    query = (
        select(Review.card_id, Review.account_id, Review.verdict, Review.proof)
        .join(Card, Card.id == Review.card_id)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .where(ours, Card.verdict == "yes")
        .order_by(Review.number)
    )
    last: dict[tuple[int, int | None], str] = {}
    for card, who, verdict, proof in session.execute(query):
        url = _address(proof) if verdict == "yes" else ""
        if url or verdict != "yes":
            last.pop((card, who), None)
        if url:
            last[card, who] = url
    return {card: url for (card, _), url in last.items()}


def _address(proof: Mapping[str, Any]) -> str:
    """The page that a decision rests on: the one that the person named, else the one chosen of those found."""
    return str(proof.get("own") or proof.get("url") or "")


def key_of(visit: Visit) -> Key:
    """The portal, edition and round by which the visit's sheet is known."""
    return visit.portal, visit.edition, visit.round


def _joined(visit: Visit, stated: Mapping[tuple[str, str], Row], settled: Mapping[str, _Settled]) -> PortalAnswers:
    if visit.edition not in editions():
        return PortalAnswers(visit, None, ())
    questionnaire = load(visit.edition)
    return PortalAnswers(visit, questionnaire, tuple(_said(each, stated, settled) for each in questionnaire.indicators))


def _said(indicator: Indicator, stated: Mapping[tuple[str, str], Row], settled: Mapping[str, _Settled]) -> Said:
    made = settled.get(indicator.code)
    if made is not None:
        state, confidence, url, run = made.row
        proof = (made.proof or url or "") if made.verdict == "yes" else ""
        return Said(indicator, state, confidence, made.verdict, proof, run)
    if (row := stated.get((indicator.edition, indicator.code))) is None:
        return Said(indicator, None, None, None, "", None)
    state, confidence, url, run = row
    return Said(indicator, state, confidence, None, url or "", run)
