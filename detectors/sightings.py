"""Observations in a few words: what was seen, its text, and where it stands or leads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from detectors.plainly import GONE, LINKS, plainly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.observation import Observation

_PLACES = ("page title", "heading", "form", "text", "button or field", "embedded frame", "image", "address")
_DOCUMENTS = {
    ".pdf": "a PDF",
    ".doc": "a document",
    ".docx": "a document",
    ".odt": "a document",
    ".rtf": "a document",
    ".xls": "a spreadsheet",
    ".xlsx": "a spreadsheet",
    ".ods": "a spreadsheet",
    ".csv": "a data file",
    ".ppt": "a presentation",
    ".pptx": "a presentation",
}
_YEAR = re.compile(r"(?<!\d)(?:19[89]\d|20[0-7]\d)(?!\d)")
_MAX_QUOTE = 90
_MAX_PLACE = 100


def told(observations: Iterable[Observation]) -> list[str]:
    """Each in a few words, such as: menu link “Presupuesto 2020” [budget] to /transparencia/presupuesto. What stands
    alike on several pages is told once."""
    pages: dict[str, list[str]] = {}
    for observation in observations:
        pages.setdefault(_seen(observation), []).append(_page(observation))
    return [f"{words}{_on(places)}" for words, places in pages.items()]


def _on(places: list[str]) -> str:
    known = list(dict.fromkeys(place for place in places if place))
    more = f" and {len(known) - 1} more page{'s' if len(known) > 2 else ''}" if len(known) > 1 else ""
    return f" on {known[0]}{more}" if known else ""


def _page(observation: Observation) -> str:
    """The page on which it stands; empty for what a link or the portal as a whole says by itself."""
    o = observation
    return "" if o.kind == "portal" or (o.kind == "link" and o.href) or not o.url else _place(o.url, "")


def _seen(observation: Observation) -> str:
    """What was seen, without the page on which it stands."""
    o = observation
    if o.kind == "portal":
        return f"{o.why} ({_short(o.quote)})" if o.quote else o.why
    quote = f"“{_excerpt(o)}”" + (f" [{o.gloss}]" if o.gloss and o.gloss != o.quote else "") if o.quote else ""
    if o.kind == "link" and o.href:
        return " ".join(part for part in (LINKS.get(o.zone, "link"), quote, _target(o)) if part) + _gone(o)
    noun = next((place for place in _PLACES if o.why.startswith(f"{place}:") or o.why == place), "")
    return f"{noun or plainly(o.why).place or f'{o.why}:'} {quote}".strip()


def _target(observation: Observation) -> str:
    """Where a link leads; a document by its kind and its years."""
    place = _place(observation.href, observation.url)
    path = place.partition("?")[0].lower()
    kind = _DOCUMENTS.get(f".{path.rpartition('.')[2]}", "")
    if not kind:
        return f"to {place}"
    years = sorted(set(_YEAR.findall(f"{observation.quote} {place}")))
    return f"to {kind}{f' of {years[-1]}' if years else ''}, {place}"


def _gone(observation: Observation) -> str:
    return ", which does not exist" if observation.why.endswith(GONE) else ""


def _place(href: str, base: str) -> str:
    """An address to read: its path where it is on the page's own host, else host and path."""
    try:
        parts = urlsplit(urljoin(base, href))
        own = urlsplit(base).hostname == parts.hostname
    except ValueError:
        return _short(href, _MAX_PLACE)
    if parts.scheme not in ("http", "https"):
        return _short(href, _MAX_PLACE)
    query = f"?{parts.query}" if parts.query else ""
    path = unquote(parts.path) or "/"
    return _short(f"{'' if own or not base else parts.hostname or ''}{path}{query}", _MAX_PLACE)


def _excerpt(observation: Observation) -> str:
    """The quote, shortened around its first matched words."""
    text = observation.quote
    if len(text) <= _MAX_QUOTE or not observation.matched:
        return _short(text)
    start = max(0, min(observation.matched[0][0] - _MAX_QUOTE // 3, len(text) - _MAX_QUOTE))
    return ("… " if start else "") + _short(" ".join(text[start:].split()))


def _short(text: str, limit: int = _MAX_QUOTE) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
