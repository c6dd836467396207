"""On PostgreSQL, one process crawls a whole cycle or workers share it, on whichever machines they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from storage.errors import StorageError, database_errors

if TYPE_CHECKING:
    from storage.database import Database

FAMILY = 0x105150D
"""The first number of the advisory locks of cycles; workers share them, see `crawler.jobs.locks`."""


@contextmanager
def exclusive(database: Database, cycle_id: int, name: str) -> Iterator[None]:
    """Holds a cycle for this process. Raises `StorageError` if workers or another process hold it."""
    if database.url.get_backend_name() != "postgresql":
        yield
        return
    with database_errors(database.where):
        connection = database.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    try:
        with database_errors(database.where):
            values = {"family": FAMILY, "cycle": cycle_id}
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:family, :cycle)"), values):
                raise StorageError(
                    f"workers, or a process on another machine, crawl the cycle {name!r}", "losi cycle status shows it"
                )
        yield
    finally:
        connection.invalidate()
        connection.close()
