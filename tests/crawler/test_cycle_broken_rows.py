"""Rows that no visit can be begun with: the other portals are visited, and the crawl does not say that all is done."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
from pydantic import ValidationError

from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.turn import Turn
from crawler.result import PortalTarget
from crawler.run import Run
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import Finding
from storage.records import PortalRecord
from storage.repository import Step, cycle_portal, end_visit, finish_run, put_portal, start_run
from tests.crawler.cycles import begin
from tests.crawler.loopback import Serve, page


@pytest.mark.parametrize("wait", [False, True])
def test_a_portal_that_cannot_be_begun_is_told_and_left(
    wait: bool, serve: Serve, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sites = [serve({"/": page("Town")}) for _ in range(2)]
    for name, state, evidence in (("one", "present", ["no proof"]), ("two", "absent", [])):
        cycle_id = begin(database, name, sites)
        with database.session() as session:
            run = start_run(session, 1, "losi-2024", cycle_id=cycle_id)
            finish_run(session, run.id, "ok", pages=5)
            session.add(Finding(run_id=run.id, feature="news.portal", state=state, evidence=evidence))
            step = Step("done", counted_id=run.id)
            if name == "two":
                step = Step("confirming", datetime(2026, 1, 1, tzinfo=UTC))
            cycle_portal(session, cycle_id, 1).run_id = run.id
            end_visit(session, cycle_id, 1, step)
    options = CycleOptions(concurrency=2, processes=0, wait=wait)
    with caplog.at_level(logging.ERROR, "crawler.cycle.conductor"):
        made = crawl_cycle(database, "two", options, data_dir=tmp_path, inspector=Inspector.default(()))
        result = asyncio.run(made)
    assert result.ending == "stopped", "one is not done"
    assert [record.getMessage() for record in caplog.records] == [
        f"the visit to {sites[0].url}/ could not be begun or ended"
    ]
    with database.reader() as session:
        assert [cycle_portal(session, 2, number).state for number in (1, 2)] == ["confirming", "done"]


def test_a_visit_that_cannot_be_taken_up_lets_its_archive_go(database: Database, tmp_path: Path) -> None:
    """A worker lives on, and may be given the portal again."""
    with database.session() as session:
        portal = put_portal(session, PortalRecord("https://a.example/", "A", "city")).id
        run = start_run(session, portal, "losi-2024")
        run.certificate = {"transport": {"endpoints": "no list"}}
    target, turn = PortalTarget("https://a.example/"), Turn(portal_id=portal, resume=run.id)
    given: dict[str, Any] = {"inspector": Inspector.default(()), "database": database, "data_dir": tmp_path}
    for _ in range(2):
        with pytest.raises(ValidationError, match="endpoints"):
            Run(target, CrawlOptions(), turn=turn, **given)
    assert f"recorder-{run.id}" not in {thread.name for thread in enumerate_threads()}
