"""What changed between two cycles is put down to the site, the crawl, a detector or a lexicon; reruns in processes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.diff import FindingChange, diff_cycles
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.cycle.redetect import Pass, redetect
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import CyclePortal, Finding, Run
from storage.records import PortalRecord
from storage.repository import import_portals
from tests.crawler.cycles import QUICK
from tests.crawler.loopback import Handler, Route, Serve, page

ROOT = Path(__file__).parents[2]
BUDGET = page("Municipal budget 2026", "/", body="The municipal budget of the city. " * 20)
FEATURE = "budget.publication"
Survey = Callable[..., None]


@pytest.fixture
def routes() -> dict[str, Route]:
    """A town that publishes its budget."""
    others = {f"/p{n}": page(f"Page {n}", "/") for n in range(30)}
    return {"/": page("Town", "/budget", *others), "/budget": BUDGET, **others, "/robots.txt": (404, {}, b"")}


@pytest.fixture
def survey(serve: Serve, routes: dict[str, Route], database: Database, inspector: Inspector, tmp_path: Path) -> Survey:
    """Begins and crawls a cycle over the town."""
    site = serve(routes)
    with database.session() as session:
        import_portals(session, [PortalRecord(f"{site.url}/", "Town", "city")])

    def one(name: str, **limits: Any) -> None:
        settings = CycleSettings(crawl=QUICK.model_copy(update=limits), confirm_hours=0)
        with database.session() as session:
            begin_cycle(session, name, settings, Choice())
        options = CycleOptions(concurrency=5, processes=0, wait=True)
        asyncio.run(crawl_cycle(database, name, options, data_dir=tmp_path, inspector=inspector))

    return one


@pytest.fixture
def change(database: Database, inspector: Inspector, tmp_path: Path) -> Callable[[], FindingChange | None]:
    """What became of the budget between the cycles."""

    def one() -> FindingChange | None:
        (portal,) = diff_cycles(database, "one", "two", Choice(), data_dir=tmp_path, inspector=inspector).portals
        return next((change for change in portal.changes if change.feature == FEATURE), None)

    return one


def test_nothing_changed(survey: Survey, change: Callable[[], Any]) -> None:
    survey("one")
    survey("two")
    assert change() is None


def test_the_site_changed(survey: Survey, change: Callable[[], Any], routes: dict[str, Route]) -> None:
    survey("one")
    routes["/budget"] = page("Swimming pool", "/", body="The pool is open all summer. " * 20)
    routes["/"] = page("Town", *(path for path in routes if path.startswith("/p")))
    survey("two")
    found = change()
    assert (found.before, found.after, found.causes, found.confirmed) == ("present", "absent", ("site",), True)


def test_a_page_that_is_gone_is_the_site(survey: Survey, change: Callable[[], Any], routes: dict[str, Route]) -> None:
    pages = [path for path in routes if path.startswith("/p")]
    routes["/"] = page("Town", *pages, "/budget")
    survey("one")
    routes["/budget"] = (404, {}, b"gone")
    routes["/"] = page("Town", *pages)
    survey("two")
    assert change().causes == ("site",)


def test_other_pages_were_read(survey: Survey, change: Callable[[], Any], routes: dict[str, Route]) -> None:
    pages = [path for path in routes if path.startswith("/p")]
    routes["/"] = page("Town", *pages)
    routes["/p29"] = page("Page 29", "/", "/budget")
    survey("one")
    survey("two", max_pages=10)
    found = change()
    assert (found.before, found.causes) == ("present", ("crawl",))
    assert "was not read" in found.why


def test_a_page_of_which_a_part_came_tells_nothing_of_the_site(
    survey: Survey, change: Callable[[], Any], routes: dict[str, Route]
) -> None:
    """Its proof may stand in the rest."""

    def cut(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "99999")
        handler.end_headers()
        handler.wfile.write(page("Figures", "/", body="The figures of the city. " * 20)[:-60].encode())
        handler.close_connection = True

    routes["/"] = page("Town", "/figures", *(path for path in routes if path.startswith("/p")))
    routes["/figures"] = routes.pop("/budget")
    survey("one")
    routes["/figures"] = cut
    survey("two")
    found = change()
    assert (found.before, found.after, found.causes) == ("present", "unknown", ("crawl",))
    assert "a part of it came" in found.why


def test_a_detector_changed(survey: Survey, change: Callable[[], Any], database: Database) -> None:
    survey("one")
    survey("two")
    _pretend(database, "absent", version="0")
    found = change()
    assert (found.before, found.now_of_then, found.after) == ("absent", "present", "present")
    assert found.causes == ("detector",)
    assert " 0 -> " in found.why


def test_a_lexicon_changed(survey: Survey, change: Callable[[], Any], database: Database) -> None:
    survey("one")
    survey("two")
    _pretend(database, "absent", lexicon="0")
    found = change()
    assert found.causes == ("lexicon",)
    assert "en" in found.why


def _pretend(database: Database, state: str, *, version: str = "", lexicon: str = "") -> None:
    """Has the first cycle have been concluded by an older program."""
    with database.session() as session:
        run = session.scalars(select(Run).order_by(Run.id)).first()
        assert run is not None
        finding = session.scalars(select(Finding).where(Finding.run_id == run.id, Finding.feature == FEATURE)).one()
        finding.state = state  # type: ignore[assignment]
        if version:
            finding.detectors = [{**detector, "version": version} for detector in finding.detectors]
        if lexicon:
            run.certificate = {**run.certificate, "lexicons": {"en": lexicon}}


def test_a_pass_over_a_cycle_goes_on_where_it_was(survey: Survey, database: Database, tmp_path: Path) -> None:
    survey("one")
    with database.session() as session:
        import_portals(session, [PortalRecord("http://127.0.0.1:1/", "Dead", "city")])
    _pretend(database, "absent")
    with database.reader() as session:
        counted = list(session.scalars(select(CyclePortal.counted_id)))
    results = redetect(database, tmp_path, Pass("one", Choice(), processes=1))
    first = next(results)
    results.close()
    assert [first.run_id] == counted
    assert [(c.feature, c.before, c.after) for c in first.changes if c.before != c.after] == [
        (FEATURE, "absent", "present")
    ]
    (ledger,) = (tmp_path / "reruns").glob("*.jsonl")
    ledger.write_bytes(ledger.read_bytes() + b'{"torn')
    (tmp_path / "archive").rename(tmp_path / "elsewhere")
    assert list(redetect(database, tmp_path, Pass("one", Choice(), processes=1))) == [first]
    assert not ledger.exists()


def test_the_commands(survey: Survey, database: Database, tmp_path: Path) -> None:
    survey("one")
    survey("two")
    _pretend(database, "absent", version="0")
    shown = json.loads(_losi(tmp_path, "diff", "--cycle", "one", "two", "--json", "-"))
    assert shown["causes"] == {"detector": 1}
    assert "1 finding changed (1 detector)" in _losi(tmp_path, "diff", "--cycle", "one", "two")
    again = json.loads(_losi(tmp_path, "detect", "--cycle", "one", "--processes", "1", "--store", "--json", "-"))
    assert [(row["feature"], row["after"], row["portals"]) for row in again["changed"]] == [(FEATURE, "present", 1)]
    assert json.loads(_losi(tmp_path, "detect", "--cycle", "one", "--processes", "1", "--json", "-"))["changed"] == []


def _losi(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "losi", *arguments, "--data", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
