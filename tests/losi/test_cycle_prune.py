"""Archives of old cycles go only where nothing rests on them: no answer, no visit that stands, no other archive."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.prune import prune, weigh
from detectors.inspector import Inspector
from storage.archive import ArchiveReader, ArchiveWriter, ReplayIndex
from storage.archive.originals import repeated_files
from storage.database import Database
from storage.errors import StorageError
from storage.models import Answer, Run
from storage.repository import add_review, finish_run, new_cycle, start_run
from tests.crawler.conftest import serve
from tests.crawler.cycles import begin
from tests.crawler.loopback import Route, Serve, page

__all__ = ["serve"]
Losi = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path, serve: Serve) -> Path:
    """Four cycles over one portal. Of the first, the second repeats a page, and the third nothing; the last read
    nothing, since the portal was away."""
    folder = tmp_path / "losi-data"
    routes: dict[str, Route] = {"/robots.txt": (404, {}, b"")}
    site = serve(routes)
    with Database(folder / "losi.db") as database:
        database.migrate()
        for name, front, inner in (
            ("2020", "A", "same"),
            ("2022", "B", "same"),
            ("2024", "C", "new"),
            ("2026", "", ""),
        ):
            routes |= {"/": page(f"Town {front}", "/p"), "/p": page(f"Inner {inner}", "/")}
            if not front:
                routes["/"] = (503, {}, b"away")
            begin(database, name, [site], tries=1)
            options = CycleOptions(processes=0)
            asyncio.run(crawl_cycle(database, name, options, data_dir=folder, inspector=Inspector.default(())))
    return folder


def reasons(data: Path, *names: str) -> dict[int, str]:
    with Database(data / "losi.db") as database:
        return {one.run_id: one.why for one in weigh(database, data, names)}


def test_what_other_archives_repeat_and_what_stands_stays(data: Path) -> None:
    assert reasons(data, "2020") == {1: "repeated"}
    assert reasons(data, "2022") == {2: ""}
    assert reasons(data, "2020", "2022") == {1: "", 2: ""}
    assert reasons(data, "2024") == {3: "stands"}, "the visit of 2026 read nothing"
    for newest in ("2026", "2030"):
        with pytest.raises(StorageError, match=r"newest cycle with results|there is no cycle"):
            reasons(data, newest)


def test_where_no_cycle_has_results_that_is_said(tmp_path: Path) -> None:
    with Database(tmp_path / "losi.db") as database:
        database.migrate()
        with database.session() as session:
            new_cycle(session, "2026", "losi-2024")
    with pytest.raises(StorageError, match="no cycle has results yet"):
        reasons(tmp_path, "2026")


def test_what_a_person_decided_keeps_its_archive_and_those_that_one_repeats(data: Path) -> None:
    with Database(data / "losi.db") as database, database.session() as session:
        answer = session.scalars(select(Answer.id).where(Answer.run_id == 2)).first()
        assert answer is not None
        add_review(session, answer, "ada", 1.0)
    assert reasons(data, "2020", "2022") == {1: "repeated", 2: "answers"}


def test_a_visit_under_way_may_still_repeat_what_is_there(data: Path) -> None:
    with Database(data / "losi.db") as database, database.session() as session:
        start_run(session, 1, "losi-2024", cycle_id=4)
    assert reasons(data, "2020", "2022") == {1: "under_way", 2: "under_way"}


def test_a_check_that_was_killed_holds_nothing_but_what_it_repeats(data: Path) -> None:
    with Database(data / "losi.db") as database, database.session() as session:
        run = start_run(session, 1, "losi-2024").id
    assert reasons(data, "2020", "2022") == {1: "under_way", 2: "under_way"}, "its archive may be elsewhere"
    folder = data / "archive" / f"run-{run:06}"
    with ArchiveWriter(folder, f"run-{run:06}"):
        newest = max(folder.glob("*.warc.gz"))
        assert reasons(data, "2020", "2022") == {1: "under_way", 2: "under_way"}, "it has just written"
        long_ago(newest)
        assert reasons(data, "2020", "2022") == {1: "under_way", 2: "under_way"}, "it is written to"
    long_ago(newest)
    assert reasons(data, "2020", "2022") == {1: "", 2: ""}
    unreadable = folder / "run-x.warc.gz"
    unreadable.mkdir()
    long_ago(unreadable)
    assert reasons(data, "2020", "2022") == {1: "under_way", 2: "under_way"}, "what cannot be asked may be written to"


def long_ago(path: Path) -> None:
    """Lets a file be of an hour ago."""
    then = path.stat().st_mtime - 3600
    os.utime(path, (then, then))


@pytest.mark.parametrize("ended", [False, True])
def test_a_page_fetched_for_a_person_repeats_nothing(data: Path, ended: bool) -> None:
    """Nor does one whose fetch died with its process, or whose archive is on the machine of the web app."""
    with Database(data / "losi.db") as database, database.session() as session:
        run = start_run(session, 1, "losi-2024", kind="proof")
        if ended:
            finish_run(session, run.id, "ok", archive="archive/run-000005", pages=1)
    assert reasons(data, "2020", "2022") == {1: "", 2: ""}


def test_an_archive_that_is_elsewhere_may_repeat_what_is_here(data: Path) -> None:
    shutil.move(data / "archive" / "run-000002", data / "elsewhere")
    assert reasons(data, "2020") == {1: "elsewhere"}


def test_an_archive_that_is_damaged_may_repeat_what_cannot_be_read(data: Path) -> None:
    (file,) = (data / "archive" / "run-000002").glob("*.warc.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + bytes(40) + whole[len(whole) // 2 + 40 :])
    assert reasons(data, "2020") == {1: "elsewhere"}


def test_nothing_is_deleted_without_a_yes(data: Path, offline: Losi) -> None:
    told = offline("cycle", "prune", "2020", "2022", "2024")
    assert told.code == 0
    assert "2 of 3 archives" in told.out
    assert "would be deleted; --yes does it" in told.out
    assert "1 archive stays: proof of a portal's standing visit" in told.err
    assert (data / "archive" / "run-000001").is_dir()
    done = offline("cycle", "prune", "2020", "2022", "--yes", "--json", "-")
    document = json.loads(done.out)
    assert document["deleted"]
    assert [(one["run"], one["stays"], one["bytes"] > 0) for one in document["archives"]] == [
        (1, None, True),
        (2, None, True),
    ]
    assert sorted(path.name for path in (data / "archive").iterdir()) == ["run-000003", "run-000004"]
    with Database(data / "losi.db") as database, database.reader() as session:
        runs = {run.id: "pruned" in run.certificate for run in session.scalars(select(Run))}
    assert runs == {1: True, 2: True, 3: False, 4: False}
    assert offline("cycle", "prune", "2020").out.startswith("0 of 0 archives")
    for command in (("export", "wacz", "--run", "1", "-o", "x.wacz"), ("detect", "--run", "1")):
        refused = offline(*command)
        assert (refused.code, "was deleted on 20" in refused.err) == (1, True), refused.err
    place = data.parent / "place"
    assert offline("archives", "push", str(place)).code == 0
    assert offline("archives", "pull", str(place)).code == 0, "what was pruned is not missed"


def test_what_is_left_can_be_replayed(data: Path) -> None:
    with Database(data / "losi.db") as database:
        prune(database, data, 2)
    for run in (1, 3):
        with ArchiveReader(data / "archive" / f"run-{run:06d}") as reader:
            assert any(True for _ in reader.records())
        with ReplayIndex([data / "archive" / f"run-{run:06d}"]) as index:
            assert index.problems == []


def test_what_a_person_decides_while_archives_are_weighed_keeps_its_archive(data: Path) -> None:
    with Database(data / "losi.db") as database:
        assert {one.run_id: one.why for one in weigh(database, data, ["2022"])} == {2: ""}
        with database.session() as session:
            answer = session.scalars(select(Answer.id).where(Answer.run_id == 2)).first()
            assert answer is not None
            add_review(session, answer, "ada", 1.0)
        assert not prune(database, data, 2)
        with database.reader() as session:
            assert "pruned" not in session.get_one(Run, 2).certificate
    assert (data / "archive" / "run-000002").is_dir()


def test_no_transaction_is_open_while_archives_are_read(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes hours where there are many: what a crawl writes meanwhile would all stay in the database's log."""
    held: list[int] = []

    def read_meanwhile(folder: Path) -> set[str]:
        with closing(sqlite3.connect(data / "losi.db", timeout=0, isolation_level=None)) as other:
            other.execute("UPDATE runs SET reason = 'a crawl writes'")
            held.append(other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        return repeated_files(folder)

    monkeypatch.setattr("crawler.cycle.prune.repeated_files", read_meanwhile)
    with Database(data / "losi.db") as database:
        assert [one.why for one in weigh(database, data, ["2020"])] == ["repeated"]
    assert held
    assert not any(held)
