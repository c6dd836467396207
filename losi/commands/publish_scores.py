"""Shows scores: tables for people, CSV and JSON for programs, written as they are computed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from losi.output import writer
from losi.terminal import printable, show, stdout, table
from review.publish import rows, schema
from review.publish.formats import csv_lines, named
from review.publish.scores import Score, in_percent, scores
from review.publish.summary import BY, KINDS, Coverage, Line, Summary
from survey.countries import countries

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy.orm import Session

    from review.publish.scope import Scope

INDICES = {"losi": "LOSI", "osi_weighted": "weighted sub-indices"}
TOTALS = {"losi": "All cities", "osi_weighted": "All countries"}
NORMALISED = "normalised"
HOW_NORMALISED = (
    "index: the weighted sum of the shares answered yes. normalised: the same from 0 (lowest) to 1 (highest) of the "
    "portals shown here, as the Survey does over all countries; it changes with the portals."
)
DEFAULT = ("level", "region", "group")
PREFILLED = (
    "Nobody has confirmed these answers: this is a program's pre-fill and no result of a survey. What it could not "
    "tell counts as no, and what it found may be wrong."
)
MIXED = (
    "These portals answered different questionnaires ({}): figures of all of them together mix indices that are not "
    "comparable. The groups by edition part them."
)
Figures = dict[str, Summary]


def show_scores(session: Session, scope: Scope, figures: Figures, by: str | None) -> None:
    """Print the tables: one grouping, or the overview."""
    console = stdout()
    for measure, summary in figures.items():
        title = f"{KINDS[measure]} ({summary.own or INDICES[measure]})"
        for wanted in (by,) if by else (*DEFAULT, *(("edition",) if summary.mixed else ())):
            if wanted == "portal":
                countries_only = measure == "osi_weighted"
                show(console, _portal_table(title, _of(session, scope, measure), summary, countries_only))
                if countries_only:
                    console.print(HOW_NORMALISED)
            elif found := [line for name in BY if name == wanted for line in summary.lines(name)]:
                show(console, _line_table(f"{title} by {wanted}", found))
        if by is None:
            show(console, _total_table(TOTALS[measure], summary.total))
            if measure == "losi" and (regions := _coverage(scope, figures)):
                show(console, _coverage_table(regions))
        if summary.mixed:
            console.print(MIXED.format(", ".join(summary.mixed)), style="yellow")
        if not summary.total.confirmed and summary.total.assessed:
            console.print(PREFILLED, style="yellow")


def write_scores_csv(session: Session, scope: Scope, figures: Figures, by: str, destination: str) -> None:
    """Write the rows of `portals` or of one grouping as CSV."""
    portals = by == "portal"
    found = rows.portal_rows(scores(session, scope), figures) if portals else _group_rows(figures, by)
    with writer(destination) as write:
        for line in csv_lines(schema.PORTALS if portals else schema.GROUPS, found):
            write(line)


def write_scores_json(session: Session, scope: Scope, figures: Figures, destination: str) -> None:
    """Write `{"schema": 1, "cycle", "groups", "coverage", "portals"}`, portals line by line."""
    with writer(destination) as write:
        head = {
            "schema": schema.VERSION,
            "cycle": scope.name or None,
            "groups": [
                named(schema.GROUPS, row) for name, each in figures.items() for row in rows.group_rows(name, each)
            ],
            "coverage": [named(schema.COVERAGE, rows.coverage_row(region)) for region in _coverage(scope, figures)],
        }
        write(json.dumps(head, ensure_ascii=False)[:-1] + ', "portals": [')
        separator = "\n"
        for row in rows.portal_rows(scores(session, scope), figures):
            write(separator + json.dumps(named(schema.PORTALS, row), ensure_ascii=False))
            separator = ",\n"
        write("\n]}\n")


def _group_rows(figures: Figures, by: str) -> Iterator[rows.Row]:
    for measure, summary in figures.items():
        for name in BY:
            if name == by:
                yield from (rows.group_row(measure, line) for line in summary.lines(name))


def _of(session: Session, scope: Scope, measure: str) -> Iterator[Score]:
    return (score for score in scores(session, scope) if score.measure == measure)


def _portal_table(title: str, found: Iterable[Score], summary: Summary, countries_only: bool) -> Table:
    columns = ("portal", "country", "rank", "index", NORMALISED, "high", "level", "basis", "confirmed", "OSI")
    shown = [name for name in columns if countries_only or name != NORMALISED]
    made = table(title, shown, right=("rank", "index", NORMALISED, "high", "confirmed", "OSI"))
    for score in found:
        cells = (
            printable(score.visit.name), score.visit.country, str(summary.rank(score) or "–"), number(score.index),
            number(summary.normalised(score)), number(score.high), score.level or score.status, score.basis,
            f"{score.confirmed}/{score.questions}",
            f"{number(score.published.osi)} ({score.published.year})" if score.published else "–",
        )  # fmt: skip
        made.add_row(*(cell for name, cell in zip(columns, cells, strict=True) if name in shown))
    return made


def _line_table(title: str, lines: Iterable[Line]) -> Table:
    numbers = ("portals", "scored", "confirmed", "mean", "median", "lowest", "highest", "below OSI")
    made = table(title, ("", *numbers), right=numbers)
    for line in lines:
        made.add_row(
            _key(line), str(line.portals), str(line.assessed), _share(line.confirmed, line.questions),
            number(line.mean), number(line.median), number(line.lowest), number(line.highest), _below(line),
        )  # fmt: skip
    return made


def _total_table(title: str, total: Line) -> Table:
    made = table(title, ("", "value"), right=("value",))
    made.add_row("portals", str(total.portals))
    made.add_row("with a score", str(total.assessed))
    made.add_row("answers confirmed by people", _share(total.confirmed, total.questions))
    made.add_row("mean index", number(total.mean))
    made.add_row("median index", number(total.median))
    if total.compared:
        made.add_row("cities below their country's published OSI", _below(total))
    return made


def _coverage(scope: Scope, figures: Figures) -> list[Coverage]:
    """The coverage of the Member States; none where only one country, or no city, was looked at."""
    return figures["losi"].coverage() if "losi" in figures and scope.country is None else []


def _coverage_table(regions: Iterable[Coverage]) -> Table:
    numbers = ("states", "scored", "no portal", "not read", "not listed")
    made = table("Member States by their cities' portals", ("region", *numbers), right=numbers)
    for each in regions:
        made.add_row(
            each.region, str(each.states), str(each.assessed), str(each.no_portal), str(each.unread), str(each.unlisted)
        )
    return made


def _key(line: Line) -> str:
    known = countries().get(line.key) if line.by == "country" else None
    return printable(known.name if known else line.key) or "not known"


def _below(line: Line) -> str:
    return f"{line.below} of {line.compared} ({_share(line.below, line.compared)})" if line.compared else "–"


def _share(part: int, whole: int) -> str:
    return f"{in_percent(part / whole)} %" if whole else "–"


def number(value: float | None) -> str:
    """An index to four places."""
    return "–" if value is None else f"{value:.4f}"
