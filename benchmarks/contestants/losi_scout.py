"""LOSI Scout with everything on but the browser: archive, detectors, database.

python -m benchmarks.contestants.losi_scout URL PAGES CONCURRENCY FOLDER [PROCESSES]
"""

from __future__ import annotations

import sys

from benchmarks.contestants.contestant import Contestant, Course

_EVERYTHING = "archives, detects, stores"
_BYTES = 100_000_000_000
"""More than any course weighs: here the site ends the crawl, not a limit."""


def command(course: Course, processes: int = 0) -> list[str]:
    """The crawl of a course, pages read in the crawl's process or in `processes` beside it."""
    numbers = (course.pages, course.concurrency, course.folder, processes)
    return [sys.executable, "-m", __name__, course.url, *map(str, numbers)]


def crawl(url: str, pages: int, concurrency: int, folder: str, processes: int) -> str:
    """Checks the site as `losi check` would; says in a line what came of it."""
    from crawler.garbage import begin

    begin()
    from crawler.check import run_check
    from crawler.result import PortalTarget
    from crawler.settings import CrawlOptions

    options = CrawlOptions(
        max_pages=pages + 100,
        max_bytes=_BYTES,
        max_queue=max(20_000, pages),
        delay=0,
        concurrency=concurrency,
        allow_private=True,
        processes=processes,
    )
    made = run_check(PortalTarget(url), options, data_dir=folder)
    return " ".join((f"{made.outcome}, {made.cause}, {made.pages} pages: {made.message}", *made.problems[:3]))


CONTESTANTS = (
    Contestant("losi", "LOSI Scout", _EVERYTHING, command),
    Contestant("losi+1", "LOSI Scout, one reader", _EVERYTHING, lambda course: command(course, 1)),
    Contestant("losi+2", "LOSI Scout, two readers", _EVERYTHING, lambda course: command(course, 2)),
)

if __name__ == "__main__":
    address, count, at_a_time, place, beside = sys.argv[1:]
    print(crawl(address, int(count), int(at_a_time), place, int(beside)))
