"""Crawls whose storage fails in the middle: a clear error, nothing acknowledged lost, and the run goes on later."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import event, func, select, text

from crawler.check import check
from crawler.cycle.turn import Turn
from crawler.result import PortalTarget, RunResult
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.archive import ArchiveReader, ArchiveWriter
from storage.database import Database
from storage.errors import StorageError
from storage.models import Capture, Run
from storage.recorder import RunRecorder
from storage.records import CaptureRecord, PortalRecord
from storage.repository import put_portal, start_run
from tests.crawler.loopback import Handler, Route, Server, Site, page
from tests.storage.cluster import Cluster, cluster

__all__ = ["cluster"]

_PAGES = 24
_OPTIONS = CrawlOptions(
    delay=0, timeout=600, retries=0, concurrency=1, allow_private=True, soft404=False, sitemaps=False, max_seconds=900
)
_NOISE = "".join(f"{n:x} " for n in range(4000))
_needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount the small disk that this needs")
Strike = Callable[[], object]


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    """The installed detectors."""
    return Inspector.default()


@contextmanager
def _town(at_half: Strike | None = None, database: Database | None = None) -> Iterator[Site]:
    """A site of pages in a row; the first request for the one in the middle calls `at_half` before it is answered.
    Where that makes the recorder of `database` fail, that page and those behind it are answered when the ones before
    are stored, until it has failed."""
    strikes = [at_half] if at_half is not None else []
    fails = [True] if at_half is not None and database is not None else []
    routes: dict[str, Route] = {"/": page("Town", "/p1")}

    def answer(number: int) -> Route:
        text = page(f"Page {number}", f"/p{number + 1}", body=f"{number} {_NOISE}")

        def made(_: Handler) -> tuple[int, dict[str, str], bytes]:
            if fails and database is not None:
                _until(lambda: not _records() or _stored(database) > number)
                if not _records():
                    fails.clear()
            if strikes and number == _PAGES // 2:
                strikes.pop()()
            return 200, {}, text.encode()

        return made if number >= _PAGES // 2 else text

    routes |= {f"/p{number}": answer(number) for number in range(1, _PAGES)}
    server = Server(("127.0.0.1", 0), Handler)
    server.site = Site(f"http://127.0.0.1:{server.server_port}", routes)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()


def _records() -> bool:
    """Whether a recorder works: it ends when it has failed."""
    return any(thread.name.startswith("recorder") for thread in threading.enumerate())


def _stored(database: Database) -> int:
    """Rows of captures; none while that cannot be known."""
    with suppress(StorageError), database.reader() as session:
        return session.scalar(select(func.count()).select_from(Capture)) or 0
    return 0


def _until(met: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not met() and monotonic() < end:
        sleep(0.01)


def _visit(site: Site, database: Database, folder: Path, inspector: Inspector, resume: int | None = None) -> RunResult:
    turn = Turn(resume=resume, batch_seconds=0.0)
    target = PortalTarget(f"{site.url}/")
    return asyncio.run(check(target, _OPTIONS, inspector=inspector, database=database, data_dir=folder, turn=turn))


def _rows(database: Database) -> tuple[int, list[str]]:
    """The run, and the URLs that its rows name."""
    with database.reader() as session:
        run = session.scalars(select(Run.id)).one()
        return run, list(session.scalars(select(Capture.url).where(Capture.run_id == run).order_by(Capture.seq)))


def _whole(database: Database, archive: Path) -> None:
    """Every row leads to its record."""
    with database.reader() as session, ArchiveReader(archive) as reader:
        for row in session.scalars(select(Capture)):
            found = reader.response(row.file, row.offset) if row.status else None
            assert found is None or (found.url, len(found.body)) == (row.url, row.length)


def _fails_then_goes_on(
    site: Site, database: Database, folder: Path, inspector: Inspector, words: str, mend: Strike
) -> None:
    """The visit ends with an error of these words; after `mend` it goes on where it was and reads every page."""
    with pytest.raises(StorageError, match=words) as caught:
        _visit(site, database, folder, inspector)
    assert "\n" not in str(caught.value)
    assert caught.value.mend
    mend()
    run, kept = _rows(database)
    assert len(kept) >= _PAGES // 2 - 2
    result = _visit(site, database, folder, inspector, resume=run)
    assert (result.outcome, result.pages, result.run_id) == ("ok", _PAGES, run)
    _, after = _rows(database)
    assert after[: len(kept)] == kept
    assert len(set(after)) == len(after)
    assert len(site.requests) - len(set(site.requests)) <= 3
    assert result.archive is not None
    _whole(database, result.archive)


@contextmanager
def _disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _remount(disk: Path, options: str) -> Strike:
    return lambda: subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def _fill(file: Path) -> None:
    """Leaves no room on the disk."""
    with file.open("wb", buffering=0) as taken, suppress(OSError):
        while True:
            taken.write(bytes(4096))


@_needs_root
@pytest.mark.parametrize("holds", ["archive", "database", "both"])
def test_a_disk_that_fills_up(holds: str, tmp_path: Path, inspector: Inspector) -> None:
    with _disk(tmp_path / "disk", "8m") as disk:
        filler = disk / "the file of another program"
        folder, place = (tmp_path if holds == "database" else disk), (tmp_path if holds == "archive" else disk)
        with Database(place / "losi.db") as database, _town(lambda: _fill(filler), database) as site:
            database.migrate()
            _fails_then_goes_on(site, database, folder, inspector, r"full.*free some space", filler.unlink)


@_needs_root
def test_a_disk_that_may_only_be_read(sqlite: Database, tmp_path: Path, inspector: Inspector) -> None:
    with _disk(tmp_path / "disk", "8m") as disk, _town() as site:
        _remount(disk, "ro")()
        with pytest.raises(StorageError, match=r"not allowed.*--data"):
            _visit(site, sqlite, disk, inspector)
        assert site.requests == []
        _remount(disk, "rw")()
        assert _visit(site, sqlite, disk, inspector).pages == _PAGES


class Held:
    """A SQLite database, `database`, that another writer takes (`take`) and gives back (`give_back`). While it is held
    nobody waits for it long; at other times as long as need be."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._patience = 30_000
        self._other = Database(database.url)
        self._connection = self._other.engine.connect()
        event.listen(database.engine, "checkout", self._bear)

    def _bear(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {self._patience}").close()

    def take(self) -> None:
        """Takes it."""
        self._connection.execute(text("SELECT 1"))
        self._patience = 50

    def give_back(self) -> None:
        """Gives it back."""
        self._patience = 30_000
        self._connection.rollback()

    def close(self) -> None:
        """Ends the other writer."""
        self._connection.close()
        self._other.close()


@pytest.fixture
def held(sqlite: Database) -> Iterator[Held]:
    """A database that can be taken."""
    made = Held(sqlite)
    yield made
    made.close()


def test_a_database_that_another_holds_too_long(held: Held, tmp_path: Path, inspector: Inspector) -> None:
    with _town(held.take, held.database) as site:
        _fails_then_goes_on(site, held.database, tmp_path, inspector, r"locked.*wait", held.give_back)


def test_a_database_that_another_holds_for_a_moment(sqlite: Database, tmp_path: Path, inspector: Inspector) -> None:
    with sqlite.engine.connect() as other:
        let_go = threading.Timer(0.5, other.rollback)

        def hold() -> None:
            other.execute(text("SELECT 1"))
            let_go.start()

        with _town(hold) as site:
            assert _visit(site, sqlite, tmp_path, inspector).pages == _PAGES
        let_go.join()


def test_a_database_server_that_goes_away(cluster: Cluster, tmp_path: Path, inspector: Inspector) -> None:
    with Database(cluster.url) as database:
        database.migrate()
        with _town(cluster.stop, database) as site:
            _fails_then_goes_on(site, database, tmp_path, inspector, "cannot be reached.*runs", cluster.start)


def test_a_database_server_that_restarts_between_two_runs(
    cluster: Cluster, tmp_path: Path, inspector: Inspector
) -> None:
    with Database(cluster.url) as database, _town() as site:
        database.migrate()
        assert _visit(site, database, tmp_path, inspector).pages == _PAGES
        cluster.stop()
        cluster.start()
        assert _visit(site, database, tmp_path, inspector).pages == _PAGES


@pytest.mark.parametrize("torn", [1, 40, 700])
def test_an_archive_that_ends_in_half_a_record(torn: int, held: Held, tmp_path: Path, inspector: Inspector) -> None:
    def tear() -> None:
        held.give_back()
        run, _ = _rows(held.database)
        file = max((tmp_path / "archive" / f"run-{run:06d}").glob("*.warc.gz"))
        record = file.read_bytes()
        with file.open("ab") as end:
            end.write(record[:torn])

    with _town(held.take, held.database) as site:
        _fails_then_goes_on(site, held.database, tmp_path, inspector, "locked", tear)


def test_a_clock_that_goes_backwards(sqlite: Database, tmp_path: Path, at: datetime) -> None:
    with sqlite.session() as session:
        portal = put_portal(session, PortalRecord("https://x.org/", "X", "city"))
        run = start_run(session, portal.id, "losi-2024").id
    for part in range(2):
        with RunRecorder(sqlite, run, ArchiveWriter(tmp_path / "archive", "run")) as recorder:
            for _ in range(5):
                seq = recorder.allot()
                when = at - timedelta(days=400 * part, minutes=seq)
                recorder.capture(CaptureRecord(seq, f"https://x.org/{seq}", when, 200, body=b"<p>Town</p>"))
    with sqlite.reader() as session:
        rows = session.scalars(select(Capture).order_by(Capture.seq)).all()
        assert [row.seq for row in rows] == list(range(1, 11))
        assert [row.fetched_at for row in rows] == sorted((row.fetched_at for row in rows), reverse=True)
    _whole(sqlite, tmp_path / "archive")
    with ArchiveReader(tmp_path / "archive") as reader:
        assert [response.url for response in reader.responses()] == [f"https://x.org/{n}" for n in range(1, 11)]
