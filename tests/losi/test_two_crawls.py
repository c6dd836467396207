"""Two cycles crawled at the same time on one data folder never visit a host at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from crawler.cycle.hosts import HostLocks
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.cycle.status import cycle_status
from storage.database import Database
from storage.repository import get_cycle
from tests.crawler.conftest import serve
from tests.crawler.cycles import QUICK, begin
from tests.crawler.loopback import Route, Serve, Site, page

__all__ = ["serve"]
ROOT = Path(__file__).parents[2]
PAGES = ["/", "/a", "/b", "/c"]
HOLDER = """
import sys
from pathlib import Path
from crawler.cycle.hosts import HostLocks
with HostLocks.open(Path(sys.argv[1])) as locks:
    print(locks.take("town.example"), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "losi.db") as made:
        made.migrate()
        yield made


def _until(met: Callable[[], object]) -> None:
    end = monotonic() + 120
    while not met():
        assert monotonic() < end, "not met in two minutes"
        sleep(0.02)


def _crawl(folder: Path, name: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "losi", "cycle", "crawl", name, "--processes", "0", "--data", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def _looks(database: Database, name: str) -> bool:
    """Whether a crawl of the cycle gives signs of life."""
    with database.reader() as session:
        return cycle_status(session, get_cycle(session, name)).crawling


def _town(serve: Serve) -> Site:
    routes: dict[str, Route] = {path: page(f"Page {path}", *PAGES) for path in PAGES}
    return serve({**routes, "/robots.txt": (404, {}, b"")})


def test_a_host_waits_for_the_other_cycle(serve: Serve, database: Database, tmp_path: Path) -> None:
    site = _town(serve)
    begin(database, "first", [site])
    with database.session() as session:
        begin_cycle(session, "second", CycleSettings(crawl=QUICK), Choice())
    site.gate.only(2)
    one = _crawl(tmp_path, "first")
    _until(lambda: site.gate.waiting)
    two = _crawl(tmp_path, "second")
    _until(lambda: _looks(database, "second"))
    assert len(site.requests) == 3, "two were answered, one waits, and the second crawl asked for nothing"
    assert two.poll() is None, "it waits for the host"
    site.gate.open()
    assert (one.wait(120), two.wait(120)) == (0, 0)
    half = len(site.requests) // 2
    assert sorted(site.requests[:half]) == sorted(site.requests[half:])
    with database.reader() as session:
        for name in ("first", "second"):
            assert cycle_status(session, get_cycle(session, name)).states == {"done": 1}


def test_a_killed_process_holds_no_host(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    other = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"True\n"
    with HostLocks.open(tmp_path) as locks:
        assert not locks.take("town.example")
        assert locks.take("another.example")
        other.kill()
        other.communicate()
        assert locks.take("town.example")
        locks.give_back("town.example")
        assert locks.take("town.example")
