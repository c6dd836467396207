"""Many portals of one host hold up nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.cycle.hosts import HostLocks
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.cycle.queue import DueQueue
from storage.database import Database
from storage.records import PortalRecord
from storage.repository import import_portals

SHARED, OTHERS = 1500, 300


@pytest.fixture
def planned(tmp_path: Path) -> Database:
    """A cycle over portals in folders of one host, and behind them portals with hosts of their own."""
    database = Database(tmp_path / "losi.db")
    database.migrate()
    urls = [f"https://towns.example/t{number}/" for number in range(SHARED)]
    urls += [f"https://t{number}.example/" for number in range(OTHERS)]
    with database.session() as session:
        import_portals(session, (PortalRecord(url, url, "city") for url in urls))
        begin_cycle(session, "one", CycleSettings(), Choice())
    return database


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
