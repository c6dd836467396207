"""A CSS selector that finds an element again, in the document as parsed and in the tree that a browser builds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lxml.html import HtmlElement

_SAFE_ID = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_SAFE_TAG = re.compile(r"[a-z][a-z0-9]*")
_INSERTED = "tbody"
_MAX_DEPTH = 500


class _Path(NamedTuple):
    """A path as it is written in the document (`plain`) and with the elements that browsers insert (`built`)."""

    plain: str
    built: str
    depth: int


class Selectors:
    """Selectors of a document's elements; the path to a parent is worked out once for all its children.

    Of the `idents` that its elements bear, those that several bear in small letters tell none of them: browsers that
    read it in quirks mode take no notice of case.
    """

    def __init__(self, idents: Iterable[str]) -> None:
        numbers = Counter(map(str.lower, idents))
        self._repeated = frozenset([ident for ident, number in numbers.items() if number > 1])
        self._known: dict[HtmlElement, _Path] = {}

    def of(self, element: HtmlElement) -> str:
        """Path from the nearest ancestor with an id of its own (or the root) down to the element.

        Where rows stand directly in a table, the path through the `<tbody>` that browsers insert is an alternative.
        Empty for an element that lies absurdly deep.
        """
        path = self._known.get(element) or self._path(element)
        if path.depth > _MAX_DEPTH:
            return ""
        return path.plain if path.built == path.plain else f"{path.built}, {path.plain}"

    def _path(self, element: HtmlElement) -> _Path:
        """From the nearest ancestor that is known, has an id of its own or is the root, down to the element."""
        way: list[HtmlElement] = []
        node: HtmlElement | None = element
        path = None
        while path is None and node is not None and isinstance(node.tag, str):
            path = self._known.get(node) or self._start(node)
            if path is None:
                way.append(node)
                node = node.getparent()
        for each in reversed(way):
            path = self._known[each] = _below(path, each)
        return path or _Path("", "", 0)

    def _start(self, node: HtmlElement) -> _Path | None:
        """The path that begins with the node, if it has an id of its own."""
        ident = node.get("id")
        if not ident or ident.lower() in self._repeated or not _SAFE_ID.fullmatch(ident):
            return None
        path = self._known[node] = _Path(f"#{ident}", f"#{ident}", 1)
        return path


def _below(path: _Path | None, node: HtmlElement) -> _Path:
    """The node's path, its parent's being known; not followed further than anyone asks for."""
    step = _step(node)
    if path is None:
        return _Path(step, step, 1)
    if path.depth > _MAX_DEPTH:
        return path
    parent = node.getparent()
    inserted = node.tag == "tr" and parent is not None and parent.tag == "table"
    built = f"{path.built} > {_INSERTED} > {step}" if inserted else f"{path.built} > {step}"
    return _Path(f"{path.plain} > {step}", built, path.depth + 1 + inserted)


def _step(node: HtmlElement) -> str:
    tag, parent = str(node.tag), node.getparent()
    if tag in ("html", "body") or parent is None:
        return tag
    first = parent.index(node) == 0
    if not _is_plain(tag):
        before = () if first else node.itersiblings(preceding=True)
        return f"*:nth-child({1 + sum(1 for other in before if isinstance(other.tag, str))})"
    return f"{tag}:nth-of-type({1 if first else 1 + len(list(node.itersiblings(tag, preceding=True)))})"


@lru_cache(maxsize=256)
def _is_plain(tag: str) -> bool:
    return _SAFE_TAG.fullmatch(tag) is not None
