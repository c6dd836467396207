"""A file that a command writes: all of it takes its place, or what an earlier command wrote stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
            yield stream
            os.fsync(stream.fileno())
        _replace(place, draft)
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


def _replace(place: Path, draft: Path) -> None:
    if place.exists():
        shutil.copymode(place, draft)
    draft.replace(place)
