"""Who reads the answers: the crawl's own process, or others beside it that leave it free to fetch."""

from __future__ import annotations

import os
import signal
from asyncio import Lock, get_running_loop, sleep
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
_AHEAD = 3
"""Answers handed out per process beside the one that it reads, so that it never waits for the next."""
_QUICK = 200_000
"""Bytes of the longest answer that the crawl reads itself: one that holds nothing up for long."""


class ReaderDiedError(Exception):
    """Whatever process reads this answer dies over it: a parser that crashes, memory that does not suffice."""


class ReaderPool:
    """Processes that read answers, for one crawl or for many at once. They load the installed detectors of these names.

    A pool of which a process died is made anew. The answers that it had are then read one at a time, each by a process
    of its own, so that one that kills its reader is known, and is not read by the crawl, which would die too. Deaths
    that no answer is to blame for (killed from outside) are borne `_LIVES` times.
    """

    def __init__(self, names: tuple[str, ...], processes: int) -> None:
        self.names = names
        self._count = processes
        self._lives = _LIVES
        self._under_way = 0
        self._suspecting = Lock()
        self._pool: ProcessPoolExecutor | None = self._made(processes)

    @property
    def busy(self) -> bool:
        """Whether all processes have answers enough to read, and there is a processor that none of them needs."""
        return self._count < (os.cpu_count() or 1) and self._under_way >= self._count * (1 + _AHEAD)

    async def read(self, answer: Answer) -> Reading | None:
        """The reading of one of the processes; None if none is left. Raise ReaderDiedError for an answer that kills
        them."""
        pool = self._pool
        if pool is None:
            return None
        self._under_way += 1
        try:
            return await self._handed(answer, pool)
        except BrokenProcessPool:
            if pool is self._pool:
                self._renew()
            return await self._suspected(answer)
        finally:
            self._under_way -= 1

    async def _handed(self, answer: Answer, pool: ProcessPoolExecutor) -> Reading:
        return await get_running_loop().run_in_executor(pool, _read, self.names, answer)

    async def _suspected(self, answer: Answer) -> Reading | None:
        """The reading of a process that reads this answer alone; None if processes die before they read."""
        async with self._suspecting:
            alone = self._made(1)
            try:
                await get_running_loop().run_in_executor(alone, int)
                try:
                    return await self._handed(answer, alone)
                except BrokenProcessPool as error:
                    self._lives += 1
                    raise ReaderDiedError("the process that read it died, and so did a second one") from error
            except BrokenProcessPool:
                return None
            finally:
                alone.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Ends the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _made(self, processes: int) -> ProcessPoolExecutor:
        """A pool whose processes load the detectors while the crawl asks for its first page."""
        spawn = get_context("spawn")
        pool = ProcessPoolExecutor(processes, spawn, initializer=_begin, initargs=(self.names,))
        pool.submit(int)
        return pool

    def _renew(self) -> None:
        self.close()
        self._lives -= 1
        self._pool = self._made(self._count) if self._lives > 0 else None


class Readers:
    """Reads answers with the inspector's detectors, in `pool` or in `processes` of its own; 0 reads in this process.

    While all processes of its own are busy and a processor is left, a crawl reads here too, else it would only wait.
    Other processes load the same installed detectors anew, so only an inspector made of these may be shared out.
    """

    def __init__(self, inspector: Inspector, processes: int = 0, pool: ReaderPool | None = None) -> None:
        self._inspector = inspector
        self._own = pool is None
        self._pool = pool
        self._turn = Lock()
        if pool is None and processes:
            self._pool = ReaderPool(tuple(detector.name for detector in inspector.detectors.all), processes)

    async def read(self, answer: Answer) -> Reading:
        """What the answer shows; detectors that failed on it are counted by the inspector. Raise ReaderDiedError for
        one that kills the processes that read it."""
        pool, reading = self._pool, None
        if pool is not None:
            reading = await self._helped(pool, answer) or await pool.read(answer)
        reading = reading or read(answer, self._inspector)
        if reading.refused is None:
            self._inspector.take(reading.failures, reading.asked)
        return reading

    async def _helped(self, pool: ReaderPool, answer: Answer) -> Reading | None:
        """The reading of this process where the others are busy, one at a time: between two of them it hears what the
        others have done, else they would run out of work."""
        if not self._own or not pool.busy or len(answer.body) > _QUICK:
            return None
        async with self._turn:
            await sleep(0)
            return read(answer, self._inspector) if pool.busy else None

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
