"""Which runs count, and which of them stands for its portal: the one rule behind every "newest run".

A failure is never an absence, so a run that was broken off or kept out takes nobody's place:

1. Among the runs that count, the newest that read the portal to its end stands. To its end means outcome `ok`, or
   `partial` by the limits of the visit itself (`budget`) or of the site's owner (`robots`); a run that its own limits
   ended, such as a trial of five pages, must have read half as many pages as any other.
2. Where there is none, the run that read most pages before it ended: interrupted, blocked, a server that went away.
3. Of those that read equally much, such as nothing, the newest.

Runs that do not stand stay where they are, and are chosen by their number.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Label, Select, SQLColumnExpression, and_, case, func, or_, select

from storage.models import CyclePortal, Run

_SHARE = 2
"""A run that its own limits ended reads at least one in so many of the pages that another run read."""


def counts() -> ColumnElement[bool]:
    """A condition on `Run`: it was made outside cycles, or is the visit to its portal that counts in its cycle."""
    other = or_(CyclePortal.counted_id.is_(None), CyclePortal.counted_id != Run.id)
    planned = select(CyclePortal.cycle_id).where(
        CyclePortal.cycle_id == Run.cycle_id, CyclePortal.portal_id == Run.portal_id, other
    )
    return ~planned.correlate(Run).exists()


def ended() -> ColumnElement[bool]:
    """A condition on `Run`: it came to an end, counts, and did more than fetch a page for a person."""
    return and_(Run.outcome.is_not(None), Run.kind != "proof", counts())


def read_to_end(run: Run) -> bool:
    """Whether a run took its course: neither broken off nor kept out."""
    return run.outcome == "ok" or (run.outcome == "partial" and run.cause in ("budget", "robots"))


def standing(*among: ColumnElement[bool], apart: tuple[SQLColumnExpression[Any], ...] = ()) -> Select[int, int]:
    """Portal and number (`portal_id`, `run_id`) of the run that stands for each portal, out of the runs `among` those
    that ended; one for every value of `apart`, if given."""
    return best(ended(), *among, apart=apart)


def best(*among: ColumnElement[bool], apart: tuple[SQLColumnExpression[Any], ...] = ()) -> Select[int, int]:
    """The same out of all runs `among`, whether they count or not."""
    own: list[Label[Any]] = [column.label(f"apart_{place}") for place, column in enumerate(apart)]
    most = func.max(Run.pages).over(partition_by=(Run.portal_id, *apart))
    seen = select(Run.portal_id, Run.id, Run.pages, case((_to_end(most), 1), else_=0).label("whole"), *own)
    rows = seen.where(*among).subquery()
    pages = case((rows.c.whole == 1, 0), else_=rows.c.pages)
    parts = (rows.c.portal_id, *(rows.c[each.name] for each in own))
    place = func.row_number().over(partition_by=parts, order_by=(rows.c.whole.desc(), pages.desc(), rows.c.id.desc()))
    ranked = select(rows.c.portal_id, rows.c.id.label("run_id"), place.label("place")).subquery()
    return select(ranked.c.portal_id, ranked.c.run_id).where(ranked.c.place == 1)


def _to_end(most: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a run read the portal to its end, where another read `most` pages."""
    cause = func.coalesce(Run.cause, "")
    budget = and_(Run.outcome.in_(("ok", "partial")), cause == "budget", _SHARE * Run.pages >= most)
    return or_(and_(Run.outcome == "ok", cause != "budget"), and_(Run.outcome == "partial", cause == "robots"), budget)
