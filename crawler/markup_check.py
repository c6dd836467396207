"""Has a checker judge the markup and style sheets of pages that a run captured; bounded, and to be cut short."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from detectors.facts import ValidityFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.validity import Shelf

logger = logging.getLogger(__name__)

_SECONDS = 120
_UNMEASURED = "validity of markup and style sheets was not measured"


class MarkupCheck:
    """One check; `facts` holds what it found, nothing until it is over."""

    def __init__(self) -> None:
        self.facts = ValidityFacts()
        self._task: asyncio.Task[str] | None = None
        self._is_cut = False

    async def run(self, urls: Sequence[str], shelf: Shelf) -> str:
        """Has the captures of these addresses judged; why there is no verdict, else empty."""
        self._task = asyncio.ensure_future(self._judged(urls, shelf))
        if self._is_cut:
            self._task.cancel()
        try:
            return await self._task
        except asyncio.CancelledError:
            if not self._is_cut:
                raise
            return f"{_UNMEASURED}: it was cut short"
        except TimeoutError:
            return f"{_UNMEASURED}: the checker took too long"
        except Exception as error:  # whatever answers in the checker's place costs the verdict, not the run
            logger.exception("the check of markup failed")
            return f"{_UNMEASURED}: {error!r}"

    def cut_short(self) -> None:
        """Ends the check, begun or not."""
        self._is_cut = True
        if self._task is not None:
            self._task.cancel()

    async def _judged(self, urls: Sequence[str], shelf: Shelf) -> str:
        from crawler.validity import validity_of_captures

        async with asyncio.timeout(_SECONDS):
            self.facts, problem = await validity_of_captures(urls, shelf)
        return problem
