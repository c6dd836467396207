"""How an SQLite file is opened: for many readers and one writer, or for reading alone where nobody may write."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from storage.errors import StorageError, explain_os

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL
    from sqlalchemy.orm import Session

READING = "losi_reading"
"""The execution option of connections that are for queries only."""

_PAUSE = 0.01
"""Seconds until a file that another opens is asked for again."""


def sqlite_engine(url: URL, busy_seconds: float, *, read_only: bool, json_serializer: Callable[[Any], str]) -> Engine:
    """An engine for an SQLite file or a database in memory; `busy_seconds` is how long another writer is waited for."""
    place = file_of(url)
    if read_only and place is not None:
        engine = create_engine(url, creator=_reader(place, busy_seconds), poolclass=NullPool)
    else:
        engine = create_engine(url, json_serializer=json_serializer, connect_args={"timeout": busy_seconds})
        event.listen(engine, "connect", _leave_as_is if read_only else _set_up(busy_seconds))
    event.listen(engine, "connect", _know_letters)
    event.listen(engine, "begin", _begin)
    return engine


def is_read_only(url: URL) -> bool:
    """Whether the URL is of an SQLite file that is there but may not be written, it or its folder: a file in WAL mode
    has others beside it. A URI of SQLite's own (`file:...`) says so itself."""
    if _is_uri(url):
        return url.query.get("mode") == "ro" or "immutable" in url.query
    place = file_of(url)
    return place is not None and place.is_file() and not all(os.access(each, os.W_OK) for each in (place, place.parent))


def is_empty(place: Path) -> bool:
    """Whether a file holds nothing, and nobody is about to fill it: what a full disk leaves, or a first start that was
    broken off. SQLite takes it for a new database."""
    log, journal = (_size(place.with_name(f"{place.name}-{end}")) for end in ("wal", "journal"))
    return log is None and journal is None and _size(place) == 0


def make_folder(url: URL) -> None:
    """Makes the folder of an SQLite file. Raises StorageError."""
    place = file_of(url)
    if place is None:
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os(error, f"make the folder of {place}") from error


def file_of(url: URL) -> Path | None:
    """The path of an SQLite file; None for a server, a database in memory and a URI of SQLite's own (`file:...`)."""
    named = url.database if url.get_backend_name() == "sqlite" and not _is_uri(url) else None
    return Path(named) if named and named != ":memory:" else None


def open_file(session: Session) -> Path | None:
    """The file that SQLite has open, whichever way it was named; None for a database in memory."""
    file = session.scalar(text("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    return Path(file) if file else None


def _is_uri(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and (url.database or "").startswith("file:")


def _reader(place: Path, busy_seconds: float) -> Callable[[], sqlite3.Connection]:
    """Opens a file for reading, for one session: whoever writes may come and go. One that nobody has open has no log
    beside it, and SQLite, which cannot make one there, is told that nothing changes (`immutable`)."""

    def connect() -> sqlite3.Connection:
        still = "" if _in_use(place) else "&immutable=1"
        uri = f"{place.absolute().as_uri()}?mode=ro{still}"
        return sqlite3.connect(uri, uri=True, timeout=busy_seconds, check_same_thread=False, isolation_level=None)

    return connect


def _in_use(place: Path) -> bool:
    """Whether a log beside the file must be heeded: it holds something, or its index shows that somebody has it open.
    Raises StorageError where it cannot be read."""
    log, index = (_size(place.with_name(f"{place.name}-{end}")) for end in ("wal", "shm"))
    if log and index is None and not os.access(place.parent, os.W_OK):
        raise StorageError(
            f"the database {place} has a log ({place.name}-wal) that cannot be read where nothing may be written",
            "copy its folder to where you may write, and choose the copy with --data",
        )
    return bool(log) or (log is not None and index is not None)


def _size(file: Path) -> int | None:
    """A file's size; None where it is not, or not any more."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return None


def _know_letters(connection: sqlite3.Connection, _record: object) -> None:
    """Whoever looks for text finds it whatever its case, in every script: SQLite's own `lower` knows ASCII alone."""
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: object) -> str | None:
    return None if value is None else str(value).lower()


def _leave_as_is(connection: sqlite3.Connection, _record: object) -> None:
    """Transactions are begun by SQLAlchemy alone."""
    connection.isolation_level = None


def _set_up(busy_seconds: float) -> Callable[[sqlite3.Connection, object], None]:
    """Transactions are begun by SQLAlchemy alone (so that DDL is inside them too). What was committed, such as a
    person's decision, outlives a power failure: in WAL mode that takes `synchronous=FULL`."""

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        _write_ahead(connection, monotonic() + busy_seconds)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    return set_up


def _write_ahead(connection: sqlite3.Connection, until: float) -> None:
    """Turns a file to WAL mode. Where another opens it at the same moment SQLite refuses at once, so it is asked
    again."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
        sleep(_PAUSE)


def _begin(connection: Connection) -> None:
    """Writers take their turn when they begin: a reader that turns writer could fail without waiting."""
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
