"""Mixed content that the markup alone shows: what a page of https names by plain http."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from detectors.facts.browser import MixedContent
from detectors.page.texts import urljoin_safe

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.page import Page

_KEPT = 10
_ACTIVE = {"script": "src", "iframe": "src", "frame": "src", "embed": "src", "track": "src", "object": "data"}
_PASSIVE = {"img": "src", "audio": "src", "video": "src", "source": "src"}
_FORMS = {"form": "action", "button": "formaction", "input": "formaction"}


def mixed_content(page: Page) -> MixedContent | None:
    """What the page loads, or sends forms to, by plain http, at most ten addresses of each sort. None for a page that
    is no HTML or was not served over https. What scripts and style sheets load only a browser can tell.

    Source: W3C Mixed Content, sections 3 (blockable, upgradeable) and 4.
    """
    if page.kind != "html" or not page.url.lower().startswith("https:"):
        return None
    found: dict[str, dict[str, None]] = {"active": {}, "passive": {}, "forms": {}}
    for sort, target in _targets(page.tree):
        url = urljoin_safe(page.base, target)
        if _plain(url) and len(found[sort]) < _KEPT:
            found[sort][url] = None
    upgraded = "upgrade-insecure-requests" in page.meta.get("content-security-policy", "").lower()
    return MixedContent(page.url, tuple(found["active"]), tuple(found["passive"]), tuple(found["forms"]), upgraded)


def _plain(url: str) -> bool:
    try:
        return urlsplit(url).scheme == "http"
    except ValueError:
        return False


def _targets(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """(sort, address as written) of what the elements load or send to."""
    for element in tree.iter(*_ACTIVE, *_PASSIVE, *_FORMS, "link"):
        tag = str(element.tag)
        for sort, names in (("active", _ACTIVE), ("passive", _PASSIVE), ("forms", _FORMS)):
            if tag in names and element.get(names[tag]):
                yield sort, element.get(names[tag])
        if tag == "link":
            yield from _linked(element)
        yield from (("passive", url) for url in _pictures(element, tag))


def _linked(element: HtmlElement) -> Iterator[tuple[str, str]]:
    rel = (element.get("rel") or "").lower().split()
    if element.get("href") and ("stylesheet" in rel or "manifest" in rel):
        yield "active", element.get("href")


def _pictures(element: HtmlElement, tag: str) -> Iterator[str]:
    if tag == "input" and (element.get("type") or "").lower() == "image":
        yield element.get("src") or ""
    if tag == "video":
        yield element.get("poster") or ""
    if tag in ("img", "source"):
        yield from (part.split()[0] for part in (element.get("srcset") or "").split(",") if part.strip())
