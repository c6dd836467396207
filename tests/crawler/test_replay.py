"""Replay from archives and rerun over archives: strict, offline, the same every time, the same as live."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.rerun import rerun
from crawler.result import RunResult
from detectors.inspector import Inspector
from storage.database import Database
from storage.errors import ArchiveError, StorageError
from storage.models import Capture, Finding
from storage.repository import get_run
from tests.crawler.loopback import TEXT, ArchiveOf, Crawl, Serve, Site, page

NAMES = ("services", "news", "budget", "contact", "council", "privacy")


@pytest.fixture
def town(serve: Serve) -> Site:
    """A small site with a redirect, a missing page and a page in another language."""
    links = [f"/{name}" for name in NAMES]
    spanish = page(
        "Presupuesto", body="El ayuntamiento publica el presupuesto municipal y las cuentas de cada ejercicio. " * 5
    )
    return serve(
        {
            "/": page("Town", *links, "/old", "/lost", "/es/presupuesto"),
            "/old": (301, {"Location": "/news"}, b""),
            "/es/presupuesto": spanish.replace('lang="en"', 'lang="es"'),
            **{f"/{name}": page(name.title(), "/", f"/{name}/more") for name in NAMES},
        }
    )


def _plain(result: RunResult) -> str:
    values = asdict(result)
    for name in ("run_id", "archive", "seconds", "seconds_detect"):
        del values[name]
    return json.dumps(values, sort_keys=True, default=str)


def test_two_replays_are_the_same(town: Site, crawl: Crawl) -> None:
    live = crawl(f"{town.url}/")
    asked = len(town.requests)
    first, second = (crawl(f"{town.url}/", replay=live.archive, soft404=True, sitemaps=True) for _ in range(2))
    assert _plain(first) == _plain(second)
    assert len(town.requests) == asked
    assert (first.outcome, first.pages) == ("ok", live.pages)
    assert {f.feature: f.state for f in first.findings} == {f.feature: f.state for f in live.findings}


def test_replay_reads_pages_in_the_same_order(town: Site, crawl: Crawl, database: Database) -> None:
    live = crawl(f"{town.url}/")
    runs = [crawl(f"{town.url}/", replay=live.archive, max_pages=4).run_id for _ in range(2)]
    with database.reader() as session:
        orders = [
            [row.url for row in session.scalars(select(Capture).where(Capture.run_id == run).order_by(Capture.seq))]
            for run in runs
        ]
    assert orders[0] == orders[1]
    assert len(orders[0]) >= 4


def test_an_archive_that_is_missing_pages_is_not_exhausted(crawl: Crawl, archive_of: ArchiveOf) -> None:
    path = archive_of({"https://town.example/": page("Town", "/a", "/b"), "https://town.example/a": page("A")})
    result = crawl("https://town.example/", replay=path)
    assert (result.outcome, result.pages) == ("ok", 2)
    assert result.findings[0].certificate.left == 1
    assert not result.findings[0].certificate.exhausted


def test_the_seed_must_be_in_the_archive(crawl: Crawl, archive_of: ArchiveOf) -> None:
    result = crawl("https://town.example/", replay=archive_of({"https://village.example/": page("Village")}))
    assert (result.outcome, result.cause, result.pages) == ("no_portal", "not_in_archive", 0)
    assert "village.example" in result.message
    assert not any(f.state == "absent" for f in result.findings)


def test_a_truncated_archive_gives_what_it_holds(crawl: Crawl, archive_of: ArchiveOf) -> None:
    pages = {
        "https://town.example/": page("Town", "/a", "/b"),
        "https://town.example/a": page("A"),
        "https://town.example/b": page("B", body=TEXT * 50),
    }
    path = archive_of(pages)
    path.write_bytes(path.read_bytes()[:-300])
    result = crawl("https://town.example/", replay=path)
    assert result.outcome == "ok"
    assert result.pages >= 2
    assert result.problems


def test_no_archive_at_all(crawl: Crawl, tmp_path: Path) -> None:
    (tmp_path / "x.warc.gz").write_bytes(b"this is no archive")
    for path in (tmp_path / "x.warc.gz", tmp_path / "missing.warc.gz"):
        with pytest.raises(ArchiveError):
            crawl("https://town.example/", replay=path)


def test_a_mirror_without_slash_redirects(crawl: Crawl, archive_of: ArchiveOf) -> None:
    path = archive_of(
        {
            "https://town.example/": page("Town", "/news", "/news/"),
            "https://town.example/news/": page("News", "item"),
            "https://town.example/news/item": page("Item"),
        }
    )
    assert crawl("https://town.example", replay=path).pages == 3


def test_a_folder_and_its_index_page_are_one(crawl: Crawl, archive_of: ArchiveOf) -> None:
    pages = {
        "https://town.example/index.html": page("Town", "/news/index.html", "/news/", "/news"),
        "https://town.example/news/": page("News"),
    }
    result = crawl("https://town.example/", replay=archive_of(pages))
    assert result.pages == 2
    assert result.findings[0].certificate.exhausted


def test_rerun_finds_what_the_live_run_found(
    town: Site, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    live = crawl(f"{town.url}/", concurrency=4)
    assert live.run_id is not None
    assert any(f.state == "present" for f in live.findings)
    again = rerun(database, live.run_id, inspector, data_dir=tmp_path)
    assert again.findings == live.findings
    assert (again.changes, again.missing) == ((), 0)


def test_rerun_shows_what_changed_and_stores_it(
    town: Site, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    live = crawl(f"{town.url}/")
    assert live.run_id is not None
    present = next(f for f in live.findings if f.state == "present")
    with database.session() as session:
        row = session.scalars(select(Finding).where(Finding.feature == present.feature)).one()
        row.state, row.detectors = "absent", [{"name": name, "version": "0"} for name, _ in present.detectors]
    again = rerun(database, live.run_id, inspector, data_dir=tmp_path, store=True)
    assert [(c.feature, c.before, c.after) for c in again.changes] == [(present.feature, "absent", "present")]
    assert "0 -> " in again.changes[0].why
    assert rerun(database, live.run_id, inspector, data_dir=tmp_path).changes == ()


def test_rerun_of_a_run_of_another_release(
    town: Site, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    live = crawl(f"{town.url}/", max_pages=2)
    assert live.run_id is not None
    with database.session() as session:
        run = get_run(session, live.run_id)
        run.settings = {**run.settings, "an_option_of_then": 1}
    assert rerun(database, live.run_id, inspector, data_dir=tmp_path).changes == ()


def test_rerun_of_one_detector(
    town: Site, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    live = crawl(f"{town.url}/")
    assert live.run_id is not None
    detector = inspector.detectors.all[0]
    again = rerun(database, live.run_id, inspector, [detector.name], data_dir=tmp_path)
    assert {f.feature for f in again.findings} == set(detector.features)
    assert all(finding in live.findings for finding in again.findings)
    with pytest.raises(LookupError):
        rerun(database, live.run_id, inspector, ["no-such-detector"], data_dir=tmp_path)
    with pytest.raises(StorageError):
        rerun(database, 999, inspector, data_dir=tmp_path)
