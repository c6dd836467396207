"""Reads sitemaps (sitemaps.org): XML, index, gzip and plain text, bounded in number, depth and size."""

from __future__ import annotations

import asyncio
import gzip
import re
import zlib
from contextlib import suppress
from io import BytesIO
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit

from lxml import etree

from detectors.promise import url_promise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from crawler.promises import Promise
    from crawler.scope import Scope
    from detectors.inspector import Inspector

T = TypeVar("T")
MAX_FILES = 10
MAX_URLS = 20_000
MAX_SIZE = 50_000_000
"""Bytes of one sitemap, unpacked (the protocol's own limit)."""

_SHORT = 20_000
"""Bytes up to which a sitemap that is not packed is parsed at once."""

_STEP = 1 << 16
_TURN = 0.01
_MAX_DEPTH = 2
_MAX_ELEMENTS = 500_000
"""Elements of one sitemap that are looked at: a few kilobytes unpack to more than can be read in minutes."""

_GZIP = b"\x1f\x8b"
_WIDE = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
"""How a sitemap in a wide encoding begins."""
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_CDATA = b"<![CDATA["
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_LINE = re.compile(rb"[^\r\n]+")
_ADDRESS = re.compile(r"^https?://\S+$")


class SitemapReader:
    """Collects the pages that a portal's sitemaps name. `found` says whether one was read."""

    def __init__(self, inspector: Inspector, languages: tuple[str, ...]) -> None:
        self._inspector = inspector
        self._languages = languages
        self._asked: dict[str, int] = {}
        self._pending: list[str] = []
        self._count = 0
        self.found = False

    def begin(self, where: str, named: tuple[str, ...]) -> list[str]:
        """The sitemaps to ask for at an origin: those that robots.txt names (a path does), else the usual one."""
        usual = f"{where}/sitemap.xml"
        return self._ask([url for name in named if (url := _absolute(usual, name))] or [usual], depth=0)

    def _ask(self, urls: list[str], depth: int) -> list[str]:
        fresh = [url for url in dict.fromkeys(urls) if url not in self._asked]
        fresh = fresh[: max(0, MAX_FILES - len(self._asked))]
        self._asked.update(dict.fromkeys(fresh, depth))
        return fresh

    async def read(self, url: str, body: bytes, scope: Scope) -> list[str]:
        """Takes a sitemap; gives the further sitemaps that it names and that are to be asked for. A long one is parsed
        in a thread."""
        depth = self._asked.get(url, 0)
        short = len(body) < _SHORT and not body.startswith(_GZIP)
        pages, further = parse_sitemap(body) if short else await asyncio.to_thread(parse_sitemap, body)
        self.found = self.found or bool(pages or further)
        async for page in turns(pages):
            if self._count >= MAX_URLS:
                break
            if scope.contains(page):
                self._count += 1
                self._pending.append(page)
        return self._ask([u for u in further if scope.contains(u)], depth + 1) if depth < _MAX_DEPTH else []

    def pages(self, seen: Iterable[str] = ()) -> Iterator[tuple[str, Promise]]:
        """The pages read since the last call, with what their addresses promise in the country's languages and in those
        `seen` on the portal."""
        pending, self._pending = self._pending, []
        languages = tuple(dict.fromkeys((*self._languages, *seen)))
        for url in pending:
            yield url, url_promise(self._inspector, url, languages)


def _absolute(base: str, name: str) -> str:
    """The address that a Sitemap line names; empty if it is none of the web."""
    try:
        url = urljoin(base, name)
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else ""
    except ValueError:
        return ""


async def turns(items: Iterable[T]) -> AsyncIterator[T]:
    """The items; whoever else waits for the event loop has its turn every few milliseconds."""
    since = monotonic()
    for item in items:
        yield item
        if monotonic() - since > _TURN:
            await asyncio.sleep(0)
            since = monotonic()


def parse_sitemap(body: bytes) -> tuple[list[str], list[str]]:
    """(pages, further sitemaps) of a sitemap's bytes; both empty for what is no sitemap. Entities are not expanded."""
    body = _in_utf8(_unpacked(body)).lstrip(b"\xef\xbb\xbf \t\r\n")
    return _xml(_escaped(body)) if body.startswith(b"<") else (_text(body), [])


def _unpacked(body: bytes) -> bytes:
    """What is packed in all members of a gzip file, up to where it is damaged."""
    if not body.startswith(_GZIP):
        return body[:MAX_SIZE]
    clear = bytearray()
    with suppress(OSError, EOFError, zlib.error), gzip.open(BytesIO(body)) as packed:
        while len(clear) < MAX_SIZE and (piece := packed.read1(_STEP)):
            clear += piece
    return bytes(clear)


def _in_utf8(body: bytes) -> bytes:
    """A sitemap in UTF-16 or UTF-32, told by its byte order mark or its first character, in UTF-8; others as they are.
    What it says of its own encoding is taken away then."""
    encoding = next((name for start, name in _WIDE if body.startswith(start)), "")
    if not encoding:
        return body
    text = body.decode(encoding, "replace").lstrip("\ufeff")
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def _escaped(body: bytes) -> bytes:
    """Has every `&` that begins no reference written as `&amp;`: sitemaps forget that, and the parser would give up the
    references behind the first one."""
    before, *sections = body.split(_CDATA)
    parts = (section.partition(b"]]>") for section in sections)
    kept = (text + end + _BARE.sub(b"&amp;", rest) for text, end, rest in parts)
    return _CDATA.join([_BARE.sub(b"&amp;", before), *kept])


def _text(body: bytes) -> list[str]:
    """The addresses of a text file, each on a line of its own."""
    found = islice(_LINE.finditer(body), MAX_URLS)  # one by one: few kilobytes unpack to millions of empty lines
    lines = (line[0].decode("utf-8", "replace").strip() for line in found)
    return [line for line in lines if _ADDRESS.match(line)]


def _xml(body: bytes) -> tuple[list[str], list[str]]:
    parser = etree.XMLPullParser(events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    pages: list[str] = []
    further: list[str] = []
    elements = 0
    try:
        for start in range(0, len(body), _STEP):
            parser.feed(body[start : start + _STEP])
            elements += _collect(parser, pages, further)
            if len(pages) + len(further) >= MAX_URLS or elements >= _MAX_ELEMENTS:
                break
    except etree.XMLSyntaxError:
        pass
    return pages, further


def _collect(parser: etree.XMLPullParser, pages: list[str], further: list[str]) -> int:
    """Takes the finished entries and frees them; gives the number of elements that were looked at."""
    count = 0
    above: etree._Element | None = None
    for _, node in parser.read_events():
        count += 1
        if not isinstance(node, etree._Element):
            continue
        name, parent = _local_name(node), node.getparent()
        if name == "loc" and node.text and _local_name(parent) in ("url", "sitemap"):
            (pages if _local_name(parent) == "url" else further).append(node.text.strip())
        elif name in ("url", "sitemap") and parent is not None:
            above = parent
    if above is not None:
        del above[:-1]
    return count


def _local_name(node: etree._Element | None) -> str:
    return etree.QName(node).localname if node is not None and isinstance(node.tag, str) else ""
