"""Python's garbage collector in processes that read pages: detectors and lexicons are many objects that live on, and a
page leaves no cycles behind, so looking at all of them often is time lost."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detectors.lexicon_set import LexiconSet

_SELDOM = (10_000, 20, 50)
"""Containers made between two collections, and collections of one generation between two of the next."""

_USUAL = (700, 10, 10)


def begin() -> None:
    """For a command as it begins: what it loads stays until it ends, and then all memory is given back at once."""
    gc.set_threshold(*_SELDOM)
    atexit.register(gc.freeze)


def settle() -> None:
    """For a process that works on until it is told to end: what is loaded now is never looked at again.

    Not collected more seldom than usual: what thousands of portals leave behind would grow to twice the memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_USUAL)


@contextmanager
def paused(lexicons: LexiconSet) -> Iterator[None]:
    """While a page is read: what it needs is freed with it, by its references alone. Lexicons that are read from their
    files meanwhile stay, and are never looked at again."""
    before, loads = gc.isenabled(), lexicons.loads
    gc.disable()
    try:
        yield
    finally:
        if lexicons.loads > loads:
            gc.freeze()
        if before:
            gc.enable()
