"""Who reads the answers: the crawl's own process, or others beside it that leave it free to fetch."""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread

from crawler.garbage import settle
from crawler.reading import Answer, Reading, read
from detectors.inspector import Inspector

_LIVES = 5


class ReaderPool:
    """Processes that read answers, for one crawl or for many at once. They load the installed detectors of these names.

    A pool of which a process died (killed, out of memory) is made anew, `_LIVES` times at most.
    """

    def __init__(self, names: tuple[str, ...], processes: int) -> None:
        self.names = names
        self._count = processes
        self._lives = _LIVES
        self._pool: ProcessPoolExecutor | None = self._made()

    async def read(self, answer: Answer) -> Reading | None:
        """The reading of one of the processes; None if it died over it, or none is left."""
        pool = self._pool
        if pool is None:
            return None
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, _read, self.names, answer)
        except BrokenProcessPool:
            if pool is self._pool:
                self._renew()
            return None

    def close(self) -> None:
        """Ends the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _made(self) -> ProcessPoolExecutor:
        """A pool whose processes load the detectors while the crawl asks for its first page."""
        spawn = get_context("spawn")
        pool = ProcessPoolExecutor(self._count, spawn, initializer=_begin, initargs=(self.names,))
        pool.submit(int)
        return pool

    def _renew(self) -> None:
        self.close()
        self._lives -= 1
        self._pool = self._made() if self._lives else None


class Readers:
    """Reads answers with the inspector's detectors, in `pool` or in `processes` of its own; 0 reads in this process.

    Other processes load the same installed detectors anew, so only an inspector made of these may be shared out.
    """

    def __init__(self, inspector: Inspector, processes: int = 0, pool: ReaderPool | None = None) -> None:
        self._inspector = inspector
        self._own = pool is None
        self._pool = pool
        if pool is None and processes:
            self._pool = ReaderPool(tuple(detector.name for detector in inspector.detectors.all), processes)

    async def read(self, answer: Answer) -> Reading:
        """What the answer shows; detectors that failed on it are counted by the inspector."""
        elsewhere = await self._pool.read(answer) if self._pool is not None else None
        reading = elsewhere or read(answer, self._inspector)
        if reading.refused is None:
            self._inspector.take(reading.failures)
        return reading

    def close(self) -> None:
        """Ends the processes, if they are this crawl's own."""
        if self._pool is not None and self._own:
            self._pool.close()
        self._pool = None


def _begin(names: tuple[str, ...]) -> None:
    """Loads the detectors. Ctrl-C is left to the crawl, which ends its readers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _inspector(names)
    settle()


def end_with_parent() -> None:
    """Has this process end when the one that began it was killed: nobody will hand it work any more."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@cache
def _inspector(names: tuple[str, ...]) -> Inspector:
    return Inspector.default(names)


def _read(names: tuple[str, ...], answer: Answer) -> Reading:
    return read(answer, _inspector(names))
