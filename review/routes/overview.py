"""The supervisor's dashboards: cycles, a portal, scores."""

from __future__ import annotations

from typing import Annotated, cast, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from review.access import IF_SUPERVISOR, App, Supervisor
from review.inputs import MAX_ID, Id, Text, number_of
from review.pages import place_in, render
from review.publish.scope import Kind
from review.service import cycles, portals, scores

router = APIRouter()
Cycle = Annotated[Text, Query(max_length=10)]
Start = Annotated[int, Query(ge=0, le=MAX_ID)]
LISTED = 200
"""Portals of a measure on one page of the scores."""


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
def all_scores(
    request: Request,
    context: App,
    viewer: Supervisor,
    cycle: Cycle = "",
    kind: Text = "",
    losi: Start = 0,
    osi_weighted: Start = 0,
) -> Response:
    """The scores, with plots, and a page of the portals of each measure, from the places of these names."""
    chosen, today = number_of(cycle), context.clock().date()
    with context.database.reader() as session:
        found = scores.scores(session, today, cycle_id=chosen, kind=_kind(kind))
        known = cycles.cycles(session)
    first = {"losi": losi, "osi_weighted": osi_weighted}
    first |= {board.measure: place_in(len(board.rows), first[board.measure], LISTED) for board in found}
    query = {"cycle": cycle, "kind": kind, **first}
    values = {"first": first, "query": query, "listed": LISTED}
    return render(request, "scores.html", viewer, boards=found, cycles=known, chosen=chosen, kind=kind, part=values)


@router.get("/scores.csv", dependencies=[IF_SUPERVISOR])
def scores_csv(context: App, cycle: Cycle = "", kind: Text = "") -> Response:
    """The scores as a table for spreadsheets, in the columns of `losi score --csv`."""
    with context.database.reader() as session:
        text = scores.scores_csv(session, context.clock().date(), cycle_id=number_of(cycle), kind=_kind(kind))
    headers = {"Content-Disposition": 'attachment; filename="scores.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _kind(text: str) -> Kind | None:
    return cast(Kind, text) if text in get_args(Kind) else None
