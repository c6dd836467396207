"""The counts of many portals at once: the database gathers what is said of each in one row, and what was counted once
is remembered by its very words, so that a dashboard over thousands of portals need not read every answer anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.publish.answers import Key, key_of
from review.publish.counts import Counts, counts_of
from review.publish.scope import Scope, Visit, visits
from storage.models import Answer, Card, Sheet
from survey.questionnaire import editions, load

_BATCH = 500
"""Portals asked for in one query."""
_REMEMBERED = 20_000
"""Portals whose counts are remembered."""
_BETWEEN, _IS = "\x1e", "\x1f"
"""What ASCII has for this, and what stands in no question's code, which its authors choose."""


def tallied(session: Session, scope: Scope) -> Iterator[tuple[Visit, Counts | None]]:
    """The portals of a scope with their counts, in the order of `visits`; None for an edition that is not known."""
    source, known = visits(session, scope), editions()
    while batch := list(islice(source, _BATCH)):
        stated = _stated(session, [visit.run for visit in batch if visit.run is not None])
        settled = _settled(session, [visit.portal for visit in batch])
        for visit in batch:
            words = stated.get((visit.run or 0, visit.edition), ""), settled.get(key_of(visit), "")
            yield visit, _counted(visit.edition, *words) if visit.edition in known else None


@lru_cache(_REMEMBERED)
def _counted(edition: str, stated: str, settled: str) -> Counts:
    questionnaire = load(edition)
    states, verdicts = _told(stated), _told(settled)
    return counts_of(questionnaire, ((states.get(code), verdicts.get(code)) for code in questionnaire.codes))


def _told(words: str) -> Mapping[str, str]:
    pairs = (pair.partition(_IS) for pair in words.split(_BETWEEN) if pair)
    return {code: value for code, _, value in pairs}


def _stated(session: Session, runs: Sequence[int]) -> dict[tuple[int, str], str]:
    """The program's states, by run and edition."""
    words = func.aggregate_strings(Answer.code + _IS + Answer.state, _BETWEEN)
    query = select(Answer.run_id, Answer.edition, words).where(Answer.run_id.in_(runs))
    rows = session.execute(query.group_by(Answer.run_id, Answer.edition))
    return {(run, edition): told for run, edition, told in rows}


def _settled(session: Session, portals: Sequence[int]) -> dict[Key, str]:
    """What people have settled, by sheet. The sheets are asked for first: SQLite would otherwise look at the settled
    cards of all sheets there are, for each batch of portals anew."""
    query = select(Sheet.id, Sheet.portal_id, Sheet.edition, Sheet.round).where(Sheet.portal_id.in_(portals))
    sheets = {number: (portal, edition, round_) for number, portal, edition, round_ in session.execute(query)}
    words = func.aggregate_strings(Card.code + _IS + Card.verdict, _BETWEEN)
    made = Card.verdict.is_not(None) & Card.status.in_(("agreed", "adjudicated"))
    found: dict[Key, str] = {}
    numbers = list(sheets)
    for start in range(0, len(numbers), _BATCH):
        among = Card.sheet_id.in_(numbers[start : start + _BATCH])
        rows = session.execute(select(Card.sheet_id, words).where(among, made).group_by(Card.sheet_id))
        found |= {sheets[number]: told for number, told in rows}
    return found
