"""The supervisor's dashboards: cycles, a portal, scores."""

from __future__ import annotations

import csv
import io
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from review.access import IF_SUPERVISOR, App, Supervisor
from review.context import Context
from review.inputs import MAX_ID, Id, Text
from review.pages import render
from review.publish.scope import Kind
from review.publish.scores import Score
from review.service import cycles, portals, scores

router = APIRouter()
Cycle = Annotated[Text, Query(max_length=10)]
COLUMNS = (
    "portal", "url", "country", "region", "groups", "kind", "edition", "status", "measure", "yes", "unknown",
    "questions", "confirmed", "index", "normalised", "index_if_unknown_were_yes", "level", "country_osi",
    "country_osi_year",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get("/cycles")
def all_cycles(request: Request, context: App, viewer: Supervisor) -> Response:
    """All cycles."""
    with context.database.reader() as session:
        rows = cycles.cycles(session)
    return render(request, "cycles.html", viewer, rows=rows)


@router.get("/cycles/{cycle}")
def one_cycle(request: Request, context: App, viewer: Supervisor, cycle: Id) -> Response:
    """A cycle: regions, troubles, detectors."""
    with context.database.reader() as session:
        view = cycles.cycle_view(session, cycle, context.clock().date())
    return render(request, "cycle.html", viewer, view=view)


@router.get("/portals/{portal}")
def one_portal(request: Request, context: App, viewer: Supervisor, portal: Id) -> Response:
    """A portal: answers cycle by cycle, visits, differences."""
    with context.database.reader() as session:
        view = portals.portal_page(session, portal)
    return render(request, "portal.html", viewer, view=view)


@router.get("/scores")
def all_scores(request: Request, context: App, viewer: Supervisor, cycle: Cycle = "", kind: Text = "") -> Response:
    """The scores, with plots."""
    found = _scores(context, cycle, kind)
    with context.database.reader() as session:
        known = cycles.cycles(session)
    chosen = _number(cycle)
    return render(request, "scores.html", viewer, boards=found, cycles=known, chosen=chosen, kind=kind)


@router.get("/scores.csv", dependencies=[IF_SUPERVISOR])
def scores_csv(context: App, cycle: Cycle = "", kind: Text = "") -> Response:
    """The scores as a table for spreadsheets (RFC 4180; cells that look like formulas are quoted)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for board in _scores(context, cycle, kind):
        writer.writerows(_cells(*row) for row in zip(board.rows, board.normalised, strict=True))
    headers = {"Content-Disposition": 'attachment; filename="scores.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _scores(context: Context, cycle: str, kind: str) -> list[scores.Board]:
    wanted = cast(Kind, kind) if kind in get_args(Kind) else None
    with context.database.reader() as session:
        return scores.scores(session, context.clock().date(), cycle_id=_number(cycle), kind=wanted)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= MAX_ID else None


def _cells(score: Score, normalised: float | None) -> list[object]:
    visit, osi = score.visit, score.published
    cells = [
        visit.name, visit.url, visit.country, visit.place.region, " ".join(visit.place.groups), visit.kind,
        visit.edition, score.status, score.measure, score.yes, score.unknown, score.questions, score.confirmed,
        score.index, normalised, score.high, score.level, osi.osi if osi else None, osi.year if osi else None,
    ]  # fmt: skip
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in cells]
