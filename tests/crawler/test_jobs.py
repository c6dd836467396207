"""The queue, the locks, the schedule and the metrics, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, create_engine, select, text, update

from crawler.cycle.exclusive import exclusive
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.jobs.begin import begin_due
from crawler.jobs.cron import calendars, checked, every, is_due, last_moment, opens, within
from crawler.jobs.desk import Desk
from crawler.jobs.dsn import dsn
from crawler.jobs.due import archive_name, due_portal, with_archive
from crawler.jobs.handout import AHEAD, hand_out
from crawler.jobs.locks import PortalLocks
from crawler.jobs.queue import SCHEMA, install_queue, make_app, queue_counts
from crawler.jobs.recovery import forsaken
from crawler.metrics import CycleCollector, WorkerMetrics
from detectors.inspector import Inspector
from storage.database import Database
from storage.errors import StorageError
from storage.models import Cycle, CyclePortal, Run, Schedule
from storage.records import PortalRecord
from storage.repository import begin_visit, import_portals, start_run
from storage.repository.schedules import take_worker_pulse
from tests.storage.conftest import postgresql, template

__all__ = ["postgresql", "template"]
MONDAY = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
CLOSES = datetime(2026, 8, 31, tzinfo=UTC)


@pytest.fixture
def database(postgresql: URL, template: str) -> Iterator[Database]:
    """A migrated PostgreSQL database with a cycle over three portals, two of them on one host."""
    name = f"jobs_{uuid4().hex}"
    engine = create_engine(postgresql.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    with Database(postgresql.set(database=name)) as made:
        urls = ("https://a.example/", "https://a.example/town", "https://b.example/")
        with made.session() as session:
            import_portals(session, [PortalRecord(url, url, "city", "PER") for url in urls])
            begin_cycle(session, "one", CycleSettings(), Choice(), closes=CLOSES)
        yield made


def schedule(database: Database, **values: object) -> None:
    """Adds a schedule that was made in May 2026."""
    with database.session() as session:
        session.add(Schedule(cycle_id=1, created=datetime(2026, 5, 30, tzinfo=UTC), **values))


def jobs(database: Database, now: datetime) -> int:
    """Hands out; the number of jobs that were queued."""
    app = make_app(database.url)

    async def main() -> int:
        async with app.open_async():
            return await hand_out(app, database, now)

    return asyncio.run(main())


def queued(database: Database) -> list[tuple[str, str, str]]:
    with psycopg.connect(**dsn(database.url)) as connection:
        query = f"SELECT lock, queueing_lock, status::text FROM {SCHEMA}.procrastinate_jobs ORDER BY id"
        return connection.execute(query).fetchall()


def test_the_queue_is_made_once_and_made_anew_for_another_version(database: Database) -> None:
    assert queue_counts(database) == {}
    install_queue(database)
    schedule(database, fired=MONDAY)
    assert jobs(database, MONDAY) == 3
    install_queue(database)
    assert queue_counts(database)["todo"] == 3
    with psycopg.connect(**dsn(database.url)) as connection:
        connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS 'older'")
        connection.execute(f"INSERT INTO {SCHEMA}.procrastinate_workers DEFAULT VALUES")
    with pytest.raises(StorageError, match="1 workers of another version still run; stop them"):
        install_queue(database)
    with psycopg.connect(**dsn(database.url)) as connection:
        connection.execute(f"UPDATE {SCHEMA}.procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    install_queue(database)
    assert queue_counts(database) == {"workers": 0}
    assert jobs(database, MONDAY) == 3


def test_sqlite_has_no_queue(tmp_path: Path) -> None:
    with Database(tmp_path / "losi.db") as sqlite, pytest.raises(StorageError, match="workers need PostgreSQL"):
        install_queue(sqlite)


def test_a_portal_is_queued_once_and_a_host_has_one_job_at_a_time(database: Database) -> None:
    install_queue(database)
    schedule(database, fired=MONDAY)
    assert jobs(database, MONDAY) == 3
    assert jobs(database, MONDAY) == 0
    hosts = [lock for lock, _, _ in queued(database)]
    assert hosts == ["a.example", "a.example", "b.example"]
    with psycopg.connect(**dsn(database.url)) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE queueing_lock = '1:1'")
    assert jobs(database, MONDAY) == 0


def test_portals_of_one_host_leave_room_for_others(database: Database) -> None:
    urls = [f"https://towns.example/t{number}/" for number in range(2100)]
    urls += [f"https://t{number}.example/" for number in range(20)]
    with database.session() as session:
        import_portals(session, (PortalRecord(url, url, "city") for url in urls))
        begin_cycle(session, "two", CycleSettings(), Choice(), closes=CLOSES)
        session.add(Schedule(cycle_id=2, created=MONDAY, fired=MONDAY))
    install_queue(database)
    first, again = jobs(database, MONDAY), jobs(database, MONDAY)
    hosts = Counter(lock for lock, _, _ in queued(database))
    assert hosts["towns.example"] == first - 20 - 3
    assert {f"t{number}.example" for number in range(20)} <= hosts.keys()
    assert again == 0, "its jobs are enough for now"


def test_a_small_cycle_does_not_wait_until_a_large_one_is_done(database: Database) -> None:
    with database.session() as session:
        import_portals(session, (PortalRecord(f"https://t{n}.example/", "T", "national") for n in range(AHEAD + 100)))
        begin_cycle(session, "large", CycleSettings(), Choice(kind="national"))
        begin_cycle(session, "small", CycleSettings(), Choice(kind="city"))
        session.add_all(Schedule(cycle_id=cycle, created=MONDAY, fired=MONDAY) for cycle in (2, 3))
    install_queue(database)
    assert jobs(database, MONDAY) == AHEAD
    assert {"3:1", "3:2", "3:3"} <= {portal for _, portal, _ in queued(database)[:6]}


def test_what_is_paused_closed_or_not_begun_is_not_handed_out(database: Database) -> None:
    install_queue(database)
    schedule(database, cron="0 6 * * 1")
    assert jobs(database, MONDAY - timedelta(minutes=1)) == 0
    with database.session() as session:
        session.execute(update(Cycle).values(paused=True))
    assert jobs(database, MONDAY) == 0
    with database.session() as session:
        session.execute(update(Cycle).values(paused=False))
    assert jobs(database, CLOSES + timedelta(days=1)) == 0
    assert jobs(database, MONDAY) == 3


def test_a_schedule_begins_once_a_moment_and_only_in_its_months(database: Database) -> None:
    schedule(database, cron="0 6 * * 1", months=2, again=True)
    with database.session() as session:
        session.execute(update(CyclePortal).where(CyclePortal.portal_id == 1).values(state="done", tries=1))
    assert begin_due(database, MONDAY) == []
    july = datetime(2026, 7, 6, 6, 0, 30, tzinfo=UTC)
    assert begin_due(database, july) == [1]
    assert begin_due(database, july + timedelta(minutes=1)) == []
    with database.reader() as session:
        assert set(session.scalars(select(CyclePortal.state))) == {"pending"}
    assert begin_due(database, july + timedelta(days=21)) == [1], "several that were missed count as one"
    assert begin_due(database, july + timedelta(days=22)) == []


def _cut(database: Database, name: str) -> None:
    """Ends the connections of that name, and waits until the server has ended them."""
    query = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name LIKE %s"
    with psycopg.connect(**dsn(database.url), autocommit=True) as connection:
        assert all(ended for (ended,) in connection.execute(query, [name]))


def test_a_portal_has_one_holder_until_that_one_dies(database: Database) -> None:
    async def main() -> list[bool]:
        first, second = await PortalLocks.open(database.url), await PortalLocks.open(database.url)
        said = [await first.take(7), await first.take(7), await second.take(7), await second.take(8)]
        await first.give_back(7)
        said.append(await second.take(7))
        _cut(database, "losi worker%")
        said += [await second.alive(), await first.alive()]
        third = await PortalLocks.open(database.url)
        said += [await third.take(7), await third.alive()]
        for one in (first, second, third):
            await one.close()
        return said

    assert asyncio.run(main()) == [True, False, False, True, True, False, False, True, True]


def test_locks_that_were_lost_are_taken_again_unless_another_has_them(database: Database) -> None:
    async def main() -> list[bool]:
        first, second = await PortalLocks.open(database.url), await PortalLocks.open(database.url)
        said = [await first.take(7), await first.share(1)]
        first._connection.pgconn.finish()
        said += [await first.alive(), await first.regain(), await first.alive(), await second.take(7)]
        said += [await first.regain(), await second.take(7), await second.take(8)]
        _cut(database, first._name)
        said += [await second.take(7), await first.regain(), await first.up_for() > 0]
        for one in (first, second):
            await one.close()
        return said

    before = [True, True, False, True, True, False]
    assert asyncio.run(main()) == [*before, True, False, True, True, False, True]


def test_no_lock_outlives_its_visit_when_the_connection_is_lost(database: Database) -> None:
    async def main() -> list[bool]:
        first, second = await PortalLocks.open(database.url), await PortalLocks.open(database.url)
        assert await first.share(1)
        assert all([await first.take(portal) for portal in range(50)])
        _cut(database, first._name)
        assert not await first.alive()
        before, regained = first._connection, asyncio.ensure_future(first.regain())
        while first._connection is before:
            await asyncio.sleep(0)
        changes = [
            *(first.give_back(portal) for portal in range(50)),
            *(first.take(portal) for portal in range(50, 99)),
        ]
        await asyncio.gather(*changes)
        assert await regained
        for portal in range(50, 99):
            await first.give_back(portal)
        free = [await second.take(portal) for portal in range(99)]
        for one in (first, second):
            await one.close()
        return free

    assert all(asyncio.run(main()))


def test_a_visit_whose_locks_are_lost_while_it_begins_can_be_begun_again(database: Database, tmp_path: Path) -> None:
    async def main() -> bool:
        locks = await PortalLocks.open(database.url)
        desk = Desk(database, tmp_path, locks, Inspector.default(()), WorkerMetrics())
        async with locks._one_at_a_time:
            visit = asyncio.ensure_future(desk.visit(1, 1))
            await asyncio.sleep(0)
            cut = asyncio.ensure_future(_cut_between(database, locks))
            await asyncio.sleep(0)
        with pytest.raises(StorageError, match="was lost"):
            await visit
        await cut
        assert await locks.regain()
        free = await locks.take(1)
        await locks.close()
        return free

    assert asyncio.run(main())


async def _cut_between(database: Database, locks: PortalLocks) -> None:
    """Ends the connection when it is its turn: behind the call that waits already, before that one's next."""
    async with locks._one_at_a_time:
        await asyncio.to_thread(_cut, database, locks._name)


