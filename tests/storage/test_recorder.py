"""Recording a run: archive before row, in order, without loss, whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.archive import ArchiveReader, ArchiveWriter
from storage.database import Database
from storage.errors import AwayError, StorageError, TakenOverError
from storage.models import Answer, Capture, Finding, Observation
from storage.recorder import RunRecorder
from storage.records import (
    AnswerRecord,
    Attachment,
    CaptureNote,
    CaptureRecord,
    FindingRecord,
    ObservationRecord,
    PortalRecord,
)
from storage.repository import captures, put_portal, start_run

ROOT = Path(__file__).parents[2]
HEADERS = ((b"Content-Type", b"text/html"), (b"Content-Encoding", b"br"))


@pytest.fixture(params=[True, False], ids=["thread", "direct"])
def recorder(request: pytest.FixtureRequest, database: Database, run_id: int, tmp_path: Path) -> Iterator[RunRecorder]:
    archive = ArchiveWriter(tmp_path / "archive", "run")
    with RunRecorder(database, run_id, archive, threaded=request.param) as recorder:
        yield recorder


def page(seq: int, at: datetime, **changes: Any) -> CaptureRecord:
    record = CaptureRecord(seq, f"https://x.org/{seq}", at, 200, "OK", HEADERS, b"page %d" % seq)
    return replace(record, **changes)


def observed(seq: int | None, feature: str = "budget") -> ObservationRecord:
    return ObservationRecord(
        feature,
        "TopicDetector",
        "1",
        "link",
        0.8,
        seq,
        quote="Presupuesto\x00",
        start=3,
        end=14,
        href="/p",
        selector="//a[1]",
        why={"term": "presupuesto", "weight": float("nan")},
    )


def test_a_whole_run(database: Database, recorder: RunRecorder, run_id: int, at: datetime, tmp_path: Path) -> None:
    for _ in range(3):
        seq = recorder.allot()
        assert recorder.capture(page(seq, at, ip="192.0.2.1")) == seq
        recorder.observe([observed(seq)])
    recorder.note(CaptureNote(2, "es", "Inicio " * 200))
    recorder.capture(page(recorder.allot(), at, status=None, error="DNS lookup failed", kind="probe", body=b""))
    recorder.capture(page(recorder.allot(), at, status=301, kind="redirect", target="https://y.org/", body=b""))
    recorder.attach(Attachment(1, "dom", "text/html", b"<p>rendered", at))
    recorder.observe([observed(None)])
    recorder.conclude(
        [
            FindingRecord("budget", "present", confidence=0.9, evidence=[{"url": "u"}]),
            FindingRecord("events", "unknown", "budget"),
        ]
    )
    recorder.answer([AnswerRecord("losi-2024", "219", "present", 1.0, 0.9, "https://x.org/1")])
    recorder.close()
    with database.reader() as session, ArchiveReader(tmp_path / "archive") as reader:
        rows = list(captures(session, run_id))
        assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
        for row in rows[:3]:
            response = reader.response(row.file, row.offset)
            assert (response.url, response.body, response.headers) == (row.url, b"page %d" % row.seq, HEADERS)
            assert (row.length, row.record_length, row.fetched_at) == (6, response.length, at)
            assert row.content_type == "text/html"
        assert (rows[1].language, rows[1].title) == ("es", ("Inicio " * 200)[:500])
        assert (rows[3].status, rows[3].error) == (None, "DNS lookup failed")
        assert b"fetch-error: DNS lookup failed" in reader.record(rows[3].file, rows[3].offset).block
        assert (rows[4].status, rows[4].target) == (301, "https://y.org/")
        resources = [item.record for item in reader.records() if item.record.kind == "resource"]
        assert [(r.url, r.block) for r in resources] == [("urn:losi:dom:https://x.org/1", b"<p>rendered")]
        assert (
            resources[0].headers["warc-concurrent-to"] == f"<{reader.response(rows[0].file, rows[0].offset).capture}>"
        )
        seen = session.query(Observation).order_by(Observation.id).all()
        assert [o.capture_seq for o in seen] == [1, 2, 3, None]
        assert (seen[0].quote, seen[0].why) == ("Presupuesto\ufffd", {"term": "presupuesto", "weight": None})
        assert {f.feature: f.state for f in session.query(Finding)} == {
            "budget": "present",
            "events": "unknown",
        }
        assert session.query(Answer).one().value == 1.0


def test_later_conclusions_replace_earlier_ones(database: Database, recorder: RunRecorder) -> None:
    for state in ("unknown", "present"):
        recorder.conclude([FindingRecord("budget", state)])
        recorder.answer([AnswerRecord("losi-2024", "219", state)])
        recorder.flush()
    with database.reader() as session:
        assert [f.state for f in session.query(Finding)] == ["present"]
        assert [a.state for a in session.query(Answer)] == ["present"]


def test_flush_makes_it_visible(database: Database, recorder: RunRecorder, at: datetime) -> None:
    for seq in (1, 2):
        recorder.capture(page(seq, at))
        recorder.flush()
        with database.reader() as session:
            assert session.query(Capture).count() == seq


def test_a_note_to_a_stored_capture(database: Database, recorder: RunRecorder, at: datetime) -> None:
    recorder.capture(page(1, at))
    recorder.flush()
    recorder.note(CaptureNote(1, "pt", "Início"))
    recorder.flush()
    with database.reader() as session:
        assert session.query(Capture).one().title == "Início"


def test_a_resumed_run_goes_on_counting(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    for first in (1, 2):
        with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
            seq = recorder.allot()
            assert seq == first
            recorder.capture(page(seq, at))
            recorder.attach(Attachment(1, "view", "image/png", b"png", at))
    with ArchiveReader(tmp_path) as reader:
        urls = [item.record.url for item in reader.records() if item.record.kind == "resource"]
    assert urls == ["urn:losi:view:https://x.org/1"] * 2


def test_rows_come_by_time(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run"), batch_seconds=0.01) as recorder:
        recorder.capture(page(1, at))
        deadline = monotonic() + 60
        stored = 0
        while not stored and monotonic() < deadline:
            with database.reader() as session:
                stored = session.query(Capture).count()
    assert stored == 1


def test_what_is_no_capture_is_stored_too_though_no_capture_follows(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    archive = ArchiveWriter(tmp_path / "archive", "run")
    with RunRecorder(database, run_id, archive, batch_seconds=0.05) as recorder:
        recorder.capture(page(recorder.allot(), at))
        recorder.flush()
        recorder.note(CaptureNote(1, "es", "Title"))
        recorder.observe([observed(1)])
        deadline = monotonic() + 60
        stored: list[Any] = []
        while not stored and monotonic() < deadline:
            with database.reader() as session:
                stored = session.query(Observation.feature, Capture.title).join(Capture).all()
    assert stored == [("budget", "Title")]


def test_a_small_queue_makes_the_crawl_wait_but_loses_nothing(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run"), queue_bytes=4000, batch_rows=7) as recorder:
        for seq in range(1, 101):
            recorder.capture(page(seq, at))
            assert 0 <= recorder.load <= 1
    with database.reader() as session:
        assert session.query(Capture).count() == 100


def test_many_threads_may_record(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run"), queue_bytes=20_000) as recorder:

        def work(start: int) -> None:
            for seq in range(start, start + 50):
                recorder.capture(page(seq, at))
                recorder.observe([observed(seq)])

        threads = [threading.Thread(target=work, args=(1 + 50 * number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with database.reader() as session:
        assert session.query(Observation).count() == session.query(Capture).count() == 200


def test_a_failure_is_raised_at_the_next_call_and_at_close(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    for threaded in (True, False):
        archive = ArchiveWriter(tmp_path / str(threaded), "run")
        recorder = RunRecorder(database, run_id, archive, threaded=threaded)
        recorder.observe([observed(99)])
        with pytest.raises(StorageError):
            recorder.flush()
        with pytest.raises(StorageError):
            recorder.capture(page(1, at))
        with pytest.raises(StorageError):
            recorder.close()
        assert archive.index_path.exists()
    with database.reader() as session:
        assert session.query(Capture).count() == 0


def test_the_crawls_own_error_is_not_hidden(database: Database, run_id: int, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run")):
        raise ZeroDivisionError


def test_a_locked_database_does_not_lose_what_was_stored(sqlite: Database, tmp_path: Path, at: datetime) -> None:
    with sqlite.session() as session:
        portal = put_portal(session, PortalRecord("https://x.org/", "X", "city"))
        number = start_run(session, portal.id, "losi-2024").id
    with Database(sqlite.url, busy_seconds=0.05) as hasty:
        recorder = RunRecorder(hasty, number, ArchiveWriter(tmp_path / "a", "run"))
        recorder.capture(page(1, at))
        recorder.flush()
        with sqlite.session() as session:
            session.add(Finding(run_id=number, feature="x", state="present"))
            session.flush()
            recorder.capture(page(2, at))
            with pytest.raises(StorageError, match="locked"):
                recorder.flush()
        with pytest.raises(StorageError, match="locked"):
            recorder.close()
    with sqlite.reader() as session:
        assert [row.seq for row in captures(session, number)] == [1]
    with ArchiveReader(tmp_path / "a") as reader:
        assert len(list(reader.responses())) == 2


def test_a_closed_recorder_takes_nothing(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    recorder = RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run"))
    recorder.close()
    recorder.close()
    with pytest.raises(StorageError, match="closed"):
        recorder.capture(page(1, at))


def test_a_run_that_does_not_exist(database: Database, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(StorageError, match="has no run 77"):
            RunRecorder(database, 77, ArchiveWriter(tmp_path, "run"))


def test_whoever_goes_on_with_a_run_is_its_only_writer(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    first = RunRecorder(database, run_id, ArchiveWriter(tmp_path / "first", "run"), batch_seconds=60)
    first.capture(page(1, at))
    first.flush()
    first.capture(page(2, at))
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path / "second", "run")) as second:
        assert second.allot() == 2
        second.capture(page(2, at, url="https://x.org/other"))
        second.flush()
        with pytest.raises(TakenOverError, match=f"goes on with run {run_id}"):
            first.flush()
        with database.session() as session:
            second.check(session)
            with pytest.raises(TakenOverError):
                first.check(session)
        with pytest.raises(TakenOverError):
            first.close()
        second.capture(page(3, at))
    with database.reader() as session:
        found = [(row.seq, row.url) for row in captures(session, run_id)]
    assert found == [(1, "https://x.org/1"), (2, "https://x.org/other"), (3, "https://x.org/3")]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda at: page(1, at, kind="photo"), "kind is 'photo'; it must be one of response"),
        (lambda at: page(1, at.replace(tzinfo=None)), "no time zone"),
        (lambda at: page(1, at, status=None), "needs the error"),
        (lambda at: replace(observed(1), strength=1.5), "strength is 1.5; it must lie in 0..1"),
        (lambda at: replace(observed(1), strength=float("nan")), "strength"),
        (lambda at: replace(observed(1), feature="x" * 101), "feature must have 1 to 100"),
        (lambda at: FindingRecord("x", "maybe"), "state is 'maybe'"),  # type: ignore[arg-type]
        (lambda at: PortalRecord("https://x.org/" + "x" * 2000, "x", "city"), "2000 bytes"),
        (lambda at: PortalRecord("https://x.org/", "x", "city", "Peru"), "three letters"),
    ],
)
def test_wrong_records_are_refused_where_they_are_made(make: Any, message: str, at: datetime) -> None:
    with pytest.raises(ValueError, match=message):
        make(at)


CHILD = """
import os, sys
from datetime import UTC, datetime
from storage.archive import ArchiveWriter
from storage.database import Database
from storage.records import CaptureRecord, ObservationRecord
from storage.recorder import RunRecorder
url, run, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
recorder = RunRecorder(Database(url), run, ArchiveWriter(folder, "run"), batch_rows=40, batch_seconds=0.02)
while True:
    seq = recorder.allot()
    recorder.capture(CaptureRecord(seq, f"https://x.org/{seq}", datetime.now(UTC), body=os.urandom(2000)))
    recorder.observe([ObservationRecord("f", "d", "1", "link", 0.5, seq)])
    if seq % 25 == 0:
        recorder.flush()
        print(seq, flush=True)
