"""Who reads the answers: the crawl's own process, or others beside it that leave it free to fetch."""

from __future__ import annotations

import asyncio
import gc
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

from crawler.reading import Answer, Reading, read
from detectors.inspector import Inspector

if TYPE_CHECKING:
    from collections.abc import Sequence


class Readers:
    """Reads answers with the inspector's detectors. `processes` 0 reads in this process.

    Other processes load the same installed detectors anew, so only an inspector made of these may be shared out.
    """

    def __init__(self, inspector: Inspector, processes: int = 0) -> None:
        self._inspector = inspector
        self._pool: ProcessPoolExecutor | None = None
        if processes:
            names = [detector.name for detector in inspector.detectors.all]
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(names,))

    async def read(self, answer: Answer) -> Reading:
        """What the answer shows. A reader that dies (out of memory, killed) is replaced by this process."""
        if self._pool is None:
            return read(answer, self._inspector)
        try:
            reading = await asyncio.get_running_loop().run_in_executor(self._pool, _read, answer)
        except BrokenProcessPool:
            self.close()
            return read(answer, self._inspector)
        self._inspector.take(reading.failures)
        return reading

    def close(self) -> None:
        """Ends the other processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


_READER: list[Inspector] = []
"""In a reading process: its inspector, made once when the process begins."""


def _begin(names: Sequence[str]) -> None:
    """Loads the detectors. Ctrl-C is left to the crawl, which ends its readers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _READER.append(Inspector.default(names))
    gc.freeze()


def _read(answer: Answer) -> Reading:
    return read(answer, _READER[0])
