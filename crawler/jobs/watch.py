"""Ends a worker whose event loop hangs: its portals are taken over, and it is started anew by whoever supervises it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

HUNG = 70
"""The exit code of a worker that hung."""


@contextmanager
def watchdog(patience: float) -> Iterator[None]:
    """Ends the process at once when the running loop does not come round for `patience` seconds."""
    seen = [monotonic()]
    done = threading.Event()

    def look() -> None:
        while not done.wait(patience / 10):
            if monotonic() - seen[0] > patience:
                print(f"losi: the worker did nothing for {patience:.0f} s and ends", file=sys.stderr, flush=True)
                os._exit(HUNG)

    async def tick() -> None:
        while True:
            seen[0] = monotonic()
            await asyncio.sleep(patience / 20)

    beat = asyncio.ensure_future(tick())
    thread = threading.Thread(target=look, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        with suppress(RuntimeError):
            beat.cancel()
