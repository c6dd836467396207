"""Which runs count: in a survey cycle a visit may have to be tried again or confirmed before anybody is told of it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from storage.models import CyclePortal, Run


def counts() -> ColumnElement[bool]:
    """A condition on `Run`: it was made outside cycles, or is the visit to its portal that counts in its cycle."""
    other = or_(CyclePortal.counted_id.is_(None), CyclePortal.counted_id != Run.id)
    planned = select(CyclePortal.cycle_id).where(
        CyclePortal.cycle_id == Run.cycle_id, CyclePortal.portal_id == Run.portal_id, other
    )
    return ~planned.correlate(Run).exists()
