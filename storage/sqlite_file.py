"""How an SQLite file is opened: for many readers and one writer, or for reading alone where nobody may write."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event

from storage.errors import explain_os

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL

READING = "losi_reading"
"""The execution option of connections that are for queries only."""


def sqlite_engine(url: URL, busy_seconds: float, *, read_only: bool, json_serializer: Callable[[Any], str]) -> Engine:
    """An engine for an SQLite file or a database in memory; `busy_seconds` is how long another writer is waited for."""
    if read_only:
        engine = create_engine(url, creator=_reader(Path(url.database or ""), busy_seconds))
    else:
        engine = create_engine(url, json_serializer=json_serializer, connect_args={"timeout": busy_seconds})
        event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def is_read_only(url: URL) -> bool:
    """Whether the URL is of an SQLite file that is there but may not be written, it or its folder: a file in WAL mode
    has others beside it."""
    place = _place(url)
    return place is not None and place.is_file() and not all(os.access(each, os.W_OK) for each in (place, place.parent))


def make_folder(url: URL) -> None:
    """Makes the folder of an SQLite file. Raises StorageError."""
    place = _place(url)
    if place is None:
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os(error, f"make the folder of {place}") from error


def _place(url: URL) -> Path | None:
    named = url.database if url.get_backend_name() == "sqlite" else None
    return Path(named) if named and named != ":memory:" else None


def _reader(place: Path, busy_seconds: float) -> Callable[[], sqlite3.Connection]:
    """Opens a file for reading. One that nobody has open has no log beside it, and SQLite, which cannot make one there,
    is told that nothing changes (`immutable`)."""

    def connect() -> sqlite3.Connection:
        log, index = (place.with_name(f"{place.name}-{end}") for end in ("wal", "shm"))
        in_use = index.is_file() or (log.is_file() and log.stat().st_size)
        still = "" if in_use else "&immutable=1"
        uri = f"{place.absolute().as_uri()}?mode=ro{still}"
        return sqlite3.connect(uri, uri=True, timeout=busy_seconds, check_same_thread=False, isolation_level=None)

    return connect


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    """Transactions are begun by SQLAlchemy alone (so that DDL is inside them too); durable in WAL mode."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Writers take their turn when they begin: a reader that turns writer could fail without waiting."""
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
