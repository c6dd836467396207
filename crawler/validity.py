"""Whether a page's markup and style sheets are valid, by the checker's messages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, Protocol

from crawler.validator import MAX_BODY, Validator, ValidatorError, find_validator, lacking
from crawler.wire import FetchError
from detectors.facts.validity import Message, Validity, ValidityFacts
from detectors.page import Page
from detectors.page.head import rel_links
from detectors.page.texts import urljoin_safe
from storage.archive import decoded_body
from storage.archive.message import header

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from crawler.wire import Wire

_KEPT = 10
_OF_CSS = "CSS: "
"""With this the checker begins what it says of style sheets inside a page."""


def stylesheets(page: Page) -> tuple[str, ...]:
    """Absolute addresses of the style sheets that the page always applies, in order; alternate ones left out."""
    found = (href for rel, _, href in rel_links(page.tree) if "stylesheet" in rel and "alternate" not in rel)
    return tuple(dict.fromkeys(urljoin_safe(page.base, href) for href in found))


async def sheets_of(
    pages: Iterable[Page], fetch: Callable[[str], Awaitable[bytes]], *, limit: int = 20
) -> dict[str, bytes]:
    """The style sheets that the pages link, by address, the first `limit` of them; `fetch` gives a body or raises
    `FetchError`, and what it does not give is left out."""
    wanted = dict.fromkeys(url for page in pages for url in stylesheets(page))
    found: dict[str, bytes] = {}
    for url in list(wanted)[:limit]:
        with suppress(FetchError):
            found[url] = await fetch(url)
    return found


class Shelf(Protocol):
    """The captures of a run, by address."""

    def find(self, url: str) -> tuple[int, Wire] | None:
        """Number and answer of the capture of `url`, None if there is none."""


async def validity_of_captures(urls: Iterable[str], shelf: Shelf) -> tuple[ValidityFacts, str]:
    """`validity_of` for pages as they were captured, with those of their style sheets that were captured too. A page
    that is no HTML or did not answer with 200 is left out."""
    found = (_page(url, shelf) for url in dict.fromkeys(urls))
    pages = [page for page in found if page is not None]
    if not pages:
        return ValidityFacts(), ""

    async def fetch(url: str) -> bytes:
        held = shelf.find(url)
        if held is None or held[1].status != 200:
            raise FetchError("not_in_archive", f"{url} was not captured")
        return decoded_body(held[1].headers, held[1].body, MAX_BODY + 1).body

    return await validity_of(pages, await sheets_of(pages, fetch))


def _page(url: str, shelf: Shelf) -> Page | None:
    held = shelf.find(url)
    if held is None or held[1].status != 200:
        return None
    capture, wire = held
    body = decoded_body(wire.headers, wire.body, MAX_BODY + 1).body
    page = Page(url, body, content_type=header(wire.headers, "Content-Type") or "", capture=capture)
    return page if page.kind == "html" else None


async def validity_of(pages: Sequence[Page], sheets: Mapping[str, bytes]) -> tuple[ValidityFacts, str]:
    """The validity of the pages by a checker that runs for this question alone, and why there is none (else empty).
    Never raises for want of the tool; what was not judged is left out."""
    place = find_validator()
    if place is None:
        return ValidityFacts(), f"validity of markup and style sheets was not measured: {lacking()}"
    try:
        async with Validator(place) as validator:
            return await validate(validator, pages, sheets), ""
    except ValidatorError as error:
        return ValidityFacts(), f"validity of markup and style sheets was not measured: {error}"


async def validate(validator: Validator, pages: Iterable[Page], sheets: Mapping[str, bytes]) -> ValidityFacts:
    """The validity of each page, and once of each style sheet that `sheets` holds by address.

    Raises ValidatorError, where the checker stops answering.
    """
    documents: list[Validity] = []
    linked: dict[str, None] = {}
    for page in pages:
        documents += await check_page(validator, page, sheets)
        linked.update(dict.fromkeys(stylesheets(page)))
    for url in linked:
        if url in sheets:
            documents += await _check_sheet(validator, url, sheets[url])
    return ValidityFacts("Nu Html Checker", validator.version, tuple(documents))


async def check_page(validator: Validator, page: Page, sheets: Mapping[str, bytes]) -> list[Validity]:
    """What the checker says of the page's markup and of the style sheets inside it; nothing where it cannot read it."""
    content_type = page.content_type if "html" in page.content_type.lower() else "text/html"
    messages = await validator.messages(page.body, content_type)
    if messages is None:
        return []
    of_css = [m for m in messages if str(m.get("message", "")).startswith(_OF_CSS)]
    of_markup = [m for m in messages if not str(m.get("message", "")).startswith(_OF_CSS)]
    missing = sum(1 for url in stylesheets(page) if url not in sheets)
    return [
        _verdict(page.url, "markup", of_markup, capture=page.capture),
        _verdict(page.url, "css", of_css, missing, page.capture),
    ]


async def _check_sheet(validator: Validator, url: str, body: bytes) -> list[Validity]:
    messages = await validator.messages(body, "text/css; charset=utf-8")
    return [] if messages is None else [_verdict(url, "css", messages)]


def _verdict(
    url: str,
    kind: Literal["markup", "css"],
    messages: Iterable[Mapping[str, Any]],
    missing: int = 0,
    capture: int | None = None,
) -> Validity:
    """Errors and warnings counted (the checker calls a warning an `info` of the subtype `warning`)."""
    all_of_them = list(messages)
    errors = [m for m in all_of_them if m.get("type") == "error"]
    warnings = sum(1 for m in all_of_them if m.get("subType") == "warning")
    first = tuple(_message(m) for m in errors[:_KEPT])
    return Validity(url, kind, len(errors), warnings, first, missing, capture)


def _message(found: Mapping[str, Any]) -> Message:
    text = str(found.get("message", "")).removeprefix(_OF_CSS)
    return Message(int(found.get("lastLine", 0)), text[:300], str(found.get("extract", ""))[:120])
