"""Ctrl-C at any moment: Python drops what is raised while it frees an object, an interrupt too."""

from __future__ import annotations

import _thread
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def keep_interrupts() -> None:
    """Has an interrupt that Python had to drop come again, a moment later. A hook other than Python's own stays."""
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _again


def _again(dropped: UnraisableHookArgs) -> None:
    if dropped.exc_type is KeyboardInterrupt:
        _thread.start_new_thread(_thread.interrupt_main, ())  # raised in here, it would be dropped as well
    else:
        sys.__unraisablehook__(dropped)
