"""A process that dies while archives are read again: said in one line, and the pass goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import delete, select

from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.plan import Choice
from crawler.cycle.redetect import Pass, redetect
from detectors.inspector import Inspector
from storage.database import Database
from storage.errors import StorageError
from storage.models import Finding, Run
from tests.crawler.cycles import begin
from tests.crawler.loopback import Serve, page

PORTALS = 9


@pytest.fixture
def crawled(serve: Serve, tmp_path: Path) -> Iterator[Database]:
    """A cycle over some portals."""
    with Database(tmp_path / "losi.db") as database:
        database.migrate()
        begin(database, "one", [serve({"/": page(f"Town {number}")}) for number in range(PORTALS)])
        made = crawl_cycle(
            database, "one", CycleOptions(processes=0), data_dir=tmp_path, inspector=Inspector.default(())
        )
        assert asyncio.run(made).ending == "done"
        yield database


def test_a_dead_process_ends_the_pass_which_goes_on(crawled: Database, tmp_path: Path) -> None:
    job = Pass("one", Choice(), processes=1)
    results = redetect(crawled, tmp_path, job)
    first = next(results)
    for child in psutil.Process().children():
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
    with pytest.raises(StorageError, match=r"a process that read archives died.*goes on where it was"):
        list(results)
    again = list(redetect(crawled, tmp_path, job))
    assert again[0].run_id == first.run_id
    assert sorted(result.run_id for result in again) == list(range(1, PORTALS + 1))
    assert not any(result.problem for result in again)


def test_what_could_not_be_read_is_tried_anew_when_a_pass_goes_on(crawled: Database, tmp_path: Path) -> None:
    lost = tmp_path / "archive" / "run-000001"
    lost.rename(tmp_path / "elsewhere")
    job = Pass("one", Choice(), processes=1)
    results = redetect(crawled, tmp_path, job)
    while not next(results).problem:
        pass
    results.close()
    (tmp_path / "elsewhere").rename(lost)
    again = list(redetect(crawled, tmp_path, job))
    assert sorted(result.run_id for result in again) == list(range(1, PORTALS + 1))
    assert not any(result.problem for result in again)


def test_the_same_pass_is_made_by_one_process_at_a_time(crawled: Database, tmp_path: Path) -> None:
    job = Pass("one", Choice(), processes=1)
    first = redetect(crawled, tmp_path, job)
    results = [next(first)]
    with pytest.raises(StorageError, match="is under way"):
        next(redetect(crawled, tmp_path, job))
    results += first
    assert sorted(result.run_id for result in results) == list(range(1, PORTALS + 1))
    assert len(list(redetect(crawled, tmp_path, job))) == PORTALS


def test_a_run_of_an_unknown_edition_leaves_the_rest_of_the_cycle_to_be_stored(
    crawled: Database, tmp_path: Path
) -> None:
    with crawled.session() as session:
        session.get_one(Run, 1).edition = "city-2030"
        session.execute(delete(Finding))
    results = {each.run_id: each for each in redetect(crawled, tmp_path, Pass("one", Choice(), store=True))}
    assert sorted(results) == list(range(1, PORTALS + 1))
    assert "unknown edition 'city-2030'" in results.pop(1).problem
    assert not any(result.problem for result in results.values())
    with crawled.reader() as session:
        assert set(session.scalars(select(Finding.run_id))) == set(results)
