"""Python's garbage collector in processes that read pages: a page leaves few cycles behind, while detectors and
lexicons are many objects that live on, so looking at all of them often is time lost."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (10_000, 20, 50)
"""Containers made between two collections, and collections of one generation between two of the next."""


def settle() -> None:
    """For a process that works until it ends: what is loaded now is never looked at again.

    Not collected more seldom: what thousands of portals leave behind would grow to twice the memory, and no time won.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def collected_seldom() -> Iterator[None]:
    """While pages are read in a process that has other things to do before and after."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
