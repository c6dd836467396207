"""What workers do when a disk is full, the database is away at their start, or a machine is lost with its archives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy import select

from crawler.jobs.desk import ALONE_FROM, AgainError, Desk
from crawler.jobs.locks import PortalLocks
from crawler.jobs.queue import make_app
from crawler.jobs.worker import queue_errors
from crawler.metrics import WorkerMetrics
from detectors.inspector import Inspector
from storage.archive.place import ArchivePlace
from storage.database import Database
from storage.errors import AwayError, StorageError, UnwritableError
from storage.models import CyclePortal
from storage.repository import get_run
from storage.repository.schedules import deaths, note_death
from tests.crawler.cycles import begin, slowly
from tests.crawler.fleet import Fleet
from tests.crawler.loopback import Answer, Handler, Route, Serve, page
from tests.crawler.test_jobs_workers import ENDS, fleet, held, own, town
from tests.storage.cluster import Cluster, cluster
from tests.storage.conftest import postgresql, template
from tests.storage.test_faults import _disk, _fill, _needs_root

__all__ = ["cluster", "fleet", "own", "postgresql", "template"]
NOISE = "".join(f"{number:x} " for number in range(4000))
PAGES = [f"/p{number}" for number in range(8)]


def filling(file: Path) -> dict[str, Route]:
    """A site of which one page is given when the disk has become full, the first time it is asked."""

    def give(handler: Handler) -> Answer:
        if handler.server.site.requests.count("/p3") == 1:
            _fill(file)
        return 200, {}, page("Page 3", *PAGES, body=NOISE).encode()

    pages: dict[str, Route] = {path: page(f"Page {path}", *PAGES, body=NOISE) for path in ("/", *PAGES)}
    return {**pages, "/robots.txt": (404, {}, b""), "/p3": give}


@_needs_root
@pytest.mark.parametrize("died", [0, ALONE_FROM])
def test_a_full_disk_ends_the_worker_and_is_no_fault_of_the_portal(
    died: int, fleet: Fleet, serve: Serve, tmp_path: Path
) -> None:
    with _disk(tmp_path / "disk", "4m") as disk:
        filler = disk / "the file of another program"
        fleet.plan("one", [serve(filling(filler))])
        fleet.data, fleet.logs = disk / "data", tmp_path
        with fleet.database.session() as session:
            for _ in range(died):
                note_death(session, 1, 1, datetime(2026, 6, 1, tzinfo=UTC))
        fleet.losi("schedule", "start", "one")
        assert fleet.worker().wait(ENDS) == 1
        assert "the disk is full" in fleet.log(0)
        assert _stands(fleet) == ("running", 0, died), "no try is taken, and nobody is to blame"
        filler.unlink()
        assert fleet.worker("--once").wait(ENDS) == 0
    assert _stands(fleet) == ("done", 1, 0)
    assert fleet.runs() == [(1, "ok")]
    assert fleet.twice() == []


def _stands(fleet: Fleet) -> tuple[str, int, int]:
    with fleet.database.reader() as session:
        row = session.scalars(select(CyclePortal)).one()
        return row.state, row.tries, deaths(session, 1, 1)


def test_a_server_that_is_away_when_a_worker_starts_is_waited_for(own: Fleet, cluster: Cluster, serve: Serve) -> None:
    own.plan("one", [serve(town(0))])
    own.losi("schedule", "start", "one")
    cluster.stop()
    worker = own.worker("--once")
    own.until(lambda: "cannot be reached; waiting for it, 300 seconds at most" in own.log(0))
    cluster.start()
    assert worker.wait(ENDS) == 0
    assert own.states() == {"done": 1}


def test_a_server_that_stays_away_ends_a_worker_that_starts(own: Fleet, cluster: Cluster) -> None:
    cluster.stop()
    assert own.worker("--db-wait", "1").wait(ENDS) == 1
    assert "check that it runs and that host and port in --db are right" in own.log(0)
    cluster.start()


def test_a_server_that_goes_away_while_the_queue_is_opened_is_waited_for(own: Fleet, cluster: Cluster) -> None:
    own.database.outage.allow(100)
    cluster.stop()
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("storage.outage").addHandler(handler)

    async def main() -> None:
        app = make_app(own.database.url, patience=100)
        with pytest.raises(AwayError, match=r"cannot be reached; check that it runs"):
            await app.open_async()
        opening = asyncio.ensure_future(own.database.outage.bridged(app.open_async))
        while not told:
            await asyncio.sleep(0.05)
        await asyncio.to_thread(cluster.start)
        await opening
        await app.close_async()

    try:
        asyncio.run(main())
    finally:
        logging.getLogger("storage.outage").removeHandler(handler)
    assert "waiting for it, 100 seconds at most" in told[0]
    assert "answers again" in told[-1]


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ("connection refused", AwayError, "cannot be reached; check that it runs"),
        ("could not extend file: No space left on device", UnwritableError, "is full or fails; free some space"),
        ("something new", StorageError, "the queue cannot be reached: something new; check --db"),
    ],
)
def test_errors_of_the_queue_are_told_with_their_mend(said: str, kind: type[StorageError], told: str) -> None:
    error = ConnectorException()
    error.__cause__ = psycopg.OperationalError(said)
    with pytest.raises(kind, match=told), queue_errors("the database"):
        raise error


def test_two_suspects_at_a_time_are_visited_alone(own: Fleet, serve: Serve, tmp_path: Path) -> None:
    sites = [serve(town(number)) for number in range(3)]
    held(sites, 0)
    begin(own.database, "one", sites, slowly(0.05))
    with own.database.session() as session:
        for portal in (1, 2, 3) * ALONE_FROM:
            note_death(session, 1, portal, datetime(2026, 6, 1, tzinfo=UTC))

    async def main() -> list[BaseException | None]:
        locks = await PortalLocks.open(own.database.url)
        desk = Desk(own.database, tmp_path, locks, Inspector.default(()), WorkerMetrics())
        alone = [asyncio.ensure_future(desk.visit(1, portal)) for portal in (1, 2)]
        while not all(site.gate.waiting for site in sites[:2]):
            await asyncio.sleep(0.05)
        with pytest.raises(AgainError, match="as many portals as may be") as refused:
            await desk.visit(1, 3)
        assert refused.value.seconds > 0
        assert await locks.take(3), "nobody holds it"
        desk.break_off()
        ended = await asyncio.gather(*alone, return_exceptions=True)
        await locks.close()
        return list(ended)

    ended = asyncio.run(main())
    assert [str(error) for error in ended] == ["the visit was broken off and is gone on with"] * 2
    assert sites[2].requests == []
    with own.database.reader() as session:
        assert [deaths(session, 1, portal) for portal in (1, 2, 3)] == [ALONE_FROM] * 3, "no process died"


class Watched(ArchivePlace):
    """A place that looks at something whenever an archive arrives."""

    look: Callable[[], object] = staticmethod(lambda: None)
    seen: list[object]

    def upload(self, data_dir: Path, name: str) -> int:
        copied = super().upload(data_dir, name)
        self.seen.append(self.look())
        return copied


def test_a_visit_counts_when_its_archive_has_arrived(own: Fleet, serve: Serve, tmp_path: Path) -> None:
    site = serve(town(0, pages=4))
    begin(own.database, "one", [site])
    place = Watched(str(tmp_path / "place"))
    place.seen = []
    place.look = lambda: _stands(own)[0]
    asyncio.run(_visited(own.database, tmp_path / "first", place))
    assert place.seen == ["running"]
    assert _stands(own)[0] == "done"
    asked = len(site.requests)
    _died_before_it_was_noted(own)
    asyncio.run(_visited(own.database, tmp_path / "second", place))
    assert _stands(own)[0] == "done"
    assert len(site.requests) == asked, "its archive had arrived: nothing is asked again"
    _died_before_it_was_noted(own)
    asyncio.run(_visited(own.database, tmp_path / "third", ArchivePlace(str(tmp_path / "empty"))))
    assert own.runs() == [(1, "ok"), (1, "ok")], "its archive was lost with its machine"
    with own.database.reader() as session:
        row = session.scalars(select(CyclePortal)).one()
        assert row.counted_id == 2
        assert (tmp_path / "empty" / str(get_run(session, 2).archive)).is_dir()


def test_a_visit_in_a_process_of_its_own_counts_when_its_archive_has_arrived(
    own: Fleet, serve: Serve, tmp_path: Path
) -> None:
    """And it takes no number that an archive in the common place has."""
    own.plan("one", [serve(town(0, pages=2))])
    with own.database.session() as session:
        note_death(session, 1, 1, datetime(2026, 6, 1, tzinfo=UTC))
    place = Watched(str(tmp_path / "place"))
    place.seen = []
    place.look = lambda: _stands(own)[0]
    asyncio.run(_visited(own.database, tmp_path / "data", place, elsewhere={1, 2}))
    assert place.seen[0] == "running"
    assert _stands(own) == ("done", 1, 0)
    assert [folder.name for folder in (tmp_path / "place" / "archive").iterdir()] == ["run-000003"]
    assert own.runs() == [(1, "ok")]


def _died_before_it_was_noted(fleet: Fleet) -> None:
    """The state of a portal whose machine was lost between a visit's conclusion and the step that follows from it."""
    with fleet.database.session() as session:
        row = session.scalars(select(CyclePortal)).one()
        row.state, row.counted_id, row.tries = "running", None, 0


async def _visited(database: Database, data: Path, place: ArchivePlace, elsewhere: Collection[int] = ()) -> None:
    locks = await PortalLocks.open(database.url)
    desk = Desk(database, data, locks, Inspector.default(()), WorkerMetrics(), place=place, elsewhere=elsewhere)
    try:
        await desk.visit(1, 1)
    finally:
        await locks.close()
