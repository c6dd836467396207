"""Portals of one host take turns, and hold up nobody else's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.cycle.hosts import HostLocks
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.cycle.queue import DueQueue
from storage.database import Database
from storage.records import PortalRecord
from storage.repository import import_portals

SHARED, OTHERS = 1500, 300
ROOT = Path(__file__).parents[2]
OTHER_PROCESS = """
import sys
from pathlib import Path
from crawler.cycle.hosts import HostLocks
with HostLocks.open(Path(sys.argv[1])) as locks:
    print(locks.take(sys.argv[2]))
"""


@pytest.fixture
def planned(tmp_path: Path) -> Database:
    """A cycle over portals in folders of one host, and behind them portals with hosts of their own."""
    database = Database(tmp_path / "losi.db")
    database.migrate()
    urls = [f"https://towns.example/t{number}/" for number in range(SHARED)]
    urls += [f"https://t{number}.example/" for number in range(OTHERS)]
    return _plan(database, urls)


def _plan(database: Database, urls: list[str]) -> Database:
    with database.session() as session:
        import_portals(session, (PortalRecord(url, url, "city") for url in urls))
        begin_cycle(session, "one", CycleSettings(), Choice())
    return database


@pytest.fixture
def queue(database: Database, tmp_path: Path) -> Iterator[DueQueue]:
    """A queue over three portals of one host, however it is written."""
    _plan(database, ["https://towns.example/a/", "https://TOWNS.example/b/", "https://user@towns.example/c/"])
    with HostLocks.open(tmp_path) as locks:
        yield DueQueue(database, 1, Choice(), locks)


def test_portals_of_one_host_hold_up_nobody_else(planned: Database, tmp_path: Path) -> None:
    with planned, HostLocks.open(tmp_path) as locks:
        queue = DueQueue(planned, 1, Choice(), locks)
        taken = [queue.take() for _ in range(OTHERS + 1)]
        hosts = [due.url.split("/")[2] for due in taken if due is not None]
        assert len(hosts) == len(set(hosts)) == OTHERS + 1
        assert queue.take() is None
        assert queue.held_up
        queue.give_back(next(due for due in taken if due is not None and "towns" in due.url))
        following = queue.take()
        assert following is not None
        assert following.url.startswith("https://towns.example/")


def test_a_portal_that_stays_open_comes_again_behind_the_others(queue: DueQueue) -> None:
    assert _handed_out(queue, 4, again=True) == ["a", "b", "c", "a"]
    assert queue.spent == frozenset()


def test_a_portal_that_is_not_to_be_visited_again_is_left_out(queue: DueQueue) -> None:
    assert _handed_out(queue, 3, again=False) == ["a", "b", "c"]
    assert queue.take() is None
    assert (set(queue.spent), queue.held_up) == ({1, 2, 3}, False)


def _handed_out(queue: DueQueue, count: int, *, again: bool) -> list[str]:
    """The last letters of so many portals that are taken, one while the host is busy with no other."""
    letters = []
    for _ in range(count):
        due = queue.take()
        assert due is not None
        assert queue.take() is None
        letters.append(due.url.rstrip("/")[-1])
        queue.give_back(due, again=again)
    return letters


def test_a_host_that_was_visited_is_free_for_other_crawls(queue: DueQueue, tmp_path: Path) -> None:
    due = queue.take()
    assert due is not None
    assert not _free_for_others(tmp_path)
    queue.give_back(due)
    assert _free_for_others(tmp_path)
    queue.give_back(due)


def _free_for_others(folder: Path) -> bool:
    command = [sys.executable, "-c", OTHER_PROCESS, str(folder), "towns.example"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout == b"True\n"