def test_a_visit_without_rows_is_not_gone_on_with_where_its_archive_is_not(database: Database, tmp_path: Path) -> None:
    with database.session() as session:
        run = start_run(session, 1, "losi-2024", cycle_id=1)
        begin_visit(session, 1, 1, run.id)
        due = due_portal(session, 1, 1)
    assert due is not None
    (tmp_path / "first" / archive_name(run.id)).mkdir(parents=True)
    assert with_archive(due, database, 1, tmp_path / "first", None) == due
    assert with_archive(due, database, 1, tmp_path / "second", None).run_id is None
    with database.reader() as session:
        assert session.get(Run, run.id) is None, "another archive of its number is never begun"


def test_a_cycle_is_crawled_as_a_whole_or_shared(database: Database) -> None:
    async def share() -> bool:
        locks = await PortalLocks.open(database.url)
        try:
            return await locks.share(1) and await locks.share(1)
        finally:
            await locks.close()

    async def refused() -> None:
        locks = await PortalLocks.open(database.url)
        assert await locks.share(1)
        with pytest.raises(StorageError, match="workers, or a process on another"), exclusive(database, 1, "one"):
            pass
        await locks.close()

    with exclusive(database, 1, "one"):
        assert asyncio.run(share()) is False
    assert asyncio.run(share()) is True
    asyncio.run(refused())


