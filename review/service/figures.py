"""How far the assessors agree, indicator by indicator, before any of them saw the other's answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from review.agreement import Figures, Pair, Share, difference, figures
from storage.models import Card, Sheet, Task
from storage.repository.sheets import DECIDED
from survey.questionnaire import load


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """The agreement on one indicator."""

    edition: str
    code: str
    title: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement over all cards that two have decided, and by indicator."""

    overall: Figures
    by_indicator: tuple[IndicatorFigures, ...]


@dataclass(frozen=True, slots=True)
class BiasReport:
    """How often assessors answer what the program suggests, with the suggestion in view and without.

    `low`..`high` is the 95 % interval of the difference in share: if all of it lies above 0, people follow the
    suggestion more than they would by themselves.
    """

    shown: Share
    hidden: Share
    difference: float | None
    low: float | None
    high: float | None


def agreement(session: Session, *, cycle_id: int | None = None) -> AgreementReport:
    """The agreement of all pairs of assessors, of one cycle if given."""
    one, two = aliased(Task), aliased(Task)
    query = (
        select(Sheet.edition, Card.code, one.verdict, two.verdict)
        .join(Card, Card.id == one.card_id)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .join(two, (two.card_id == one.card_id) & (two.account_id > one.account_id))
        .where(one.stage == DECIDED, two.stage == DECIDED, one.verdict.is_not(None), two.verdict.is_not(None))
    )
    by_code: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for edition, code, first, second in session.execute(query.where(*_of_cycle(cycle_id))):
        by_code[edition, code].append((str(first), str(second)))
    every = [pair for pairs in by_code.values() for pair in pairs]
    rows = (
        IndicatorFigures(edition, code, load(edition).indicator(code).title, figures(pairs))
        for (edition, code), pairs in sorted(by_code.items())
    )
    return AgreementReport(figures(every), tuple(rows))


def automation_bias(session: Session, *, cycle_id: int | None = None) -> BiasReport:
    """Cards with a suggestion of yes or no, decided yes or no."""
    query = (
        select(Task.hidden, Task.verdict == Task.suggested)
        .join(Card, Card.id == Task.card_id)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .where(Task.stage == DECIDED, Task.suggested.is_not(None), Task.verdict.in_(("yes", "no")))
    )
    rows = [(bool(hidden), bool(same)) for hidden, same in session.execute(query.where(*_of_cycle(cycle_id)))]
    shown, hidden = _share(rows, False), _share(rows, True)
    interval = difference(shown, hidden)
    if interval is None or shown.value is None or hidden.value is None:
        return BiasReport(shown, hidden, None, None, None)
    return BiasReport(shown, hidden, shown.value - hidden.value, *interval)


def _share(rows: list[tuple[bool, bool]], hidden: bool) -> Share:
    these = [same for kept, same in rows if kept is hidden]
    return Share(sum(these), len(these))


def _of_cycle(cycle_id: int | None) -> list[ColumnElement[bool]]:
    return [] if cycle_id is None else [Sheet.cycle_id == cycle_id]
