"""What a caller is told while a crawl goes on, and while its pages are measured and pictured afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from crawler.visit import Visit

Stage = Literal["reading", "rendering", "probing", "measuring", "validating", "concluding", "picturing"]
"""What is being done: pages are read, or shown in the browser first; then the host's encryption is asked about, pages
are measured in the browser, their markup is checked, the answers are concluded, and the proof is pictured."""


@dataclass(frozen=True, slots=True)
class Step:
    """A place within a stage: `done` of `of` are behind; `of` is 0 where nobody knows how many there are."""

    stage: Stage = "reading"
    done: int = 0
    of: int = 0


READING = Step()


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a crawl. `limit` is the budget of pages; `settled` counts features that need no further proof; `step`
    is what is being done with `url`, which may be empty."""

    pages: int
    limit: int
    queued: int
    requests: int
    bytes: int
    seconds: float
    url: str
    settled: int
    step: Step = READING


ProgressCallback = Callable[["Visit", str, Step], None]


def reporter(tell: Callable[[Progress], None]) -> ProgressCallback:
    """A callback for a visit that tells `tell` where it stands."""

    def report(visit: Visit, url: str, step: Step) -> None:
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
                step,
            )
        )

    return report
