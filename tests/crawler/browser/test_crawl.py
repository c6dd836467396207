"""Crawls with a browser: pages made by scripts are read, archived, replayed and read again; proof is pictured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from crawler.rerun import rerun
from crawler.result import RunResult
from detectors.inspector import Inspector
from storage.archive import ArchiveReader
from storage.database import Database
from storage.models import Capture, Run
from tests.crawler.browser.conftest import browsers, until
from tests.crawler.browser.site import app, menu
from tests.crawler.loopback import Crawl, Serve


def _certificate(database: Database, number: int | None) -> dict[str, object]:
    with database.reader() as session:
        run = session.get(Run, number)
        assert run is not None
        return dict(run.certificate)


def _states(result: RunResult) -> dict[str, str]:
    return {found.feature: found.state for found in result.findings}


def test_portal_made_by_scripts_is_read(
    serve: Serve, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = serve(app())
    result = crawl(f"{site.url}/", browser=True, screenshots=False, soft404=True, max_pages=6)
    assert (result.outcome, result.pages) == ("ok", 3)
    assert _states(result)["budget.publication"] == "present"
    assert result.seconds_render > 0

    kept = json.loads(json.dumps(_certificate(database, result.run_id)["browser"]))
    assert [made["why"] for made in kept["rendered"].values()] == ["home", "shell", "shell"]
    first = next(iter(kept["rendered"].values()))
    assert first["before"] == {"text": 0, "main": 0, "links": 0, "scripts": 1, "mount": True}
    assert first["after"]["links"] == 2

    assert result.archive is not None
    with ArchiveReader(result.archive) as reader:
        records = [item.record for item in reader.records()]
    pages = {r.headers["warc-record-id"]: r for r in records if r.kind == "response"}
    drawn = [r for r in records if r.kind == "conversion"]
    assert len(drawn) >= 3
    for record in drawn:
        assert pages[record.headers["warc-refers-to"]].url == record.url
        assert b"<h1>" in record.block

    again = rerun(database, result.run_id or 0, inspector, data_dir=tmp_path)
    assert (again.pages, again.missing, again.changes) == (3, 0, ())


def test_replay_renders_from_the_archive_alone(serve: Serve, crawl: Crawl) -> None:
    site = serve(app())
    live = crawl(f"{site.url}/", browser=True, screenshots=False, max_pages=6)
    asked = len(site.requests)
    replayed = crawl(f"{site.url}/", browser=True, screenshots=False, max_pages=6, replay=live.archive)
    assert len(site.requests) == asked
    assert (replayed.pages, _states(replayed)["budget.publication"]) == (3, "present")


def test_without_a_browser_nothing_but_the_browser_is_missing(
    serve: Serve, crawl: Crawl, monkeypatch: pytest.MonkeyPatch, without_browser: None
) -> None:
    monkeypatch.setenv("LOSI_CHROMIUM", "/no/such/browser")
    site = serve(menu())
    result = crawl(f"{site.url}/", browser=True)
    assert (result.outcome, result.pages) == ("ok", 3)
    assert _states(result)["budget.publication"] == "present"
    told = [problem for problem in result.problems if "browser" in problem]
    assert len(told) == 1
    assert "LOSI_CHROMIUM" in told[0]
    assert {f.reason for f in result.findings if f.feature == "technology.accessibility"} == {"tool"}


def test_shells_beyond_the_limit_are_told(serve: Serve, crawl: Crawl) -> None:
    site = serve(app())
    result = crawl(f"{site.url}/", browser=True, screenshots=False, max_pages=6, max_renders=0)
    assert any("not rendered: the limit was reached" in problem for problem in result.problems)


def test_proof_is_pictured(serve: Serve, crawl: Crawl, database: Database, tmp_path: Path) -> None:
    site = serve(menu())
    result = crawl(f"{site.url}/", browser=True)
    budget = next(found for found in result.findings if found.feature == "budget.publication")
    assert budget.state == "present"
    names = [proof.screenshot for proof in budget.evidence if proof.screenshot]
    assert names == [f"screenshots/run-{result.run_id:06d}/budget.publication.webp"]
    with Image.open(tmp_path / names[0]) as picture:
        assert (picture.format, picture.width) == ("WEBP", 640)
    assert (tmp_path / names[0]).stat().st_size <= 60_000

    assert [name for name, _ in result.views] == ["desktop", "phone"]
    for (_, place), (width, height) in zip(result.views, [(640, 360), (390, 844)], strict=True):
        with Image.open(tmp_path / place) as picture:
            assert abs(picture.width - width) <= 1
            assert abs(picture.height - height) <= 1

    facts = json.loads(json.dumps(_certificate(database, result.run_id)["facts"]))["browser"]
    assert facts["engine"] == "chromium"
    assert [one["width"] for one in facts["phone"]] == [390]
    assert facts["accessibility"][0]["tool"] == "axe-core"

    with database.reader() as session:
        kinds = [tuple(row) for row in session.execute(select(Capture.url, Capture.kind))]
    assert (f"{site.url}/arms.png", "embedded") in kinds
    assert len([url for url, _ in kinds if url == f"{site.url}/"]) == 1


def test_pictures_survive_a_rerun(
    serve: Serve, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    result = crawl(f"{serve(menu()).url}/", browser=True)
    again = rerun(database, result.run_id or 0, inspector, data_dir=tmp_path, store=True)
    pictures = {f.feature: [o.screenshot for o in f.evidence if o.screenshot] for f in result.findings}
    assert {f.feature: [o.screenshot for o in f.evidence if o.screenshot] for f in again.findings} == pictures
    assert any(pictures.values())


def test_pages_beyond_the_limit_are_told(serve: Serve, crawl: Crawl) -> None:
    result = crawl(f"{serve(menu()).url}/", browser=True, max_screenshot_pages=0)
    assert not any(o.screenshot for f in result.findings for o in f.evidence if o.kind != "portal")
    assert any("the limit of pages or time for pictures was reached" in problem for problem in result.problems)


def test_nothing_is_left_behind(serve: Serve, crawl: Crawl) -> None:
    before = {process.pid for process in browsers()}
    crawl(f"{serve(menu()).url}/", browser=True)
    assert until(lambda: {process.pid for process in browsers()} <= before, 30)