"""


def test_a_killed_run_has_no_dangling_row_and_loses_nothing_acknowledged(
    database: Database, run_id: int, tmp_path: Path, at: datetime
) -> None:
    acknowledged = 0
    for goal in (150, 400):
        address = database.url.render_as_string(hide_password=False)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, address, str(run_id), str(tmp_path / "archive")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert child.stdout is not None
        while acknowledged < goal:
            acknowledged = int(child.stdout.readline())
        child.kill()
        acknowledged = int((child.stdout.read().split() or [str(acknowledged)])[-1])
        child.wait()
        _whole(database, run_id, tmp_path / "archive", acknowledged)
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path / "archive", "run")) as recorder:
        recorder.capture(page(recorder.allot(), at))
    _whole(database, run_id, tmp_path / "archive", acknowledged + 1)


def _whole(database: Database, run_id: int, archive: Path, acknowledged: int) -> None:
    with database.reader() as session, ArchiveReader(archive) as reader:
        rows = list(captures(session, run_id))
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert len(rows) >= acknowledged
        for row in rows:
            response = reader.response(row.file, row.offset)
            assert (response.url, response.length, len(response.body)) == (
                row.url,
                row.record_length,
                row.length,
            )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount the small disk that this fills")
def test_a_full_disk(sqlite: Database, at: datetime, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        with Database(disk / "losi.db") as database:
            database.migrate()
            with database.session() as session:
                portal = put_portal(session, PortalRecord("https://x.org/", "X", "city"))
                number = start_run(session, portal.id, "losi-2024").id
            acknowledged: list[int] = []
            recorder = RunRecorder(database, number, ArchiveWriter(disk / "archive", "run"))
            with pytest.raises(StorageError, match=r"full.*free some space"):
                _record_without_end(recorder, at, acknowledged)
            with pytest.raises(StorageError, match="full"):
                recorder.close()
            assert len(acknowledged) > 3
            _whole(database, number, disk / "archive", acknowledged[-1])
        saved = shutil.copytree(disk, tmp_path / "saved")
    finally:
        subprocess.run(["umount", disk], check=True)
    with Database(saved / "losi.db") as database:
        with RunRecorder(database, number, ArchiveWriter(saved / "archive", "run")) as recorder:
            recorder.capture(page(recorder.allot(), at))
        _whole(database, number, saved / "archive", acknowledged[-1] + 1)


def _record_without_end(recorder: RunRecorder, at: datetime, acknowledged: list[int]) -> None:
    while True:
        seq = recorder.capture(page(recorder.allot(), at, body=os.urandom(9000)))
        recorder.flush()
        acknowledged.append(seq)


class Forgetful(Database):
    """A database whose answer to every other commit is lost on its way."""

    commits = 0

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The session; the loss is told after the commit."""
        with super().session() as session:
            yield session
        self.commits += 1
        if self.commits % 2:
            raise AwayError("the connection was lost")


