"""Batches of a run's records: what reaches the archive, when rows are stored, and when nobody may bring more."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from sqlalchemy.orm import Session

from storage.archive import ArchiveReader, ArchiveWriter, RecordPlace
from storage.database import Database
from storage.errors import AwayError, StorageError
from storage.models import Capture, Observation
from storage.recorder import RunRecorder
from storage.records import Attachment, CaptureNote, Unchanged
from storage.repository import captures
from tests.crawler.loopback import answers_in
from tests.storage.test_recorder import ROOT, observed, page


def _recorder(database: Database, run_id: int, archive: ArchiveWriter, rows: int = 500) -> RunRecorder:
    """A recorder that works inside the calls, so that a test knows what it has done."""
    return RunRecorder(database, run_id, archive, threaded=False, batch_rows=rows, batch_seconds=600)


def _stored(database: Database) -> int:
    with database.reader() as session:
        return session.query(Capture).count()


class Unsafe(ArchiveWriter):
    """An archive on a disk that does not say that it holds what was written."""

    def sync(self) -> None:
        """Fails."""
        raise StorageError("the disk does not answer")


def test_rows_wait_until_the_disk_holds_the_records_that_they_point_at(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    """Else they would outlive a power failure, and what they point at would not."""
    recorder = _recorder(database, run_id, Unsafe(tmp_path / "archive", "run"))
    recorder.capture(page(1, at))
    for end in (recorder.flush, recorder.close):
        with pytest.raises(StorageError, match="the disk does not answer"):
            end()
    assert _stored(database) == 0


def test_what_cannot_be_stored_in_the_end_is_not_passed_over(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    unsafe = Unsafe(tmp_path / "archive", "run")
    with (
        pytest.raises(StorageError, match="the disk does not answer"),
        RunRecorder(database, run_id, unsafe, batch_seconds=600) as recorder,
    ):
        recorder.capture(page(1, at))


UNCLOSED = """
import sys
from storage.archive import ArchiveWriter
from storage.database import Database
from storage.recorder import RunRecorder
recorder = RunRecorder(Database(sys.argv[1]), int(sys.argv[2]), ArchiveWriter(sys.argv[3], "run"))
raise SystemExit(7)
"""


def test_a_recorder_that_nobody_closed_keeps_no_process_alive(database: Database, run_id: int, tmp_path: Path) -> None:
    address = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", UNCLOSED, address, str(run_id), str(tmp_path / "archive")]
    assert subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode == 7


def test_a_batch_is_stored_when_it_is_full(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    with _recorder(database, run_id, ArchiveWriter(tmp_path, "run"), rows=3) as recorder:
        stored = []
        for seq in range(1, 8):
            recorder.capture(page(seq, at))
            stored.append(_stored(database))
    assert stored == [0, 0, 3, 3, 3, 6, 6]
    assert _stored(database) == 7


def test_the_age_of_a_batch_is_that_of_its_first_record(
    database: Database, run_id: int, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("storage.recorder.monotonic", lambda: now[0])
    with _recorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        stored = []
        for seq, now[0] in ((1, 1000.0), (2, 1599.0), (3, 1600.0), (4, 1700.0), (5, 2299.0)):
            recorder.capture(page(seq, at))
            stored.append(_stored(database))
    assert stored == [0, 0, 3, 3, 3]


class Held(ArchiveWriter):
    """An archive that takes nothing until it is let."""

    let: Event

    def write_response(self, *given: Any, **more: Any) -> RecordPlace:
        """Waits."""
        assert self.let.wait(60)
        return super().write_response(*given, **more)


def test_a_full_queue_holds_up_whoever_brings_more_until_there_is_room(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    """The memory that a crawl needs would grow with the disk's slowness."""
    archive = Held(tmp_path, "run")
    archive.let = Event()
    with RunRecorder(database, run_id, archive, queue_bytes=3000) as recorder:
        recorder.capture(page(1, at))
        assert 0.3 < recorder.load < 0.4
        recorder.observe([observed(1)] * 2)
        assert recorder.load == 1
        more = Thread(target=recorder.capture, args=(page(2, at),))
        more.start()
        more.join(0.3)
        assert more.is_alive()
        archive.let.set()
        more.join(60)
        assert not more.is_alive()
        recorder.flush()
        assert recorder.load == 0
    assert _stored(database) == 2