def test_the_pulse_of_a_cycle_is_the_sum_over_its_workers(database: Database) -> None:
    with database.session() as session:
        take_worker_pulse(session, 1, "a", {"active": 2, "ended": 1, "pages": 10, "rate": 1.5})
    with database.session() as session:
        assert take_worker_pulse(session, 1, "b", {"active": 3, "ended": 0, "pages": 5, "rate": 0.25}) is False
    with database.reader() as session:
        pulse = session.get_one(Cycle, 1).pulse
    assert (pulse["active"], pulse["ended"], pulse["pages"], pulse["rate"]) == (5, 1, 15, 1.75)
    assert sorted(pulse["workers"]) == ["a", "b"]


def test_metrics_tell_portals_jobs_and_visits(database: Database) -> None:
    install_queue(database)
    schedule(database, fired=MONDAY)
    jobs(database, MONDAY)
    metrics = WorkerMetrics()
    metrics.registry.register(CycleCollector(database))
    metrics.visits.labels("done").inc()
    port, end = metrics.serve("127.0.0.1", 0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            told = answer.read().decode().splitlines()
    finally:
        end()
    assert 'losi_visits_total{state="done"} 1.0' in told
    assert 'losi_cycle_portals{cycle="one",state="pending"} 3.0' in told
    assert 'losi_queue{status="todo"} 3.0' in told
    assert any(line.startswith("process_resident_memory_bytes") for line in told)


@pytest.mark.parametrize(
    "wrong", ["", "* * * *", "61 * * * *", "0 6 L * *", "0 6 * * 1#2", "@daily", "0 6 * * someday", "0 6 31 2,4 *"]
)
def test_what_is_no_cron_expression_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"cron|no month"):
        checked(wrong)