def test_what_was_stored_though_the_answer_was_lost_is_not_stored_twice(
    database: Database, run_id: int, tmp_path: Path, at: datetime
) -> None:
    with Forgetful(database.url) as forgetful:
        forgetful.outage.allow(30)
        with RunRecorder(forgetful, run_id, ArchiveWriter(tmp_path / "archive", "run"), batch_seconds=0) as recorder:
            for seq in range(1, 4):
                recorder.capture(page(seq, at))
                recorder.observe([observed(seq)])
                recorder.observe([observed(None), observed(None)])
                recorder.flush()
        assert forgetful.commits >= 6
        assert not forgetful.outage.now
    with database.reader() as session:
        assert [row.seq for row in captures(session, run_id)] == [1, 2, 3]
        assert session.query(Observation).count() == 9


def test_a_batch_that_failed_before_its_commit_is_stored(sqlite: Database, tmp_path: Path, at: datetime) -> None:
    with sqlite.session() as session:
        run = start_run(session, put_portal(session, PortalRecord("https://x.org/", "X", "city")).id, "losi-2024").id
    with Database(sqlite.url, busy_seconds=0.01) as hasty, sqlite.engine.connect() as other:
        hasty.outage.allow(30)
        with RunRecorder(hasty, run, ArchiveWriter(tmp_path / "archive", "run"), batch_seconds=0) as recorder:
            other.execute(text("SELECT 1"))
            recorder.capture(page(1, at))
            recorder.observe([observed(1)])
            while not hasty.outage.now:
                assert recorder.load < 1 or hasty.outage.now
            assert recorder.load == 1.0
            other.rollback()
            recorder.flush()
            assert recorder.load < 1
    with sqlite.reader() as session:
        assert session.query(Observation).count() == 1
