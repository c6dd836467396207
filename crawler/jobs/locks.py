"""One worker a portal, whatever the queue says: advisory locks that PostgreSQL gives back when their holder dies."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, LiteralString, Self
from uuid import uuid4

import psycopg

from crawler.cycle.exclusive import FAMILY as CYCLES
from crawler.jobs.dsn import dsn
from storage.database import where
from storage.errors import StorageError, known_fault

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_FAMILY = 0x105150C
_PATIENCE = 20.0
_KEEPALIVE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""A machine that lost its power or its network loses its locks after 25 seconds."""


class LocksLostError(StorageError):
    """The connection that holds the locks was lost."""


class PortalLocks:
    """The locks of one worker on one connection. When that is lost, so are they: `alive` says it, and `regain` takes
    them again. What is held and what is noted change together, one call after the other: a lock that was given back
    while it was being regained, or taken twice, would stay with the server for as long as the worker lives."""

    def __init__(self, url: URL, name: str, connection: psycopg.AsyncConnection[Any]) -> None:
        self._url = url
        self._name = name
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()
        self._held: set[int] = set()
        self._cycles: set[int] = set()

    @classmethod
    async def open(cls, url: URL) -> Self:
        """Connects. Raises `StorageError`, `AwayError` where the server cannot be reached."""
        name = f"losi worker: locks {uuid4().hex}"
        return cls(url, name, await _connected(url, name))

    async def regain(self) -> bool:
        """Connects anew and takes again all that was held; False if another has taken any of it meanwhile.

        Raises `StorageError` as long as the database is away.
        """
        connection = await _connected(self._url, self._name)
        async with self._one_at_a_time:
            before, self._connection = self._connection, connection
            await _end_others(connection, self._name)
            with suppress(psycopg.Error):
                await before.close()
            cycles = [(CYCLES, cycle, True) for cycle in self._cycles]
            portals = [(_FAMILY, portal, False) for portal in self._held]
            return all([await self._lock(*one) for one in (*cycles, *portals)])

    async def take(self, portal_id: int) -> bool:
        """Takes the lock of a portal; False if it is held, here or by another worker. Raises `LocksLostError`."""
        async with self._one_at_a_time:
            taken = portal_id not in self._held and await self._lock(_FAMILY, portal_id)
            if taken:
                self._held.add(portal_id)
        return taken

    async def share(self, cycle_id: int) -> bool:
        """Takes part in a cycle until this connection ends; False if one process crawls it as a whole."""
        async with self._one_at_a_time:
            shared = cycle_id in self._cycles or await self._lock(CYCLES, cycle_id, shared=True)
            if shared:
                self._cycles.add(cycle_id)
        return shared

    async def give_back(self, portal_id: int) -> None:
        """Gives the lock back; a lost connection has done so."""
        async with self._one_at_a_time:
            self._held.discard(portal_id)
            with suppress(StorageError):
                await self._ask("SELECT pg_advisory_unlock(%s, %s)", _FAMILY, portal_id)

    async def alive(self) -> bool:
        """Whether the locks are still held."""
        try:
            async with self._one_at_a_time:
                return bool(await self._ask("SELECT 1"))
        except StorageError:
            return False

    async def close(self) -> None:
        """Gives all locks back."""
        await self._connection.close()

    async def up_for(self) -> float:
        """Seconds since the server was started."""
        async with self._one_at_a_time:
            return float(await self._ask("SELECT extract(epoch FROM now() - pg_postmaster_start_time())"))

    async def _lock(self, family: int, number: int, shared: bool = False) -> bool:
        if shared:
            return bool(await self._ask("SELECT pg_try_advisory_lock_shared(%s, %s)", family, number))
        return bool(await self._ask("SELECT pg_try_advisory_lock(%s, %s)", family, number))

    async def _ask(self, statement: LiteralString, *values: int) -> Any:
        try:
            async with asyncio.timeout(_PATIENCE):
                cursor = await self._connection.execute(statement, values)
                row = await cursor.fetchone()
        except (psycopg.Error, TimeoutError) as error:
            raise LocksLostError(f"the connection that holds the portals' locks was lost: {error}") from error
        return row[0] if row else None


async def _connected(url: URL, name: str) -> psycopg.AsyncConnection[Any]:
    try:
        connection = await psycopg.AsyncConnection.connect(**dsn(url), autocommit=True, application_name=name)
        for setting in _KEEPALIVE:
            await connection.execute(f"SET {setting}")
    except psycopg.Error as error:
        known = known_fault(str(error), where(url))
        raise known or StorageError(f"cannot connect to the database for locks: {error}", "check --db") from error
    return connection


async def _end_others(connection: psycopg.AsyncConnection[Any], name: str) -> None:
    """Ends the connection that was lost on this side alone: the server would keep its locks for a while."""
    query = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = %s AND pid <> pg_backend_pid()"
    )
    try:
        await connection.execute(query, (name,))
    except psycopg.Error as error:
        raise StorageError(f"the connection for locks was lost again: {error}") from error
