"""The JSON API's dashboards: cycles, portals, scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from review.access import IF_SUPERVISOR, App, from_script
from review.inputs import MAX_ID, Id
from review.service import cycles, portals, scores
from storage.words import PortalKind

router = APIRouter(dependencies=[Depends(from_script), IF_SUPERVISOR])
Cycle = Annotated[int | None, Query(ge=1, le=MAX_ID)]


@router.get("/cycles")
def read_cycles(context: App) -> list[cycles.CycleRow]:
    """All cycles, the newest first."""
    with context.database.reader() as session:
        return cycles.cycles(session)


@router.get("/cycles/{cycle}")
def read_cycle(context: App, cycle: Id) -> cycles.CycleView:
    """A cycle: regions, portals that could not be read, detectors against the cycle before."""
    with context.database.reader() as session:
        return cycles.cycle_view(session, cycle, context.clock().date())


@router.get("/portals/{portal}")
def read_portal(context: App, portal: Id) -> portals.PortalPage:
    """A portal: answers cycle by cycle, visits, and why answers differ."""
    with context.database.reader() as session:
        return portals.portal_page(session, portal)


@router.get("/scores")
def read_scores(context: App, cycle: Cycle = None, kind: PortalKind | None = None) -> list[scores.Board]:
    """The scores of portals under review."""
    with context.database.reader() as session:
        return scores.scores(session, context.clock().date(), cycle_id=cycle, kind=kind)
