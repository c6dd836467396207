"""One portal's turn in a survey cycle: what its visit goes on from, shares with others, and looks at again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.cycle.earlier import Earlier
    from crawler.pacer import Pacer
    from crawler.readers import ReaderPool


@dataclass(frozen=True, slots=True)
class Turn:
    """`resume` is the run to go on with, `told` how many of its pages were counted before it was broken off; `earlier`
    what an earlier run holds; `pool` reads pages for all portals, `pacer` keeps their common pace at hosts that several
    of them link to.

    `leads` are addresses with the features that were once proven there: they are visited early. Rows are committed
    after `batch_seconds`, since what a crash leaves without a row is in the archive.
    """

    cycle_id: int | None = None
    portal_id: int | None = None
    resume: int | None = None
    earlier: Earlier | None = None
    pool: ReaderPool | None = None
    leads: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    batch_seconds: float = 5.0
    pacer: Pacer | None = None
    told: int = 0


class SuspendedError(Exception):
    """A visit in a cycle was stopped; all that it fetched is kept, and it can be gone on with."""
