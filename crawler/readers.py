"""Who reads the answers: the crawl's own process, or others beside it that leave it free to fetch."""

from __future__ import annotations

import asyncio
import gc
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context

from crawler.reading import Answer, Reading, read
from detectors.inspector import Inspector


class Readers:
    """Reads answers with the inspector's detectors. `processes` 0 reads in this process.

    Other processes load the same installed detectors anew, so only an inspector made of these may be shared out.
    """

    def __init__(self, inspector: Inspector, processes: int = 0) -> None:
        self._inspector = inspector
        self._names = tuple(detector.name for detector in inspector.detectors.all)
        self._pool: ProcessPoolExecutor | None = None
        if processes:
            spawn = get_context("spawn")
            self._pool = ProcessPoolExecutor(processes, spawn, initializer=_begin, initargs=(self._names,))

    async def read(self, answer: Answer) -> Reading:
        """What the answer shows; detectors that failed on it are counted by the inspector."""
        reading = await self._read_elsewhere(answer) or read(answer, self._inspector)
        if reading.refused is None:
            self._inspector.take(reading.failures)
        return reading

    async def _read_elsewhere(self, answer: Answer) -> Reading | None:
        """The reading of another process; None if there is none, or it died (killed, out of memory)."""
        if self._pool is None:
            return None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, _read, self._names, answer)
        except BrokenProcessPool:
            self.close()
            return None

    def close(self) -> None:
        """Ends the other processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _begin(names: tuple[str, ...]) -> None:
    """Loads the detectors. Ctrl-C is left to the crawl, which ends its readers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _inspector(names)
    gc.freeze()


@cache
def _inspector(names: tuple[str, ...]) -> Inspector:
    return Inspector.default(names)


def _read(names: tuple[str, ...], answer: Answer) -> Reading:
    return read(answer, _inspector(names))
