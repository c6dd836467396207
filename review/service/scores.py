"""The scores as the dashboards show them: those of the publication, best first, with their figures; and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from review.publish.formats import csv_lines
from review.publish.rows import portal_rows
from review.publish.schema import PORTALS
from review.publish.scope import Kind, Scope
from review.publish.scores import Score
from review.publish.scores import scores as published
from review.publish.summary import Line, Summary, summarise


@dataclass(frozen=True, slots=True)
class Board:
    """The portals of one measure (`losi` or `osi_weighted`), best first, those without an index last. `editions` are
    given where there are several, whose indices are not comparable; `own` is the title of the only one, where it is
    none of the UN's. `normalised` holds their indices from 0 to 1 of this board, row by row (see
    `Summary.normalised`)."""

    measure: str
    own: str
    total: Line
    regions: tuple[Line, ...]
    groups: tuple[Line, ...]
    editions: tuple[Line, ...]
    rows: tuple[Score, ...]
    normalised: tuple[float | None, ...]


def scores(session: Session, today: date, *, cycle_id: int | None = None, kind: Kind | None = None) -> list[Board]:
    """The scores of one cycle, or of every portal's newest visit."""
    found = sorted(
        published(session, Scope(cycle_id, "", None, today, kind)),
        key=lambda score: (score.index is None, -(score.index or 0.0), score.visit.name),
    )
    return [
        _board(measure, summary, found) for measure, summary in summarise(found, ("region", "group", "edition")).items()
    ]


def scores_csv(session: Session, today: date, *, cycle_id: int | None = None, kind: Kind | None = None) -> str:
    """The same portals as the table `portals` of the publication, as `losi score --csv` writes it."""
    found = list(published(session, Scope(cycle_id, "", None, today, kind)))
    return "".join(csv_lines(PORTALS, portal_rows(found, summarise(found))))


def _board(measure: str, summary: Summary, found: list[Score]) -> Board:
    rows = tuple(score for score in found if score.measure == measure)
    return Board(
        measure,
        summary.own,
        summary.total,
        tuple(summary.lines("region")),
        tuple(summary.lines("group")),
        tuple(summary.lines("edition")) if summary.mixed else (),
        rows,
        tuple(summary.normalised(score) for score in rows),
    )
