"""A file that a command writes: all of it takes its place, or what an earlier command wrote stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream into a draft beside `path`, whose folder is made; it takes the place of `path` when the block ends well.

    What is no file (a pipe, a device), or lies in a folder that may not be written, is written itself. Raises OSError,
    also for a file that may not be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = path.resolve()
    if not _replaceable(path, place):
        with growing_file(path) as stream:
            yield stream
        return
    draft = place.with_name(f".losi-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        with draft.open("xb") as stream:
            if place.exists():
                _as_before(draft, place)
            yield stream
            os.fsync(stream.fileno())
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def growing_file(path: Path) -> Iterator[BinaryIO]:
    """A stream into `path` itself, whose folder is made: what is written is there at once, and stays.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        yield stream


def _replaceable(path: Path, place: Path) -> bool:
    if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
        return False
    return os.access(place.parent, os.W_OK | os.X_OK)


def _as_before(draft: Path, place: Path) -> None:
    """Gives the draft the rights of the file before, its group and its owner, as far as the writer may."""
    before = place.stat()
    for owner, group in ((-1, before.st_gid), (before.st_uid, -1)):
        with suppress(OSError):
            os.chown(draft, owner, group)
    shutil.copymode(place, draft)
