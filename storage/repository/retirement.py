"""Portals that leave the list: retired with their history, or removed while there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, select

from storage.models import Claim, CyclePortal, Membership, Portal, Run, Sheet
from survey.counts import count_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


_WHOSE = {"sheet": " of assessors", "claim": " of its government", "account": " of its owners"}


@dataclass(frozen=True, slots=True)
class History:
    """What the database holds of a portal that is gone once the portal is: nothing of it can be made again."""

    visits: int
    sheets: int
    claims: int
    owners: int

    def __str__(self) -> str:
        named = {"visit": self.visits, "sheet": self.sheets}
        named |= {"claim": self.claims, "account": self.owners}
        return ", ".join(count_of(count, name) + _WHOSE.get(name, "") for name, count in named.items() if count)


def history(session: Session, portal_id: int) -> History:
    """What is kept of a portal; empty as text where that is nothing. Nobody adds to it before the transaction ends."""
    for column in (CyclePortal.portal_id, Portal.id):
        session.execute(select(column).where(column == portal_id).with_for_update())
    counts = [
        session.scalar(select(func.count()).select_from(model).where(model.portal_id == portal_id)) or 0
        for model in (Run, Sheet, Claim, Membership)
    ]
    return History(*counts)


def remove_portal(session: Session, portal_id: int) -> None:
    """Takes a portal without history out of the database, and off the plans of cycles.

    Raises ValueError where it has a history: that is the caller's to look at first.
    """
    if str(found := history(session, portal_id)):
        raise ValueError(f"portal {portal_id} has a history: {found}")
    session.execute(delete(Portal).where(Portal.id == portal_id))


def retire_portal(session: Session, portal: Portal, now: datetime) -> int:
    """Leaves a portal out of new cycles, and takes it off the plans in which no visit to it has begun; their number."""
    portal.retired = portal.retired or now
    unvisited = _unvisited(portal.id)
    result: CursorResult[Any] = session.connection().execute(delete(CyclePortal).where(*unvisited))
    return result.rowcount


def _unvisited(portal_id: int) -> tuple[ColumnElement[bool], ...]:
    begun = select(Run.id).where(Run.portal_id == CyclePortal.portal_id, Run.cycle_id == CyclePortal.cycle_id)
    plain = (CyclePortal.state == "pending", CyclePortal.run_id.is_(None), CyclePortal.counted_id.is_(None))
    return CyclePortal.portal_id == portal_id, *plain, ~begun.exists()
