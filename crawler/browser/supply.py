"""What the browser is given: what the run captured, else an answer of the archive or the network, captured in turn."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urldefrag, urljoin

from crawler.wire import FetchError
from detectors.page.kind import sniff
from storage.archive import decoded_body
from storage.archive.message import header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.wire import HeaderPairs, Wire

_MEMORY = 48 << 20
"""Bytes of styles, scripts and pictures kept in memory, because the pages of a portal share them."""
_MAX_HOPS = 5
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Served:
    """An answer for the browser: `url` after redirects, header bytes as received, body decoded."""

    url: str
    status: int
    headers: HeaderPairs
    body: bytes
    capture: int | None = None

    @property
    def target(self) -> str:
        """Where a redirect leads, absolute; else, or where it leads nowhere, empty."""
        location = header(self.headers, "Location") if self.status in _REDIRECTS else None
        try:
            return urljoin(self.url, location) if location else ""
        except ValueError:
            return ""


class Source(Protocol):
    """Where answers come from that the run has not captured yet."""

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Wire:
        """The answer, without following redirects; raises `FetchError`."""

    async def close(self) -> None:
        """Closes connections."""


class Shelf(Protocol):
    """The captures of this run."""

    def capture(self, seq: int) -> tuple[str, Wire] | None:
        """Address and answer of a capture by its number, None where it cannot be had."""

    def find(self, url: str) -> tuple[int, Wire] | None:
        """Number and answer of the capture of `url`, None if there is none."""

    def keep(self, url: str, wire: Wire) -> int:
        """Captures an answer; gives its number."""


class Supply:
    """Answers by URL for all pages of one run. A URL is asked of the source once at a time and captured once."""

    def __init__(self, source: Source, shelf: Shelf, *, max_body: int) -> None:
        self._source = source
        self._shelf = shelf
        self._max_body = max_body
        self._kept: OrderedDict[str, Served] = OrderedDict()
        self._kept_bytes = 0
        self._written: set[int] = set()
        self._asked: dict[str, asyncio.Future[Served]] = {}
        self.requests = 0
        self.bytes = 0

    def put(self, served: Served) -> None:
        """Takes an answer that is at hand already."""
        self._remember(_plain(served.url), served)

    def captured(self, seq: int) -> Served | None:
        """A capture by its number."""
        found = self._shelf.capture(seq)
        return self._served(found[0], found[1], seq) if found is not None else None

    def is_page(self, seq: int) -> bool:
        """Whether a capture is a web page, that a browser can show."""
        served = self.captured(seq)
        return served is not None and sniff(served.body[:2048], header(served.headers, "Content-Type") or "") == "html"

    async def get(self, url: str, headers: Mapping[str, str]) -> Served:
        """The answer for `url`, redirects followed. Raises `FetchError`."""
        for _ in range(_MAX_HOPS):
            served = await self._one(_plain(url), headers)
            if not served.target:
                return served
            url = served.target
        raise FetchError("redirect_loop", f"{url} leads on and on")

    async def fresh(self, url: str, headers: Mapping[str, str]) -> Served:
        """What the source says now, whatever was captured; captured too if it says something else."""
        wire = await self._source.fetch(url, headers)
        self.requests += 1
        self.bytes += len(wire.body)
        known, now = self._known(_plain(url)), self._served(url, wire, None)
        if now.target:
            return await self.get(now.target, headers)
        if known is None or known.body != now.body:
            self._shelf.keep(url, wire)
        return now

    async def _one(self, url: str, headers: Mapping[str, str]) -> Served:
        if (known := self._known(url)) is not None:
            return known
        if url in self._asked:
            return await asyncio.shield(self._asked[url])
        future = self._asked[url] = asyncio.ensure_future(self._fetch(url, headers))
        future.add_done_callback(lambda done: self._answered(url, done))
        return await asyncio.shield(future)

    def _known(self, url: str) -> Served | None:
        if url in self._kept:
            self._kept.move_to_end(url)
            return self._kept[url]
        found = self._shelf.find(url)
        return self._served(url, found[1], found[0]) if found is not None else None

    async def _fetch(self, url: str, headers: Mapping[str, str]) -> Served:
        self.requests += 1
        wire = await self._source.fetch(url, headers)
        self.bytes += len(wire.body)
        number = None
        if hash(url) not in self._written:
            self._written.add(hash(url))
            number = self._shelf.keep(url, wire)
        return self._served(url, wire, number)

    def _answered(self, url: str, done: asyncio.Future[Served]) -> None:
        del self._asked[url]
        if not done.cancelled() and done.exception() is None:
            self._remember(url, done.result())

    def _served(self, url: str, wire: Wire, number: int | None) -> Served:
        body = decoded_body(wire.headers, wire.body, self._max_body).body
        return Served(url, wire.status, wire.headers, body, number)

    def _remember(self, url: str, served: Served) -> None:
        if url in self._kept:
            self._kept_bytes -= len(self._kept.pop(url).body)
        self._kept[url] = served
        self._kept_bytes += len(served.body)
        while self._kept_bytes > _MEMORY and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone.body)

    async def close(self) -> None:
        """Drops what is under way, and closes the source."""
        for future in list(self._asked.values()):
            future.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._source.close()


def _plain(url: str) -> str:
    return urldefrag(url).url
