"""Workers in processes of their own: one portal each at a time, taken over when they die, drained when told to stop."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import URL, create_engine, select, text

from crawler.jobs.desk import ALONE_FROM, MAX_DEATHS
from crawler.jobs.queue import SCHEMA, VISIT
from storage.models import CyclePortal, Suspect
from storage.repository import get_cycle, pause_cycle
from tests.crawler.fleet import ROOT, Fleet, fleet_on
from tests.crawler.loopback import Answer, Handler, Route, Serve, Site, page
from tests.storage.cluster import Cluster, cluster
from tests.storage.conftest import postgresql, template

__all__ = ["cluster", "postgresql", "template"]


@pytest.fixture
def fleet(postgresql: URL, template: str, tmp_path: Path) -> Iterator[Fleet]:
    """A migrated PostgreSQL database and a data folder."""
    name = f"jobs_{uuid4().hex}"
    engine = create_engine(postgresql.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    with fleet_on(postgresql.set(database=name), tmp_path / "data") as made:
        yield made


ENDS = 120
"""Seconds in which a process must end that is to end: any machine needs less."""


def held(sites: list[Site], answers: int) -> None:
    """Has the sites give so many answers and hold every other request back, until their gates are opened."""
    for site in sites:
        site.gate.only(answers)


def go_on(sites: list[Site]) -> None:
    """Has the sites answer again."""
    for site in sites:
        site.gate.open()


def town(number: int, pages: int = 20) -> dict[str, Route]:
    """A site of some pages that lead to one another."""
    links = [f"/p{n}" for n in range(pages)]
    return {
        "/": page(f"Town {number}", *links[:5]),
        **{f"/p{n}": page(f"Page {n} of town {number}", f"/p{n + 1}", f"/p{n + 5}") for n in range(pages)},
        "*": (404, {}, b"<html><title>None</title>nothing"),
    }


def test_two_workers_share_a_cycle_and_one_outlives_the_other(fleet: Fleet, serve: Serve) -> None:
    sites = [serve(town(number)) for number in range(6)]
    held(sites, 6)
    fleet.plan("one", sites)
    assert "6 portals queued" in fleet.losi("schedule", "start", "one")
    first = fleet.worker("--concurrency", "3")
    second = fleet.worker("--concurrency", "3")
    fleet.amid(sites, 6)
    first.kill()
    first.wait()
    go_on(sites)
    fleet.until(lambda: fleet.states() == {"done": 6})
    assert second.poll() is None
    assert sorted(fleet.runs()) == [(number, "ok") for number in range(1, 7)]
    assert fleet.twice() == []
    for site in sites:
        assert len(site.requests) - len(set(site.requests)) <= 1, sorted(site.requests)
    assert "took portal" in fleet.log(1)


def test_what_a_dead_worker_had_in_hand_is_gone_on_with_at_once(fleet: Fleet, serve: Serve) -> None:
    """One death blames none of its portals: all are visited side by side in the next worker's process."""
    sites = [serve(town(number)) for number in range(5)]
    held(sites, 4)
    fleet.plan("one", sites)
    fleet.losi("schedule", "start", "one")
    first = fleet.worker()
    fleet.amid(sites, 4)
    first.kill()
    first.wait()
    held(sites, 2)
    second = fleet.worker()
    fleet.until(lambda: all(site.gate.waiting for site in sites))
    assert _deaths(fleet) == dict.fromkeys(range(1, 6), 1)
    assert psutil.Process(second.pid).children(recursive=True) == []
    go_on(sites)
    fleet.until(lambda: fleet.states() == {"done": 5})
    fleet.until(lambda: _deaths(fleet) == {})
    assert fleet.twice() == []


def test_a_worker_that_works_once_leaves_nothing_of_one_that_died(fleet: Fleet, serve: Serve) -> None:
    """It waits for what the dead one had in hand."""
    sites = [serve(town(number)) for number in range(4)]
    held(sites, 8)
    fleet.plan("one", sites)
    fleet.losi("schedule", "start", "one")
    first = fleet.worker()
    fleet.amid(sites, 8)
    first.kill()
    first.wait()
    go_on(sites)
    assert fleet.worker("--once").wait(ENDS) == 0
    assert fleet.states() == {"done": 4}


def test_a_cycle_that_cannot_be_handed_out_says_why(fleet: Fleet, serve: Serve) -> None:
    fleet.plan("one", [serve(town(1))])
    with fleet.database.session() as session:
        pause_cycle(session, "one", True)
    told = fleet.losi("schedule", "start", "one")
    assert told == "cycle one: 0 portals queued for workers; it is paused: losi cycle resume one lets them begin\n"
    with fleet.database.session() as session:
        get_cycle(session, "one").closes = datetime(2020, 1, 31, tzinfo=UTC)
    words = fleet.command("schedule", "start", "one")
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "losi: the cycle 'one' closed on 2020-01-31; losi cycle new begins another\n",
    )


