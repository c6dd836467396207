"""One pace at a host for all processes of a survey, on however many machines: turns are given from one table."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import time
from typing import TYPE_CHECKING, Self

from sqlalchemy import text

from crawler.pacer import Pacer
from storage.database import Database
from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)
_FILE = "hosts.db"
_MAKING = 0x105150E
"""The advisory lock under which PostgreSQL's table is made."""
_ANSWERS = 10.0
"""Seconds after which a table that does not answer is done without."""
_SET_BACK = 60.0
"""A turn that was given so many seconds from now was given before the clock was set back."""
_TIDY_EVERY = 1000

_SERVERS_CLOCK = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
_TABLE = """CREATE {kind} TABLE IF NOT EXISTS host_turns (
    host TEXT PRIMARY KEY, crawl TEXT NOT NULL, asked DOUBLE PRECISION NOT NULL, at DOUBLE PRECISION NOT NULL,
    pause DOUBLE PRECISION NOT NULL)"""
_TIDY = "DELETE FROM host_turns WHERE at + pause < {now}"
_NEXT = """CASE
    WHEN host_turns.asked > excluded.asked + {set_back} THEN excluded.asked
    WHEN host_turns.crawl = excluded.crawl AND host_turns.at <= excluded.asked THEN excluded.asked
    WHEN host_turns.at + host_turns.pause <= excluded.asked AND host_turns.at + excluded.pause <= excluded.asked
    THEN excluded.asked
    WHEN host_turns.at + host_turns.pause > excluded.asked AND host_turns.pause > excluded.pause
    THEN host_turns.at + host_turns.pause
    ELSE host_turns.at + excluded.pause END"""
_TAKE = f"""INSERT INTO host_turns (host, crawl, asked, at, pause)
    SELECT :host, :crawl, clock.now, clock.now, :pause FROM (SELECT {{now}} AS now) AS clock WHERE true
    ON CONFLICT (host) DO UPDATE SET crawl = excluded.crawl, asked = excluded.asked, at = {_NEXT},
    pause = CASE WHEN host_turns.at + host_turns.pause > excluded.asked AND host_turns.pause > excluded.pause
            THEN host_turns.pause ELSE excluded.pause END
    WHERE {_NEXT} <= excluded.asked + :patience
    RETURNING at - asked"""


class SharedPacer(Pacer):
    """Turns at hosts that no other process takes: each is one statement on a table of the survey's PostgreSQL, or of a
    file in the data folder where the survey lies in SQLite. While the table cannot be had, turns are those of this
    process: a pace is no reason to lose a page."""

    def __init__(self, table: Database) -> None:
        super().__init__()
        self._table = table
        self._server = table.url.get_backend_name() == "postgresql"
        self._now = _SERVERS_CLOCK if self._server else ":now"
        self._taking = text(_TAKE.format(now=self._now, set_back=_SET_BACK))
        self._thread = ThreadPoolExecutor(1, "turns")
        self._given = 0
        self._missed = False

    @classmethod
    @contextmanager
    def open(cls, database: Database, data_dir: Path) -> Iterator[Self]:
        """The turns of all crawls that share the database, or with SQLite the data folder."""
        server = database.url.get_backend_name() == "postgresql"
        with Database(database.url if server else data_dir / _FILE, busy_seconds=_ANSWERS / 2) as table:
            pacer = cls(table)
            try:
                yield pacer
            finally:
                pacer._thread.shutdown(wait=False, cancel_futures=True)

    async def wait(self, host: str, crawl: str, pause: float, patience: float) -> float | None:
        """As a pacer's, among all processes; a crawl that keeps no pause at the host takes no turn among them."""
        if not pause:
            return await super().wait(host, crawl, pause, patience)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_ANSWERS):
                waiting = await loop.run_in_executor(self._thread, self._take, host, crawl, pause, patience)
        except (StorageError, TimeoutError) as error:
            self._miss(error)
            return await super().wait(host, crawl, pause, patience)
        self._missed = False
        return waiting

    def _take(self, host: str, crawl: str, pause: float, patience: float) -> float | None:
        if self._given % _TIDY_EVERY == 0:
            self._prepare()
        values = {"host": host, "crawl": crawl, "pause": pause, "patience": patience}
        with self._table.session() as session:
            waiting: float | None = session.scalar(self._taking, {**values, **self._moment()})
        self._given += 1
        return waiting

    def _moment(self) -> dict[str, float]:
        """The moment, where the machine's clock counts: with a server its own does, since those of machines differ."""
        return {} if self._server else {"now": time()}

    def _prepare(self) -> None:
        """Makes the table, which holds nothing that is worth a log or a backup; forgets turns that are over."""
        with self._table.session() as session:
            if self._server:
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MAKING})
            session.execute(text(_TABLE.format(kind="UNLOGGED" if self._server else "")))
            session.execute(text(_TIDY.format(now=self._now)), self._moment())

    def _miss(self, error: Exception) -> None:
        if not self._missed:
            logger.warning("other processes' requests are not known for now: %s", error or "no answer in time")
        self._missed = True
