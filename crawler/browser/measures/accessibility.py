"""Accessibility by axe-core (MPL-2.0), in the page's own document, whatever the page's security policy says."""

from __future__ import annotations

import asyncio
import os
import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import TimeoutError as TooLongError

from crawler.browser.measures.phone import offenders
from crawler.browser.measures.world import world_of
from detectors.facts.browser import AccessibilityMeasures, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playwright.async_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
"""The rules of WCAG 2.1, levels A and AA, as axe-core tags them."""

_KEPT = 3
_CRITERION = re.compile(r"wcag(\d)(\d)(\d+)")


class AxeMissingError(LookupError):
    """The file of axe-core that was named, or that ships with axe-playwright-python, is not there."""


def axe_script(path: str = "") -> str:
    """The text of axe-core: from `path`, else LOSI_AXE, else as axe-playwright-python ships it.

    Raises AxeMissingError.
    """
    return _read(path or os.environ.get("LOSI_AXE", ""))


@lru_cache(maxsize=2)
def _read(path: str) -> str:
    try:
        if path:
            return Path(path).read_text(encoding="utf-8")
        return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    except (OSError, ImportError) as error:
        raise AxeMissingError(f"axe-core could not be read: {error}; name its file with LOSI_AXE") from error


async def measure_accessibility(
    page: Page, *, axe: str = "", tags: tuple[str, ...] = TAGS, seconds: float = 30.0, capture: int | None = None
) -> AccessibilityMeasures:
    """Checks the document that is open, frames of it left out. `axe` is a path (see `axe_script`).

    Raises AxeMissingError, and playwright's Error (its TimeoutError after `seconds`).
    """
    source = axe_script(axe)
    try:
        async with asyncio.timeout(seconds), world_of(page) as world:
            await world.run(f"{source};0")
            found = await world.call("axe", {"tags": tags, "kept": _KEPT})
    except TimeoutError as error:
        raise TooLongError(f"the checker took longer than {seconds:g} s") from error
    return AccessibilityMeasures(
        page.url,
        "axe-core",
        found["version"],
        tags,
        tuple(sorted((_violation(one) for one in found["violations"]), key=lambda v: (v.rule, v.nodes))),
        found["incomplete"],
        found["passes"],
        capture,
    )


def _violation(found: Mapping[str, Any]) -> Violation:
    return Violation(
        found["rule"],
        found["impact"],
        criteria(found["tags"]),
        found["help"],
        found["help_url"],
        found["nodes"],
        offenders(found["first"]),
    )


def criteria(tags: Iterable[str]) -> tuple[str, ...]:
    """The success criteria that axe-core's tags name: `wcag1411` is 1.4.11."""
    found = (_CRITERION.fullmatch(tag) for tag in tags)
    return tuple(f"{match[1]}.{match[2]}.{match[3]}" for match in found if match)
