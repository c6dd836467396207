"""No host is visited by two crawls of this machine at a time, whichever cycles they crawl."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

_PLACES = 1 << 40


class HostLocks:
    """Locks of hosts among the processes that share a data folder: one byte of an empty file each, which the kernel
    gives back when the process ends, however that is. One object a process, since closing the file ends all of them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    @contextmanager
    def open(cls, data_dir: Path) -> Iterator[Self]:
        """The locks of a data folder."""
        descriptor = os.open(data_dir / "hosts.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            yield cls(descriptor)
        finally:
            os.close(descriptor)

    def take(self, host: str) -> bool:
        """Takes the lock of a host; False if another process holds it."""
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(host))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def give_back(self, host: str) -> None:
        """Gives the lock of a host back."""
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, _place(host))


def _place(host: str) -> int:
    return int.from_bytes(blake2b(host.encode(), digest_size=8).digest()) % _PLACES
