"""A CSS selector that finds an element again, in the document as parsed and in the tree that a browser builds."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from lxml.html import HtmlElement

_SAFE_ID = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_SAFE_TAG = re.compile(r"[a-z][a-z0-9]*")
_INSERTED = "tbody"
_MAX_DEPTH = 500


def css_selector(element: HtmlElement | None) -> str:
    """Path from the nearest ancestor with an id of its own (or the root) down to `element`.

    Where rows stand directly in a table, the path through the `<tbody>` that browsers insert is an alternative. Empty
    for None and for an element that lies absurdly deep.
    """
    if element is None:
        return ""
    repeated = _repeated_ids(element.getroottree().getroot())
    steps: list[str] = []
    node: HtmlElement | None = element
    while node is not None and isinstance(node.tag, str):
        ident = node.get("id", "")
        if _SAFE_ID.fullmatch(ident) and ident not in repeated:
            steps.append(f"#{ident}")
            break
        steps.append(_step(node))
        above = node.getparent()
        if above is not None and (above.tag, node.tag) == ("table", "tr"):
            steps.append(_INSERTED)
        node = above
    if len(steps) > _MAX_DEPTH:
        return ""
    path, built = (" > ".join(reversed(way)) for way in ([s for s in steps if s != _INSERTED], steps))
    return path if built == path else f"{built}, {path}"


@lru_cache(maxsize=1)
def _repeated_ids(root: HtmlElement) -> frozenset[str]:
    """Ids that several elements of the document bear. Detectors ask for many elements of one document in a row."""
    return frozenset(ident for ident, number in Counter(root.xpath("//@id")).items() if number > 1)


def _step(node: HtmlElement) -> str:
    tag = str(node.tag)
    parent = node.getparent()
    if parent is None or tag in ("html", "body"):
        return tag
    if not _SAFE_TAG.fullmatch(tag):
        return f"*:nth-child({1 + sum(1 for other in node.itersiblings(preceding=True) if isinstance(other.tag, str))})"
    before = sum(1 for _ in node.itersiblings(tag, preceding=True))
    return f"{tag}:nth-of-type({before + 1})"
