"""A full disk is no portal's fault: the crawl of a cycle ends with one line, and goes on when there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.cycle.conductor import CycleOptions, CycleResult
from crawler.cycle.crawl import crawl_cycle
from detectors.inspector import Inspector
from storage.database import Database
from storage.errors import UnwritableError, explain_os
from storage.repository import cycle_portals, get_cycle
from tests.crawler.conftest import serve
from tests.crawler.cycles import begin
from tests.crawler.loopback import Answer, Handler, Route, Serve, page
from tests.storage.test_faults import _disk, _fill, _needs_root

__all__ = ["serve"]
PAGES = [f"/p{number}" for number in range(12)]
NOISE = "".join(f"{number:x} " for number in range(4000))
"""More than fits into what a full disk has left of its last block."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """It lies on another disk than the archives."""
    with Database(tmp_path / "losi.db") as made:
        made.migrate()
        yield made


@pytest.fixture
def inspector() -> Inspector:
    """The installed detectors."""
    return Inspector.default()


def _filling(file: Path) -> Callable[[Handler], Answer]:
    """A page that is given when the disk has become full, the first time."""

    def give(handler: Handler) -> Answer:
        if handler.server.site.requests.count("/p3") == 1:
            _fill(file)
        return 200, {}, page("Page 3", *PAGES, body=NOISE).encode()

    return give


def _crawl(database: Database, folder: Path, inspector: Inspector) -> CycleResult:
    options = CycleOptions(concurrency=2, processes=0)
    return asyncio.run(crawl_cycle(database, "one", options, data_dir=folder, inspector=inspector))


@_needs_root
def test_a_full_disk_takes_no_try_of_a_portal(
    serve: Serve, database: Database, tmp_path: Path, inspector: Inspector
) -> None:
    with _disk(tmp_path / "disk", "4m") as disk:
        filler = disk / "the file of another program"
        routes: dict[str, Route] = {path: page(f"Page {path}", *PAGES, body=NOISE) for path in ("/", *PAGES)}
        site = serve({**routes, "/robots.txt": (404, {}, b""), "/p3": _filling(filler)})
        begin(database, "one", [site], tries=1)
        with pytest.raises(UnwritableError, match=r"full.*free some space"):
            _crawl(database, disk, inspector)
        with database.reader() as session:
            cycle = get_cycle(session, "one")
            assert cycle.pulse == {}, "nobody crawls it any more"
            assert [(row.state, row.tries) for row in cycle_portals(session, cycle.id)] == [("running", 0)]
        filler.unlink()
        assert _crawl(database, disk, inspector).ending == "done"
    with database.reader() as session:
        assert [(row.state, row.tries) for row in cycle_portals(session, 1)] == [("done", 1)]
    assert set(site.requests) == {"/", "/robots.txt", *PAGES}
    assert [site.requests.count(path) for path in ("/", "/p0", "/p1")] == [1, 1, 1]


@pytest.mark.parametrize(("number", "told"), [(28, "full"), (13, "not allowed"), (30, "not allowed"), (5, "fails")])
def test_what_no_portal_can_help(number: int, told: str) -> None:
    error = explain_os(OSError(number, "x"), "write the archive")
    assert isinstance(error, UnwritableError)
    assert told in error.message
    assert error.mend
