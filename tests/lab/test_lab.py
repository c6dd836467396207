"""One crawl of many portals, nearly all hostile: no crash, no hang, the right outcome for each, the others unharmed."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from sqlalchemy import select

from crawler.check import check, run_check
from crawler.cycle.turn import Turn
from crawler.readers import ReaderPool
from crawler.result import PortalTarget, RunResult
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import Capture
from tests.lab.case import Case
from tests.lab.cases import CASES
from tests.lab.server import running

_AT_ONCE = 24
_HANG = 400.0
_GROWTH = 500_000_000
_QUICK: Mapping[str, Any] = {
    "delay": 0.0,
    "timeout": 60.0,
    "retries": 1,
    "backoff": 0.02,
    "max_backoff": 0.2,
    "max_crawl_delay": 0.2,
    "allow_private": True,
    "soft404": False,
    "sitemaps": False,
    "site_search": 0,
    "max_pages": 10,
    "max_body": 3_000_000,
    "max_seconds": 300.0,
}


@dataclass(frozen=True, slots=True)
class Lab:
    """What the crawl of all portals came to: results, seconds and archived paths by case; `alone` is a healthy portal
    visited before the others; bytes of memory grown by; seconds in all; how many times the work that two cores can do
    others had for the machine."""

    results: Mapping[str, RunResult | Exception]
    seconds: Mapping[str, float]
    paths: Mapping[str, frozenset[str]]
    alone: RunResult
    growth: int
    wall: float
    busy: float


@pytest.fixture(scope="module")
def places() -> Iterator[Mapping[str, str]]:
    """The running portals: each case's address."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def lab(places: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Visits all portals, many at once, in this process."""
    return asyncio.run(visit_all(places, tmp_path_factory.mktemp("lab"), CASES))


async def visit_all(places: Mapping[str, str], folder: Path, cases: Sequence[Case]) -> Lab:
    """Visits a healthy portal alone, then all of `cases`."""
    inspector = Inspector.default()
    pool = ReaderPool(tuple(detector.name for detector in inspector.detectors.all), 2)
    results: dict[str, RunResult | Exception] = {}
    seconds: dict[str, float] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    def visit(case: Case) -> Coroutine[Any, Any, RunResult]:
        options = CrawlOptions(**{**_QUICK, **case.options})
        target = PortalTarget(places[case.name], case.name)
        return check(target, options, inspector=inspector, database=database, data_dir=folder, turn=Turn(pool=pool))

    async def one(case: Case) -> None:
        async with gate:
            began = monotonic()
            try:
                results[case.name] = await asyncio.wait_for(visit(case), _HANG)
            except Exception as error:
                results[case.name] = error
            seconds[case.name] = monotonic() - began

    with closing(pool), Database(folder / "losi.db") as database:
        database.migrate()
        alone = await visit(CASES[0])
        before, started = _memory(), monotonic()
        await asyncio.gather(*map(one, cases))
        growth, wall = _memory() - before, monotonic() - started
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        return Lab(results, seconds, _paths(database, results), alone, growth, wall, busy)


def _memory() -> int:
    """Resident bytes of this process."""
    return int(psutil.Process().memory_info().rss)


def _paths(database: Database, results: Mapping[str, RunResult | Exception]) -> Mapping[str, frozenset[str]]:
    runs = {result.run_id: name for name, result in results.items() if isinstance(result, RunResult)}
    found: dict[str, set[str]] = {name: set() for name in results}
    with database.reader() as session:
        for run, url in session.execute(select(Capture.run_id, Capture.url)):
            if run in runs:
                found[runs[run]].add(urlsplit(url).path)
    return {name: frozenset(paths) for name, paths in found.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_portal_comes_to_what_it_is(case: Case, lab: Lab) -> None:
    result = lab.results[case.name]
    assert isinstance(result, RunResult), repr(result)
    told = (result.message, result.problems)
    assert result.outcome == (case.outcome or result.outcome), told
    assert result.cause == (result.cause if case.cause is None else case.cause), told
    assert result.pages >= case.pages, told
    assert result.requests <= case.requests, told
    assert frozenset(case.reads) <= lab.paths[case.name], told
    assert any(case.problem in problem for problem in (*result.problems, "")), told
    assert lab.seconds[case.name] <= case.seconds * lab.busy, told
    assert not any("detector" in problem for problem in result.problems), told
    if result.outcome in ("blocked", "unreachable", "no_portal") and not result.pages:
        assert len(result.message) > 20
        assert not any(finding.state == "absent" for finding in result.findings)


def test_names_are_told_apart_and_many() -> None:
    assert max(Counter(case.name for case in CASES).values()) == 1
    assert len(CASES) >= 60


def test_healthy_portals_find_the_same_as_alone(lab: Lab) -> None:
    for name in ("healthy 0", "healthy 2", "healthy 4"):
        result = lab.results[name]
        assert isinstance(result, RunResult)
        assert _states(result) == _states(lab.alone)
    assert "present" in _states(lab.alone).values()


def _states(result: RunResult) -> dict[str, str]:
    return {finding.feature: finding.state for finding in result.findings}


def test_a_redirect_into_a_private_network_is_not_followed(
    places: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The portal's own address stands for one of the public internet."""
    url = places["redirect to a closed port"]
    monkeypatch.setattr("crawler.private.is_public", lambda address: address == urlsplit(url).hostname)
    options = CrawlOptions(**{**_QUICK, "allow_private": False})
    result = run_check(PortalTarget(url), options, data_dir=tmp_path)
    assert (result.outcome, result.cause) == ("unreachable", "private_address")


def test_memory_does_not_grow_with_what_is_sent(lab: Lab) -> None:
    assert lab.growth < _GROWTH


def test_the_whole_lab_ends_in_time(lab: Lab) -> None:
    """Half a minute on two cores that do nothing else; longer on a slow machine, or one that others keep busy."""
    assert lab.wall < 120 * lab.busy
