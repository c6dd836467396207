"""A CSS selector that finds an element again, in the document as parsed and in the tree that a browser builds."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

_SAFE_ID = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_SAFE_TAG = re.compile(r"[a-z][a-z0-9]*")
_IDENTS = etree.XPath("//@id", smart_strings=False)
_INSERTED = "tbody"
_MAX_DEPTH = 500


def css_selector(element: HtmlElement | None) -> str:
    """Path from the nearest ancestor with an id of its own (or the root) down to `element`.

    Where rows stand directly in a table, the path through the `<tbody>` that browsers insert is an alternative. Empty
    for None and for an element that lies absurdly deep.
    """
    if element is None:
        return ""
    return _paths(element.getroottree().getroot()).selector(element)


class _Paths:
    """The paths of a document's elements; what leads to a parent is worked out once for all its children."""

    def __init__(self, root: HtmlElement) -> None:
        self._repeated = _repeated_ids(root)
        self._known: dict[HtmlElement, tuple[str, ...]] = {}

    def selector(self, element: HtmlElement) -> str:
        """See `css_selector`."""
        steps = self._steps(element)
        if len(steps) > _MAX_DEPTH:
            return ""
        path, built = " > ".join(step for step in steps if step != _INSERTED), " > ".join(steps)
        return path if built == path else f"{built}, {path}"

    def _steps(self, element: HtmlElement) -> tuple[str, ...]:
        """From the nearest ancestor that is known, has an id of its own or is the root, down to the element."""
        way: list[HtmlElement] = []
        node: HtmlElement | None = element
        while node is not None and node not in self._known and isinstance(node.tag, str):
            way.append(node)
            if self._names_itself(node):
                break
            node = node.getparent()
        for each in reversed(way):
            self._known[each] = self._step(each)
        return self._known.get(element, ())

    def _names_itself(self, node: HtmlElement) -> bool:
        ident = node.get("id", "")
        return _SAFE_ID.fullmatch(ident) is not None and ident not in self._repeated

    def _step(self, node: HtmlElement) -> tuple[str, ...]:
        """The node's path, its parent's being known."""
        if self._names_itself(node):
            return (f"#{node.get('id')}",)
        above = node.getparent()
        before = self._known.get(above, ()) if above is not None else ()
        inserted = (_INSERTED,) if above is not None and (above.tag, node.tag) == ("table", "tr") else ()
        return (*before, *inserted, _step(node))


@lru_cache(maxsize=1)
def _paths(root: HtmlElement) -> _Paths:
    """Detectors ask for many elements of one document in a row."""
    return _Paths(root)


def _repeated_ids(root: HtmlElement) -> frozenset[str]:
    """Ids that several elements of the document bear."""
    idents = cast("list[str]", _IDENTS(root))
    return frozenset(ident for ident, number in Counter(idents).items() if number > 1)


def _step(node: HtmlElement) -> str:
    tag = str(node.tag)
    parent = node.getparent()
    if parent is None or tag in ("html", "body"):
        return tag
    if not _SAFE_TAG.fullmatch(tag):
        return f"*:nth-child({1 + sum(1 for other in node.itersiblings(preceding=True) if isinstance(other.tag, str))})"
    before = sum(1 for _ in node.itersiblings(tag, preceding=True))
    return f"{tag}:nth-of-type({before + 1})"
