"""A generated site on loopback with the log of its server, and runs of contestants over it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.access_log import AccessLog
from benchmarks.contestants.contestant import Contestant, Course
from benchmarks.generated_site import USUAL, Shape, path_of, served, write_site
from benchmarks.measured import Cost, FailedError, end_of, run

CONCURRENCY = 16


@dataclass(frozen=True, slots=True)
class Track:
    """A site that is being served at `url`, its size, the log of its server, a folder to use."""

    url: str
    pages: int
    log: AccessLog
    folder: Path

    def run(self, contestant: Contestant) -> Cost:
        """One crawl. Raises `FailedError`, also when not every page was fetched."""
        self.log.begin()
        said = self.folder / "said"
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            cost = run(contestant.command(self.course(Path(place))), said)
        fetched = len(self.log.fetched().keys() & {path_of(number) for number in range(self.pages)})
        if fetched != self.pages:
            raise FailedError(f"fetched {fetched} of {self.pages} pages, and said: {end_of(said)}")
        return cost

    def course(self, folder: Path) -> Course:
        """What a contestant is told."""
        return Course(self.url, self.pages, CONCURRENCY, folder)


@contextmanager
def laid(pages: int, shape: Shape = USUAL) -> Iterator[Track]:
    """A generated site of so many pages of a shape, served until the end of the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_site(folder / "site", pages, shape)
        (folder / "site" / "s.css").write_text("")
        log = AccessLog(folder / "access.log")
        with served(folder / "site", log.path) as url:
            yield Track(url, pages, log, folder)
