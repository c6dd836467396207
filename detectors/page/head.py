"""What the head of a document says of it: title, meta, refresh, alternate versions, structured data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from detectors.page.texts import squeeze, urljoin_safe

_REFRESH = re.compile(r"\s*(\d{1,5})(?:\.\d*)?(?:\s*[;,]|\s)\s*(?:url\s*=\s*)?(['\"]?)(.+)", re.I | re.S)
_MAX_TITLE = 300
_SOON = 10
"""Seconds up to which a refresh is a redirect."""


def title_of(tree: HtmlElement) -> str:
    """The document's title, wherever it stands; titles of drawings are none."""
    titles = (node for node in tree.iter("title") if next(node.iterancestors("svg"), None) is None)
    node = next(titles, None)
    return squeeze("".join(node.itertext()))[:_MAX_TITLE] if node is not None else ""


def meta_of(tree: HtmlElement) -> dict[str, str]:
    """`<meta>` by lower-case name, property or http-equiv; the first of a name counts."""
    out: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = (node.get("name") or node.get("property") or node.get("http-equiv") or "").lower()
        if name and name not in out:
            out[name] = squeeze(node.get("content"))
    return out


def base_of(tree: HtmlElement, url: str) -> str:
    """What the first `<base>` with a target names; the page's own URL where that is no address (HTML, 4.2.3)."""
    target = next((href for node in tree.iter("base") if (href := node.get("href"))), "")
    base = urljoin_safe(url, target)
    own = url.partition(":")[0]
    try:
        scheme = urlsplit(base).scheme
    except ValueError:
        return url
    return base if scheme in ("http", "https", own) else url


def refresh_of(tree: HtmlElement, without_scripts: bool) -> str:
    """The target of the first meta refresh, as written; empty for a slow one or none. One that only visitors without
    scripts meet, in a `<noscript>`, counts where `without_scripts`."""
    for node in tree.iter("meta"):
        is_refresh = (node.get("http-equiv") or "").strip().lower() == "refresh"
        if is_refresh and (without_scripts or next(node.iterancestors("noscript"), None) is None):
            return _target(node.get("content") or "")
    return ""


def _target(content: str) -> str:
    """What a refresh leads to within _SOON seconds (HTML, 4.2.5.3: a quote ends where it began)."""
    match = _REFRESH.match(content)
    if match is None or int(match[1]) > _SOON:
        return ""
    return match[3].partition(match[2])[0] if match[2] else match[3]


def rel_links(tree: HtmlElement) -> Iterator[tuple[str, str, str]]:
    """(rel in lower case, hreflang, target as written) of every `<link>` with a target."""
    for node in tree.iter("link"):
        href = node.get("href")
        if href:
            yield node.get("rel", "").lower(), node.get("hreflang", ""), href


def structured(texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects in the texts, `@graph` unpacked; broken ones are left out."""
    for text in texts:
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict):
                graph = item.get("@graph")
                yield from (x for x in (graph if isinstance(graph, list) else [item]) if isinstance(x, dict))