@pytest.mark.parametrize("cron", ["0 6 */2 * 1", "0 6 1 * */2", "0 6 */2 * */3"])
def test_days_that_crons_read_differently_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="crons do not agree"):
        checked(cron)


@pytest.mark.parametrize("cron", ["0 6 */2 * *", "0 6 * * */2", "0 6 1,15 * 1", "0 6 1-31 * 1"])
def test_days_that_crons_agree_on_are_kept(cron: str) -> None:
    assert checked(cron) == cron


def test_moments_and_bounds() -> None:
    assert every("monday", "06:30") == "30 6 * * 1"
    assert last_moment("0 6 * * 1", MONDAY) == MONDAY
    assert last_moment("0 6 * * 1", MONDAY - timedelta(seconds=1)) == MONDAY - timedelta(days=7)
    assert opens(CLOSES, 6) == datetime(2026, 2, 28, tzinfo=UTC)
    assert opens(datetime(2026, 2, 15, tzinfo=UTC), 4) == datetime(2025, 10, 15, tzinfo=UTC)
    assert within(MONDAY, None, None)
    assert not within(CLOSES, CLOSES, None)
    assert not is_due("0 6 * * 1", MONDAY, MONDAY + timedelta(days=6), None, None)
    assert is_due("0 6 * * 1", MONDAY, MONDAY + timedelta(days=7), None, None)


def test_cron_in_the_words_of_systemd() -> None:
    assert calendars(checked("0 6 * * mon")) == ["Mon *-*-* 06:00:00 UTC"]
    assert calendars("*/30 2-3 1 1,7 *") == ["*-01,07-01 02,03:00,30:00 UTC"]
    assert calendars("5 4 1 * 7") == ["*-*-01 04:05:00 UTC", "Sun *-*-* 04:05:00 UTC"]


def test_a_job_that_its_worker_never_heard_of_waits_again(database: Database, tmp_path: Path) -> None:
    install_queue(database)
    schedule(database, fired=MONDAY)
    jobs(database, MONDAY)
    with psycopg.connect(**dsn(database.url)) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        query = "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"
        worker = connection.execute(query).fetchone()
        taken = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE queueing_lock IN ('1:1', '1:3')"
        connection.execute(taken, worker)

    async def main() -> list[int]:
        mine, others = await PortalLocks.open(database.url), await PortalLocks.open(database.url)
        assert await others.take(3), "the third portal is really being visited"
        desk = Desk(database, tmp_path, mine, Inspector.default(()), WorkerMetrics())
        app = make_app(database.url)
        counts = []
        async with app.open_async():
            seen: set[int] = set()
            for _ in range(3):
                seen = await forsaken(app, desk, seen)
                counts.append(len(seen))
        await mine.close()
        await others.close()
        return counts

    assert asyncio.run(main()) == [1, 0, 0]
    assert {lock: status for _, lock, status in queued(database)} == {"1:1": "todo", "1:2": "todo", "1:3": "doing"}
