"""Real databases for the tests of storage: SQLite files, and a PostgreSQL cluster of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, text

from storage.database import Database
from storage.records import PortalRecord
from storage.repository import put_portal, start_run

UNPRIVILEGED = ("postgres", "nobody")


@pytest.fixture
def at() -> datetime:
    """A fixed moment with microseconds."""
    return datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """The URL of a private PostgreSQL server that listens on a socket in a temporary folder."""
    binaries = _postgresql_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here: no initdb in PATH or /usr/lib/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    account = _prepare(folder)
    data = folder / "data"
    try:
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        _run([*initdb, "--locale=C"], account, folder)
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        start: list[str | Path] = [
            binaries / "pg_ctl",
            "-D",
            data,
            "-w",
            "-t",
            "300",
            "-o",
            options,
            "-l",
            folder / "log",
            "start",
        ]
        _run(start, account, folder)
        try:
            yield URL.create("postgresql", "postgres", query={"host": str(folder)}, database="postgres")
        finally:
            _run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], account, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgresql: URL) -> str:
    """The name of a migrated database that others are copied from."""
    _create(postgresql, "CREATE DATABASE migrated")
    with Database(postgresql.set(database="migrated")) as database:
        database.migrate()
    return "migrated"


@pytest.fixture
def empty_postgresql(postgresql: URL) -> URL:
    """The URL of a fresh, empty PostgreSQL database."""
    return _fresh(postgresql, "template1")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of either kind without tables."""
    location = tmp_path / "losi.db" if request.param == "sqlite" else request.getfixturevalue("empty_postgresql")
    with Database(location) as database:
        yield database


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database."""
    with Database(tmp_path / "losi.db") as database:
        database.migrate()
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database of either kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    name = request.getfixturevalue("template")
    with Database(_fresh(request.getfixturevalue("postgresql"), name)) as fresh:
        yield fresh


@pytest.fixture
def run_id(database: Database, at: datetime) -> int:
    """A run that has just begun."""
    with database.session() as session:
        portal = put_portal(session, PortalRecord("https://www.example.org/", "Example City", "city", "UTO"))
        return start_run(session, portal.id, "losi-2024", started=at).id


@pytest.fixture
def corpus_sites() -> list[Path]:
    """The whole-site archives of the corpus that lies beside the repository."""
    beside = Path(__file__).parents[3] / "shared" / "corpus"
    sites = sorted(Path(os.environ.get("LOSI_CORPUS", beside)).joinpath("sites").glob("*.warc.gz"))
    if not sites:
        pytest.skip("no corpus: set LOSI_CORPUS to a folder with sites/*.warc.gz")
    return sites


def _postgresql_binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = installed[0] if installed else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _prepare(folder: Path) -> list[str]:
    """The server refuses to run as root: then the folder is another account's, and commands run under it."""
    if os.geteuid() != 0:
        return []
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = next(known[name] for name in UNPRIVILEGED if name in known)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _run(command: list[str | Path], account: list[str], folder: Path) -> None:
    with (folder / "output").open("ab") as output:
        done = subprocess.run([*account, *command], cwd="/", stdout=output, stderr=output, check=False)
    if done.returncode:
        pytest.fail(f"{command[0]} failed: {(folder / 'output').read_text()[-2000:]}")


def _fresh(server: URL, template: str) -> URL:
    name = f"test_{uuid4().hex}"
    _create(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.set(database=name)


def _create(server: URL, statement: str) -> None:
    engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
