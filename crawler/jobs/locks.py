"""One worker a portal, whatever the queue says: advisory locks that PostgreSQL gives back when their holder dies."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, LiteralString, Self

import psycopg

from crawler.cycle.exclusive import FAMILY as CYCLES
from crawler.jobs.dsn import dsn
from storage.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_FAMILY = 0x105150C
_PATIENCE = 20.0
_KEEPALIVE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""A machine that lost its power or its network loses its locks after 25 seconds."""


class PortalLocks:
    """The locks of one worker on one connection. When that is lost, so are they: `alive` says it."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()
        self._held: set[int] = set()
        self._cycles: set[int] = set()

    @classmethod
    async def open(cls, url: URL) -> Self:
        """Connects. Raises `StorageError`."""
        try:
            connection = await psycopg.AsyncConnection.connect(
                **dsn(url), autocommit=True, application_name="losi worker: locks"
            )
            for setting in _KEEPALIVE:
                await connection.execute(f"SET {setting}")
        except psycopg.Error as error:
            raise StorageError(f"cannot connect to the database for locks: {error}", "check --db") from error
        return cls(connection)

    async def take(self, portal_id: int) -> bool:
        """Takes the lock of a portal; False if it is held, here or by another worker. Raises `StorageError`."""
        if portal_id in self._held:
            return False
        self._held.add(portal_id)
        taken = False
        try:
            taken = bool(await self._ask("SELECT pg_try_advisory_lock(%s, %s)", _FAMILY, portal_id))
        finally:
            if not taken:
                self._held.discard(portal_id)
        return taken

    async def share(self, cycle_id: int) -> bool:
        """Takes part in a cycle until this connection ends; False if one process crawls it as a whole."""
        if cycle_id in self._cycles:
            return True
        shared = bool(await self._ask("SELECT pg_try_advisory_lock_shared(%s, %s)", CYCLES, cycle_id))
        if shared:
            self._cycles.add(cycle_id)
        return shared

    async def give_back(self, portal_id: int) -> None:
        """Gives the lock back; a lost connection has done so."""
        with suppress(StorageError):
            await self._ask("SELECT pg_advisory_unlock(%s, %s)", _FAMILY, portal_id)
        self._held.discard(portal_id)

    async def alive(self) -> bool:
        """Whether the locks are still held."""
        try:
            return bool(await self._ask("SELECT 1"))
        except StorageError:
            return False

    async def close(self) -> None:
        """Gives all locks back."""
        await self._connection.close()

    async def _ask(self, statement: LiteralString, *values: int) -> Any:
        try:
            async with self._one_at_a_time, asyncio.timeout(_PATIENCE):
                cursor = await self._connection.execute(statement, values)
                row = await cursor.fetchone()
        except (psycopg.Error, TimeoutError) as error:
            raise StorageError(f"the connection that holds the portals' locks was lost: {error}") from error
        return row[0] if row else None
