"""Where a link leads that a script opens: what many portals write instead of an address that any reader follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml.etree import XPath

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SCRIPT = "javascript:"
_OPENED = re.compile(
    r"""(?:\bwindow\.open\s*\(|\blocation\.(?:assign|replace)\s*\(|\blocation(?:\.href)?\s*=)\s*(['"])([^'"<>\s]+)\1(?!\s*\+)""",
    re.I,
)
_ASKS = re.compile(r"\b(?:confirm|prompt)\s*\(", re.I)
"""A script that asks first may do what only a person is to do: delete, send, pay."""

_SCRIPTED = XPath(".//@onclick/..")
_TILES = frozenset("article dd div dt figure img input li p section span td tr".split())


def tiles(root: HtmlElement) -> dict[HtmlElement, str]:
    """The tiles, pictures and old buttons that a script makes links, with the addresses that they open."""
    scripted: list[HtmlElement] = _SCRIPTED(root)  # type: ignore[assignment]
    found = ((element, opened_by(element, None)) for element in scripted if element.tag in _TILES)
    return {element: address for element, address in found if address}


def opened_by(element: HtmlElement, href: str | None) -> str | None:
    """The address that the script of a link or button opens, if it says one in full (`window.open('/budget')`,
    `location.href = '/budget'`) and asks nothing first; else what the link names itself, which may be nothing. A link
    that names an address leads there, whatever its script opens beside."""
    named = href.lstrip() if href else ""
    is_script = named[: len(_SCRIPT)].lower() == _SCRIPT
    if named and named[0] != "#" and not is_script:
        return href
    script = element.get("onclick", "")
    if is_script:
        script = f"{named} {script}"
    found = _OPENED.search(script) if script else None
    return found[2] if found and not _ASKS.search(script) else href
