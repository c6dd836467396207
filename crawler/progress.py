"""What a caller is told while a crawl goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.visit import Visit


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a crawl. `limit` is the budget of pages; `settled` counts features that need no further proof."""

    pages: int
    limit: int
    queued: int
    requests: int
    bytes: int
    seconds: float
    url: str
    settled: int


ProgressCallback = Callable[["Visit", str], None]


def reporter(tell: Callable[[Progress], None]) -> ProgressCallback:
    """A callback for a visit that tells `tell` where it stands."""

    def report(visit: Visit, url: str) -> None:
        budget = visit.budget
        tell(
            Progress(
                budget.pages,
                visit.options.max_pages,
                len(visit.frontier),
                budget.requests,
                budget.bytes,
                budget.seconds,
                url,
                len(visit.tally.settled),
            )
        )

    return report
