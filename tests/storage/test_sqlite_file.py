"""An SQLite file that may not be written, while others write it, as a copy, and by a URI of SQLite's own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import StorageError
from storage.models import Portal
from storage.repository import portals
from tests.unprivileged import bound

ROOT = Path(__file__).parents[2]
LOOK = """
import sys
from storage.database import Database
from storage.errors import StorageError
from storage.models import Portal
with Database(sys.argv[1]) as database:
    for _ in sys.stdin:
        try:
            database.prepare_to_read()
            with database.reader() as session:
                print(*[portal.name for portal in session.query(Portal).order_by(Portal.id)], flush=True)
        except StorageError as error:
            print(error, flush=True)
"""


class Reader:
    """A process that may not write the file or its folder; `see` gives what its next session sees."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def see(self) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("look\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")


@contextmanager
def reader(location: Path | str) -> Iterator[Reader]:
    words = [*bound(), sys.executable, "-c", LOOK, str(location)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        yield Reader(process)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """The folder as it is now, for reading alone."""
    parts = [folder, *folder.iterdir()]
    for part in parts:
        part.chmod(part.stat().st_mode & ~0o222)
    yield
    for part in filter(Path.exists, parts):
        part.chmod(part.stat().st_mode | 0o200)


def add(database: Database, name: str) -> None:
    with database.session() as session:
        session.add(Portal(url=f"https://{name.lower()}.org/", name=name, kind="city"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one portal that nobody has open."""
    with Database(tmp_path / "data" / "losi.db") as database:
        database.migrate()
        add(database, "X")
    return tmp_path / "data" / "losi.db"


def test_what_one_commits_who_had_only_read_is_seen(file: Path) -> None:
    with Database(file) as other:
        with other.reader() as session:
            session.query(Portal).all()
        assert file.with_name("losi.db-wal").stat().st_size == 0
        assert file.with_name("losi.db-shm").exists()
        with unwritable(file.parent), reader(file) as here:
            assert here.see() == "X"
            add(other, "Y")
            assert here.see() == "X Y"


def test_what_one_commits_who_came_later_is_seen(file: Path) -> None:
    with reader(file) as here:
        with unwritable(file.parent):
            assert here.see() == "X"
        with Database(file) as other:
            add(other, "Y")
            with unwritable(file.parent):
                assert here.see() == "X Y"
        with unwritable(file.parent):
            assert here.see() == "X Y", "who wrote has gone, and the log with it"


def test_a_copy_whose_log_cannot_be_read_is_told(file: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy" / "losi.db"
    copied.parent.mkdir()
    with Database(file) as other:
        add(other, "Y")
        for name in ("losi.db", "losi.db-wal"):
            shutil.copy(file.with_name(name), copied.with_name(name))
    with unwritable(copied.parent), reader(copied) as here:
        assert here.see() == (
            f"the database {copied} has a log (losi.db-wal) that cannot be read where nothing may be written; "
            "copy its folder to where you may write, and choose the copy with --data"
        )
    with reader(copied) as here:
        assert here.see() == "X Y", "as the mend says"


@pytest.mark.parametrize("closed", ["data", "data/losi.db"])
def test_a_file_or_a_folder_that_alone_may_not_be_written_is_for_reading(
    file: Path, tmp_path: Path, closed: str
) -> None:
    ask = "import sys; from storage.database import Database; print(Database(sys.argv[1]).read_only)"
    for part, mode in ((file.parent, 0o777), (file, 0o666)):
        part.chmod(mode & ~0o222 if part == tmp_path / closed else mode)
    words = [*bound(), sys.executable, "-c", ask, str(file)]
    told = subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    assert told.stdout == b"True\n"
    with reader(file) as here:
        assert here.see() == "X"


@pytest.mark.parametrize("beside", ["losi.db-wal", "losi.db-shm"])
def test_a_copy_with_an_empty_log_or_an_index_alone_is_read(file: Path, beside: str) -> None:
    file.with_name(beside).touch()
    with unwritable(file.parent), reader(file) as here:
        assert here.see() == "X"


@pytest.mark.parametrize("query", ["", "mode=ro&", "mode=rw&"])
def test_text_is_found_whatever_its_case_in_every_script(file: Path, query: str) -> None:
    typed = {"Москва": "МОСКВА", "Αθήνα": "αθή", "ÖREBRO": "örebro", "100% Łódź": "0% łÓ"}
    with Database(file) as database:
        for name in typed:
            add(database, name)
    with (
        Database(f"sqlite:///file:{file}?{query}uri=true" if query else file) as database,
        database.reader() as session,
    ):
        for name, text in typed.items():
            assert [portal.name for portal in portals(session, text=text)] == [name]


@pytest.mark.parametrize("query", ["mode=ro", "immutable=1"])
def test_a_uri_for_reading_alone(file: Path, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    with Database(f"sqlite:///file:{file}?{query}&uri=true") as database:
        database.prepare_to_read()
        with database.reader() as session:
            assert [portal.name for portal in session.query(Portal)] == ["X"]
        with pytest.raises(StorageError, match="may not be written"):
            database.migrate()
    assert not Path("file:").exists()


def test_a_uri_for_reading_alone_of_a_file_without_a_log(file: Path) -> None:
    """Another tool may have made the copy: what keeps no log is left as it is."""
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    before = file.read_bytes()
    with Database(f"sqlite:///file:{file}?mode=ro&uri=true") as database, database.reader() as session:
        assert [portal.name for portal in session.query(Portal)] == ["X"]
    assert file.read_bytes() == before


def test_a_uri_that_may_be_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    with Database(f"sqlite:///file:{file}?mode=rw&uri=true") as database:
        database.migrate()
        add(database, "Y")
    assert not Path("file:").exists()


def test_the_mend_of_what_is_no_url_is_one_that_db_takes() -> None:
    with pytest.raises(StorageError, match=r"for example: postgresql://.*, or sqlite:////path/of/losi.db"):
        Database("://")
