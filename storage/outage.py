"""Waits for a database that does not answer: what was to be stored is tried again until it does, or for too long."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from storage.errors import AwayError

logger = logging.getLogger(__name__)
T = TypeVar("T")
_FIRST = 0.1
_LONGEST = 2.0


class Outage:
    """The times in which one database was away, for all threads of the process.

    `limit` is how many seconds a caller of `bridge` waits; 0, as it is at first, raises at once.
    """

    def __init__(self) -> None:
        self.limit = 0.0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._since: float | None = None
        self._spent = 0.0

    @property
    def now(self) -> bool:
        """Whether the database is away at this moment."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """How long the database was away so far, all outages together."""
        with self._lock:
            return self._spent + (monotonic() - self._since if self._since is not None else 0.0)

    def allow(self, limit: float) -> None:
        """From now on, callers wait up to so many seconds; what was before is over."""
        self.limit = limit
        with self._lock:
            self._since = None
        self._over.clear()

    def give_up(self) -> None:
        """Nobody waits any more: what cannot be stored raises at once."""
        self._over.set()

    def bridge(self, attempt: Callable[[], T]) -> T:
        """What `attempt` gives, tried again with growing pauses while the database is away.

        Raises `AwayError` when that lasts longer than `limit`.
        """
        began: float | None = None
        pause = _FIRST
        while True:
            try:
                done = attempt()
            except AwayError as error:
                began = began or monotonic()
                self._bear(error, monotonic() - began, pause)
                self._over.wait(pause)
                pause = min(_LONGEST, 2 * pause)
            else:
                if self.now:
                    self._ended()
                return done

    async def bridged(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """As `bridge`, for what is awaited; other tasks go on meanwhile."""
        began: float | None = None
        pause = _FIRST
        while True:
            try:
                done = await attempt()
            except AwayError as error:
                began = began or monotonic()
                self._bear(error, monotonic() - began, pause)
                await asyncio.sleep(pause)
                pause = min(_LONGEST, 2 * pause)
            else:
                if self.now:
                    self._ended()
                return done

    def _bear(self, error: AwayError, waited: float, pause: float) -> None:
        """Raises the error when the caller has waited long enough; the first of all callers says what is waited for."""
        if waited + pause > self.limit or self._over.is_set():
            raise AwayError(error.message + (f" for {waited:.0f} seconds now" if waited >= 1 else ""), error.mend)
        with self._lock:
            first = self._since is None
            self._since = self._since or monotonic()
        if first:
            logger.warning("%s; waiting for it, %.0f seconds at most", error.message, self.limit)

    def _ended(self) -> None:
        with self._lock:
            since, self._since = self._since, None
            lasted = monotonic() - since if since is not None else 0.0
            self._spent += lasted
        if since is not None:
            logger.warning("the database answers again after %.0f seconds", lasted)
