"""One process crawls a whole cycle; on PostgreSQL, or workers share it, on whichever machines they are."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import StorageError, database_errors
from storage.sqlite_file import open_file

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from storage.database import Database

FAMILY = 0x105150D
"""The first number of the advisory locks of cycles; workers share them, see `crawler.jobs.locks`."""


@contextmanager
def exclusive(database: Database, cycle_id: int, name: str) -> Iterator[Callable[[], None]]:
    """Holds a cycle for this process; gives what makes sure of it after the connection was lost.

    Both raise `StorageError` if workers or another process hold it.
    """
    if database.url.get_backend_name() != "postgresql":
        with database.reader() as session:
            file = open_file(session)
        with _beside(file, cycle_id, name):
            yield lambda: None
        return
    held = _Held(database, cycle_id, name)
    try:
        held.take()
        yield held.keep
    finally:
        held.let_go()


@contextmanager
def _beside(file: Path | None, cycle_id: int, name: str) -> Iterator[None]:
    """Holds a cycle of an SQLite file by a lock in a file beside it, which a killed process gives back; nobody else has
    a database in memory."""
    if file is None:
        yield
        return
    lock = file.resolve().with_name(f"{file.resolve().name}-cycle-{cycle_id}.lock")
    with locked(lock, StorageError(f"another process crawls the cycle {name!r}", "losi cycle status shows it")):
        yield


@contextmanager
def locked(file: Path, refusal: StorageError) -> Iterator[None]:
    """Holds the lock of a file, made if need be; raises `refusal` where another process has it."""
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield


class _Held:
    """An advisory lock on a connection of its own: when that is lost, so is the lock."""

    def __init__(self, database: Database, cycle_id: int, name: str) -> None:
        self._database = database
        self._values = {"family": FAMILY, "cycle": cycle_id}
        self._name = name
        self._connection: Connection | None = None

    def take(self) -> None:
        """Takes the lock."""
        with database_errors(self._database.where):
            engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._connection = engine.connect()
            taken = self._connection.scalar(text("SELECT pg_try_advisory_lock(:family, :cycle)"), self._values)
        if not taken:
            self.let_go()
            raise StorageError(
                f"workers, or a process on another machine, crawl the cycle {self._name!r}",
                "losi cycle status shows it",
            )

    def keep(self) -> None:
        """Takes the lock again where the connection was lost; waits for a database that is away."""
        self._database.outage.bridge(self._renew)

    def _renew(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.scalar(text("SELECT 1"))
                return
        self.let_go()
        self.take()

    def let_go(self) -> None:
        """Gives the lock back and closes the connection: the server would notice that one is closed a moment later."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if not connection.invalidated:
            with suppress(SQLAlchemyError):
                connection.scalar(text("SELECT pg_advisory_unlock(:family, :cycle)"), self._values)
        connection.invalidate()
        connection.close()