def test_a_worker_that_is_told_to_stop_gives_back_what_it_had(fleet: Fleet, serve: Serve) -> None:
    sites = [serve(town(number)) for number in range(2)]
    held(sites, 5)
    fleet.plan("one", sites)
    fleet.losi("schedule", "start", "one")
    place = fleet.data.parent / "place"
    first = fleet.worker("--drain", "0", "--archives", str(place))
    fleet.amid(sites, 5)
    first.send_signal(signal.SIGTERM)
    assert first.wait(ENDS) == 0
    assert fleet.states() == {"running": 2}
    with fleet.database.reader() as session:
        assert get_cycle(session, "one").pulse == {}, "nobody crawls it any more"
    go_on(sites)
    fleet.data = fleet.data.parent / "another machine"
    assert fleet.worker("--once", "--archives", str(place)).wait(ENDS) == 0
    assert fleet.states() == {"done": 2}
    assert fleet.twice() == []
    assert all(len(site.requests) - len(set(site.requests)) <= 1 for site in sites), "more than what was under way"
    assert (place / "archive" / "run-000001").is_dir()


def test_a_machine_that_is_gone_with_its_archive_costs_only_the_visit(fleet: Fleet, serve: Serve) -> None:
    site = serve(town(0))
    held([site], 8)
    fleet.plan("one", [site])
    fleet.losi("schedule", "start", "one")
    first = fleet.worker()
    fleet.amid([site], 8)
    first.kill()
    first.wait()
    go_on([site])
    fleet.data = fleet.data.parent / "another machine"
    second = fleet.worker()
    fleet.until(lambda: fleet.states() == {"done": 1})
    assert fleet.runs() == [(1, "ok")]
    assert fleet.twice() == []
    second.send_signal(signal.SIGTERM)
    assert second.wait(ENDS) == 0


def killer(handler: Handler) -> Answer:
    """Kills whoever asks."""
    port = handler.client_address[1]
    for found in psutil.net_connections("tcp"):
        if found.laddr and found.laddr.port == port and found.pid not in (None, os.getpid()):
            os.kill(found.pid, signal.SIGKILL)
    return (200, {}, b"")


def test_a_portal_that_kills_whatever_visits_it_is_set_aside(fleet: Fleet, serve: Serve) -> None:
    """Two workers die of it, then two processes of its own; the third worker lives."""
    good, bad = serve(town(0)), serve({**town(1), "/p3": killer})
    fleet.plan("one", [good, bad])
    fleet.losi("schedule", "start", "one")
    for _ in range(ALONE_FROM):
        assert fleet.worker().wait(ENDS) == -signal.SIGKILL
    third = fleet.worker()
    fleet.until(lambda: fleet.states() == {"done": 1, "failed": 1})
    assert third.poll() is None
    with fleet.database.reader() as session:
        row = session.get_one(CyclePortal, (1, 2))
        assert (row.state, row.cause) == ("failed", "worker_died")
    fleet.until(lambda: _deaths(fleet) == {2: MAX_DEATHS})
    assert bad.requests.count("/p3") == MAX_DEATHS


def _deaths(fleet: Fleet) -> dict[int, int]:
    """How often a worker died of a portal, of those that are suspected of it."""
    with fleet.database.reader() as session:
        return {row.portal_id: row.deaths for row in session.scalars(select(Suspect))}


def test_lines_are_json_and_name_portal_and_run(fleet: Fleet, serve: Serve) -> None:
    fleet.plan("one", [serve(town(0, 3))])
    fleet.losi("schedule", "start", "one")
    assert fleet.worker("--once").wait(ENDS) == 0
    lines = [json.loads(line) for line in fleet.log(0).splitlines()]
    visited = next(line for line in lines if line["message"].startswith("visited"))
    assert (visited["cycle"], visited["portal"], visited["run"], visited["state"]) == (1, 1, 1, "done")


def test_a_worker_that_only_stood_still_keeps_its_portal(fleet: Fleet, serve: Serve) -> None:
    site = serve(town(0))
    held([site], 6)
    fleet.plan("one", [site])
    fleet.losi("schedule", "start", "one")
    first = fleet.worker()
    fleet.amid([site], 6)
    first.send_signal(signal.SIGSTOP)
    fleet.until(lambda: _signs_of_life(fleet)[0] > 3)
    second = fleet.worker()
    fleet.until(lambda: len(_signs_of_life(fleet)) == 2)
    sleep(5)
    assert len(site.requests) == 7, "nobody else went on with it"
    first.send_signal(signal.SIGCONT)
    go_on([site])
    fleet.until(lambda: fleet.states() == {"done": 1})
    assert fleet.runs() == [(1, "ok")]
    assert len(site.requests) == len(set(site.requests))
    assert (first.poll(), second.poll()) == (None, None)


