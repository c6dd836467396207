"""How many pages are open in browsers at once, on this machine, whichever processes of the user opened them."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: the limit then holds within the process alone
    fcntl = None  # type: ignore[assignment]

_WAIT = 0.1
"""Seconds between two looks for a slot that another process gave back."""


class Slots:
    """A number of places; each is a locked file, so that the system frees the places of a process that was killed."""

    def __init__(self, number: int, folder: Path | None = None) -> None:
        self._number = number
        self._folder = folder or _own_folder()
        self._here = asyncio.Semaphore(number)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Waits for a place and holds it; first come, first served within the process."""
        async with self._here:
            place = await self._place()
            try:
                yield
            finally:
                if place is not None:
                    os.close(place)

    async def _place(self) -> int | None:
        if fcntl is None or not self._folder.is_dir():
            return None
        while True:
            for number in range(self._number):
                place = _locked(self._folder / f"slot-{number}")
                if place is not None:
                    return place
            await asyncio.sleep(_WAIT)


def _locked(file: Path) -> int | None:
    """The descriptor of the file, locked; None while somebody else holds it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _own_folder() -> Path:
    """A folder of this user alone; one that belongs to somebody else is not used."""
    owner = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"losi-browser-{owner}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        mine = hasattr(os, "getuid") and not folder.is_symlink() and folder.stat().st_uid == owner
    except OSError:
        mine = False
    return folder if mine else folder / "unavailable"
