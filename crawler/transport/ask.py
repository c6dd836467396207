"""Asks an endpoint for its home page and reads the head of the answer; the body is left where it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from crawler.transport.contexts import lenient
from crawler.transport.dial import Connection, Dialer
from crawler.transport.places import Place
from storage.archive.message import HeaderPairs, header, parse_response

_HEAD = 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of an answer."""

    url: str
    status: int
    headers: HeaderPairs

    def value(self, name: str) -> str:
        """A header's values, joined as RFC 9110, 5.3 has it; empty if there is none."""
        wanted = name.lower().encode("latin-1")
        return ", ".join(value.decode("latin-1") for key, value in self.headers if key.lower() == wanted)

    @property
    def location(self) -> str:
        """Where it redirects to, as an absolute URL; empty if it does not."""
        target = header(self.headers, "Location") if self.status in _REDIRECTS else None
        try:
            return urljoin(self.url, target.strip()) if target else ""
        except ValueError:
            return ""


async def ask(place: Place, dialer: Dialer) -> Head:
    """The head of the answer to `GET /`, no certificate verified; raises `OSError` where nothing answers in HTTP."""
    tls = lenient() if place.scheme == "https" else None
    async with dialer.connection(place.host, place.port, tls) as opened, asyncio.timeout(dialer.timeout):
        block = await _request(opened, place, "/", dialer, 0)
    message = parse_response(block)
    if not block.startswith(b"HTTP/") or not message.status:
        raise OSError("the answer is not HTTP")
    return Head(place.url, message.status, message.headers)


async def fetch_small(place: Place, url: str, dialer: Dialer, most: int) -> bytes:
    """The body at `url`, of at most `most` bytes; raises `OSError` for any other answer than 200."""
    parts = urlsplit(url)
    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    async with dialer.connection(place.host, place.port) as opened, asyncio.timeout(dialer.timeout):
        message = parse_response(await _request(opened, place, target, dialer, most))
    if message.status != 200:
        raise OSError(f"status {message.status}")
    return message.body


async def _request(opened: Connection, place: Place, target: str, dialer: Dialer, most: int) -> bytes:
    """The answer's head and up to `most` bytes behind it, in HTTP/1.0 terms so that no chunks come."""
    version = "1.1" if not most else "1.0"
    lines = (
        f"GET {target} HTTP/{version}",
        f"Host: {place.authority}",
        f"User-Agent: {dialer.user_agent}",
        "Accept: text/html,application/xhtml+xml,*/*;q=0.8" if not most else "Accept: */*",
        "Connection: close",
    )
    opened.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
    received = bytearray()
    while len(received) < _HEAD + most:
        piece = await opened.reader.read(1 << 14)
        received += piece
        if not piece or (not most and _head_ended(received)):
            break
    return bytes(received)


def _head_ended(received: bytearray) -> bool:
    """Whether the head is whole; one of status 1xx only precedes another."""
    interim = received[9:10] == b"1"
    return not interim and (b"\r\n\r\n" in received or b"\n\n" in received)
