"""Backup and restore as docs/operations.md tells it: what comes back is what was there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, text

from storage.database import Database
from storage.models import Base, Cycle
from storage.records import PortalRecord
from storage.repository import new_cycle, plan_portals, put_portal, start_run


def fill(database: Database, at: datetime) -> None:
    """A cycle with a portal and a visit under way."""
    with database.session() as session:
        portal = put_portal(session, PortalRecord("https://www.example.org/", "Exämple ✓", "city", "UTO"))
        cycle = new_cycle(session, "2026", "losi-2024", settings={"crawl": {"delay": 1.5}})
        plan_portals(session, cycle.id, [(portal.id, "losi-2024")])
        start_run(session, portal.id, "losi-2024", cycle_id=cycle.id, started=at)


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with database.reader() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(tuple, session.execute(table.select())), key=repr) for table in tables}


@pytest.fixture
def two(postgresql: URL, template: str) -> Iterator[tuple[Database, URL]]:
    """A migrated PostgreSQL database, and the URL of an empty one."""
    names = [f"backup_{uuid4().hex}" for _ in range(2)]
    engine = create_engine(postgresql.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {names[0]} TEMPLATE {template}"))
        connection.execute(text(f"CREATE DATABASE {names[1]}"))
    engine.dispose()
    with Database(postgresql.set(database=names[0])) as database:
        yield database, postgresql.set(database=names[1])


def tool(name: str) -> str:
    """A tool of PostgreSQL's client, the newest one."""
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    program = found[0] if found else shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed here")
    return program


def libpq(url: URL) -> dict[str, str]:
    """The environment in which the tools find the database."""
    host = url.query["host"]
    return {**os.environ, "PGHOST": str(host), "PGUSER": url.username or "", "PGDATABASE": url.database or ""}


def test_postgresql_comes_back_and_goes_on(two: tuple[Database, URL], at: datetime, tmp_path: Path) -> None:
    database, empty = two
    fill(database, at)
    dump = tmp_path / "losi.dump"
    words = ["--format=custom", "--exclude-schema=losi_queue", f"--file={dump}"]
    subprocess.run([tool("pg_dump"), *words], env=libpq(database.url), check=True)
    restore = [tool("pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={empty.database}", str(dump)]
    subprocess.run(restore, env=libpq(empty), check=True)
    with Database(empty) as restored:
        restored.migrate()
        assert contents(restored) == contents(database)
        with restored.session() as session:
            assert new_cycle(session, "2028", "losi-2024").id == 2, "numbers go on behind the last one"


def test_sqlite_is_copied_while_it_is_written(sqlite: Database, at: datetime, tmp_path: Path) -> None:
    fill(sqlite, at)
    copy = tmp_path / "backup" / "losi.db"
    copy.parent.mkdir()
    with sqlite.session() as session:
        session.get_one(Cycle, 1).paused = True
        session.flush()
        source = sqlite3.connect(f"file:{sqlite.url.database}?mode=ro", uri=True)
        source.execute("VACUUM INTO ?", [str(copy)])
        source.close()
    with Database(copy) as restored, restored.reader() as session:
        assert session.get_one(Cycle, 1).paused is False, "the copy holds what was committed"
        counts = {name: len(rows) for name, rows in contents(restored).items()}
    assert (counts["runs"], counts["portals"], counts["cycle_portals"]) == (1, 1, 1)
    with Database(copy) as restored:
        restored.migrate()
        before, after = contents(sqlite), contents(restored)
    assert {name for name in before if before[name] != after[name]} == {"cycles"}
