"""When a crawl waits and when it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.result import Cause

_MAX_NOTES = 100
_SILENT = 8
"""So many addresses in a row without an answer, and a host is taken to be silent."""


class Patience:
    """Pauses that a host asks for, and the end of the crawl, which cuts every pause short."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.stop_cause: Cause = ""
        self._held_until = 0.0
        self._in_vain: Counter[str] = Counter()
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

    def heard(self, url: str) -> None:
        """Takes that the host of a URL has answered."""
        self._in_vain.pop(_host(url), None)

    def unheard(self, url: str) -> None:
        """Takes that a URL has no answer."""
        self._in_vain[_host(url)] += 1

    def is_silent(self, url: str) -> bool:
        """Whether its host has left too many addresses in a row unanswered to be asked more."""
        return self._in_vain[_host(url)] >= _SILENT

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


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
