"""A CSS selector that finds an element again in the same document."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_SAFE_ID = re.compile(r"^[A-Za-z][\w-]*$")
_MAX_DEPTH = 40


def css_selector(element: HtmlElement | None) -> str:
    """Path from the nearest ancestor with a plain id (or the root) down to `element`; empty for None."""
    if element is None:
        return ""
    steps: list[str] = []
    node: HtmlElement | None = element
    while node is not None and isinstance(node.tag, str) and len(steps) < _MAX_DEPTH:
        ident = node.get("id", "")
        if _SAFE_ID.match(ident):
            steps.append(f"#{ident}")
            break
        steps.append(_step(node))
        node = node.getparent()
    return " > ".join(reversed(steps))


def _step(node: HtmlElement) -> str:
    tag = str(node.tag)
    parent = node.getparent()
    if parent is None or tag in ("html", "body"):
        return tag
    before = sum(1 for _ in node.itersiblings(tag, preceding=True))
    return f"{tag}:nth-of-type({before + 1})"
