"""Views of a page that several detectors read: made when one first asks for them, kept with the page, gone with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from detectors.page import Page

T = TypeVar("T")


def view(make: Callable[[Page], T]) -> Callable[[Page], T]:
    """`make`, called once for each page."""
    name = f"view {make.__module__}.{make.__qualname__}"

    def kept(page: Page) -> T:
        views = vars(page)
        if name not in views:
            views[name] = make(page)
        return cast("T", views[name])

    kept.__doc__ = make.__doc__
    return kept
