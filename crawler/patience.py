"""When a crawl waits and when it ends."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.result import Cause

_MAX_NOTES = 100


class Patience:
    """Pauses that a host asks for, and the end of the crawl, which cuts every pause short."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.stop_cause: Cause = ""
        self._held_until = 0.0
        self._stop = asyncio.Event()
        self._on_stop: list[Callable[[], object]] = []

    def hold(self, seconds: float) -> None:
        """Lets no new page be asked for in this time."""
        self._held_until = max(self._held_until, monotonic() + seconds)

    def held_for(self) -> float:
        """Seconds until the next page may be asked for; not above zero if now."""
        return self._held_until - monotonic()

    async def sleep(self, seconds: float) -> bool:
        """Waits; False if the crawl was stopped meanwhile."""
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return True
        return False

    @property
    def stopped(self) -> bool:
        """Whether the crawl is to end now."""
        return self._stop.is_set()

    def on_stop(self, call: Callable[[], object]) -> None:
        """Has `call` called when the crawl is stopped."""
        self._on_stop.append(call)

    def stop(self, cause: Cause) -> None:
        """Ends the crawl: nothing new is asked for, what is under way is dropped."""
        if not self.stopped:
            self.stop_cause = cause
            self._stop.set()
            for call in self._on_stop:
                call()

    def note(self, text: str) -> None:
        """Keeps an oddity for the report."""
        if len(self.notes) < _MAX_NOTES:
            self.notes.append(text)