def test_a_page_reaches_the_archive_at_once_though_rows_wait(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    recorder = RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run"), batch_seconds=120)
    for seq in (1, 2, 3):
        recorder.capture(page(seq, at))
        end = monotonic() + 60
        while answers_in(tmp_path) < seq:
            assert monotonic() < end
    assert _stored(database) == 0
    began = monotonic()
    recorder.close()
    assert monotonic() - began < 60
    assert _stored(database) == 3


class Shaky(Database):
    """A database of which every other transaction fails, before its commit or in the answer to it."""

    before = False
    tries = 0

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The session; the first attempt fails."""
        self.tries += 1
        fails = self.tries % 2 == 1
        with super().session() as session:
            yield session
            if fails and self.before:
                raise AwayError("the connection was lost before the commit")
        if fails and not self.before:
            raise AwayError("the connection was lost after the commit")


@pytest.mark.parametrize("before", [True, False], ids=["lost", "answer lost"])
def test_what_was_seen_is_stored_once_whichever_way_a_commit_fails(
    before: bool, database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    """Batches of observations alone have no number by which they are known again."""
    with Shaky(database.url) as shaky:
        shaky.before = before
        shaky.outage.allow(30)
        with _recorder(shaky, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
            recorder.capture(page(1, at))
            for count in (1, 2, 1, 3):
                recorder.observe([observed(1)] * count)
                recorder.flush()
    with database.reader() as session:
        assert (session.query(Capture).count(), session.query(Observation).count()) == (1, 7)


def test_a_run_that_goes_on_counts_what_was_seen_before(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    with _recorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        recorder.capture(page(1, at))
        recorder.observe([observed(1)] * 3)
    with Shaky(database.url) as shaky:
        shaky.before = True
        shaky.outage.allow(30)
        with _recorder(shaky, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
            recorder.observe([observed(1)])
    with database.reader() as session:
        assert session.query(Observation).count() == 4


def test_the_archive_tells_whence_an_answer_came_and_that_it_was_cut(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    with ArchiveWriter(tmp_path / "before", "before") as writer:
        place = writer.write_response("https://x.org/2", 200, "OK", (), b"page 2", at)
    with ArchiveReader(tmp_path / "before") as reader:
        unchanged = Unchanged(reader.original(place.file, place.offset), "server-not-modified", 304)
    with _recorder(database, run_id, ArchiveWriter(tmp_path / "archive", "run")) as recorder:
        recorder.capture(page(1, at, ip="192.0.2.1", truncated="length"))
        recorder.capture(page(2, at, ip="192.0.2.2", unchanged=unchanged))
    with database.reader() as session, ArchiveReader(tmp_path / "archive") as reader:
        records = [reader.record(row.file, row.offset) for row in captures(session, run_id)]
    names = ("warc-ip-address", "warc-truncated", "warc-refers-to")
    assert [(record.kind, *map(record.headers.get, names)) for record in records] == [
        ("response", "192.0.2.1", "length", None),
        ("revisit", "192.0.2.2", None, f"<{place.record_id}>"),
    ]


def test_what_lies_in_the_archive_already_is_not_written_again(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    """After a crash: what has no row yet is given one."""
    with ArchiveWriter(tmp_path, "run") as writer:
        places = [writer.write_response(f"https://x.org/{n}", 200, "OK", (), b"", at) for n in (1, 2)]
    with _recorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        recorder.capture(page(1, at, place=places[0], known=True))
        recorder.capture(page(2, at, place=places[1]))
    with database.reader() as session, ArchiveReader(tmp_path) as reader:
        assert [(row.seq, row.offset) for row in captures(session, run_id)] == [(2, places[1].offset)]
        assert sum(1 for _ in reader.responses()) == 2


def test_another_form_of_a_page_refers_to_it_where_its_record_is_known(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    drawn = Attachment(1, "dom", "text/html", b"<p>drawn", at, conversion=True)
    for seq in (1, 2):
        with _recorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
            recorder.capture(page(seq, at))
            recorder.attach(drawn)
    with database.reader() as session, ArchiveReader(tmp_path) as reader:
        first = next(iter(captures(session, run_id)))
        origin = reader.response(first.file, first.offset).capture
        made = [item.record for item in reader.records() if item.record.block == b"<p>drawn"]
    assert [(r.kind, r.url, r.headers.get("warc-refers-to")) for r in made] == [
        ("conversion", "https://x.org/1", f"<{origin}>"),
        ("resource", "urn:losi:dom:https://x.org/1", None),
    ]
    assert "warc-concurrent-to" not in made[1].headers


def test_nothing_is_attached_to_a_page_that_the_run_has_not(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    recorder = _recorder(database, run_id, ArchiveWriter(tmp_path, "run"))
    with pytest.raises(StorageError, match=f"run {run_id} has no capture 7 to attach a file to"):
        recorder.attach(Attachment(7, "view", "image/png", b"png", at))


def test_a_note_comes_to_the_page_of_its_run_alone(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    with _recorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        for seq in (1, 2):
            recorder.capture(page(seq, at))
        recorder.flush()
        recorder.note(CaptureNote(2, "pt", "Início"))
    with database.reader() as session:
        assert [(row.language, row.title) for row in captures(session, run_id)] == [(None, None), ("pt", "Início")]