def _signs_of_life(fleet: Fleet) -> list[float]:
    """How many seconds ago each worker gave a sign of life, in the order in which they began."""
    query = f"SELECT extract(epoch FROM now() - last_heartbeat) FROM {SCHEMA}.procrastinate_workers ORDER BY id"
    with fleet.database.reader() as session:
        return [float(age) for age in session.scalars(text(query))]


def _connections(pid: int, port: int) -> bool:
    return any(one.raddr and one.raddr.port == port for one in psutil.Process(pid).net_connections("tcp"))


def test_workers_whose_connections_are_cut_go_on(fleet: Fleet, serve: Serve) -> None:
    sites = [serve(town(number)) for number in range(2)]
    held(sites, 6)
    fleet.plan("one", sites)
    fleet.losi("schedule", "start", "one")
    workers = [fleet.worker(), fleet.worker()]
    fleet.amid(sites, 6)
    with fleet.database.session() as session:
        query = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database()"
        assert all(session.scalars(text(f"{query} AND pid <> pg_backend_pid()")))
    go_on(sites)
    fleet.until(lambda: fleet.states() == {"done": 2})
    _undisturbed(fleet, sites, workers)


def _undisturbed(fleet: Fleet, sites: list[Site], workers: list[subprocess.Popen[bytes]]) -> None:
    """All workers live, every portal was visited once, nothing was asked for twice."""
    assert [worker.poll() for worker in workers] == [None] * len(workers)
    assert sorted(fleet.runs()) == [(number + 1, "ok") for number in range(len(sites))]
    assert fleet.twice() == []
    for site in sites:
        assert len(site.requests) == len(set(site.requests))


@pytest.fixture
def own(cluster: Cluster, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet on a server that may be stopped."""
    with fleet_on(cluster.url, tmp_path / "data") as made:
        yield made


def test_workers_outlive_a_restart_of_the_server(own: Fleet, cluster: Cluster, serve: Serve) -> None:
    sites = [serve(town(number)) for number in range(4)]
    held(sites, 6)
    own.plan("one", sites)
    own.losi("schedule", "start", "one")
    workers = [own.worker("--concurrency", "2"), own.worker("--concurrency", "2")]
    own.amid(sites, 6)
    cluster.stop()
    own.until(lambda: all("cannot be reached; waiting for it" in own.log(n) for n in (0, 1)))
    go_on(sites)
    sleep(2)
    assert all(len(site.requests) <= 8 for site in sites), "the crawl waits"
    cluster.start()
    own.until(lambda: own.states() == {"done": 4})
    _undisturbed(own, sites, workers)
    assert "answers again" in own.log(0)


def test_a_worker_waits_so_long_and_no_longer(own: Fleet, cluster: Cluster, serve: Serve) -> None:
    site = serve(town(0))
    held([site], 6)
    own.plan("one", [site])
    own.losi("schedule", "start", "one")
    first = own.worker("--db-wait", "2")
    own.amid([site], 6)
    cluster.stop()
    assert first.wait(ENDS) == 1
    assert re.search(r"lost for 2 seconds; the worker is to be started anew|cannot be reached", own.log(0))
    go_on([site])
    cluster.start()
    own.worker()
    own.until(lambda: own.states() == {"done": 1})
    assert own.runs() == [(1, "ok")]
    assert own.twice() == []
    assert len(site.requests) - len(set(site.requests)) <= 1


def test_a_paused_cycle_rests_until_it_is_resumed(fleet: Fleet, serve: Serve) -> None:
    site = serve(town(0))
    held([site], 6)
    fleet.plan("one", [site])
    fleet.losi("schedule", "start", "one")
    fleet.worker()
    fleet.amid([site], 6)
    with fleet.database.session() as session:
        pause_cycle(session, "one", True)
    fleet.until(lambda: not _visits(fleet))
    assert not _connections(fleet.running[0].pid, site.port)
    assert fleet.states() == {"running": 1}
    go_on([site])
    with fleet.database.session() as session:
        pause_cycle(session, "one", False)
    fleet.losi("schedule", "run", "1")  # hands it out, unless the worker's own minute came first
    fleet.until(lambda: fleet.states() == {"done": 1})
    assert fleet.runs() == [(1, "ok")]
    assert len(site.requests) - len(set(site.requests)) <= 1, "only what was under way"


def _visits(fleet: Fleet) -> int:
    """Visits that wait in the queue or are under way."""
    query = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs WHERE task_name = '{VISIT}'"
    with fleet.database.reader() as session:
        return session.scalar(text(query)) or 0
