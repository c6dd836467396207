"""The queue's way to the database, which waits for a database that goes away instead of ending the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from storage.errors import AwayError

if TYPE_CHECKING:
    from procrastinate.connector import Notify
    from psycopg_pool import AsyncConnectionPool

T = TypeVar("T")
_PAUSE = 1.0
_ONE_TRY = 5.0
"""Seconds that the pool of connections gets for one try; it is asked again, since it slows down by itself."""


_WORKED = 30.0
"""What fails after so many seconds had worked before."""


class PatientConnector(PsycopgConnector):
    """Tries again what failed since the database was away, for `patience` seconds; what the database refused is not."""

    def __init__(self, *, patience: float, where: str, **settings: Any) -> None:
        super().__init__(timeout=_ONE_TRY, reconnect_timeout=_ONE_TRY - 1, **settings)
        self._patience = patience
        self._where = where

    async def open_async(self, pool: AsyncConnectionPool | None = None) -> None:
        """Procrastinate's: connects. Raises `AwayError` where that takes too long, and may be called again then: a
        pool that found no server does not look for it any more."""
        if pool is not None or self._async_pool is not None:
            await super().open_async(pool)
            return
        made = await self._create_pool(self._pool_args)
        try:
            await made.open(wait=True, timeout=_ONE_TRY)
        except PoolTimeout as error:
            mend = "check that it runs and that host and port in --db are right"
            raise AwayError(f"the database server of {self._where} cannot be reached", mend) from error
        self._async_pool = made

    def give_up(self) -> None:
        """Waits no more."""
        self._patience = 0.0

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Procrastinate's: a statement without an answer."""
        await self._patiently(lambda: super(PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """Procrastinate's: one row."""
        return await self._patiently(lambda: super(PatientConnector, self).execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        """Procrastinate's: all rows."""
        return await self._patiently(lambda: super(PatientConnector, self).execute_query_all_async(query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Procrastinate's: hears of new jobs, for ever."""
        wanted = tuple(channels)
        await self._patiently(lambda: super(PatientConnector, self).listen_notify(on_notification, wanted))

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        first: float | None = None
        while True:
            began = monotonic()
            try:
                return await ask()
            except ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
                    raise
                now = monotonic()
                first = now if first is None or now - began > _WORKED else first
                if now - first + _PAUSE > self._patience:
                    raise
            await asyncio.sleep(_PAUSE)
