"""What a case of the lab is: how a portal behaves, and what a visit must make of it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.crawler.loopback import page

Headers = tuple[tuple[str, str], ...]
HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Reply:
    """A well-formed answer; Content-Length is added."""

    status: int = 200
    headers: Headers = HTML
    body: bytes = b""

    @classmethod
    def of(cls, route: Reply | str | bytes) -> Reply:
        """A page as an answer."""
        if isinstance(route, Reply):
            return route
        return cls(body=route.encode() if isinstance(route, str) else route)


@dataclass(slots=True)
class Talk:
    """A connection, the request that it carries now, and all paths that the portal was asked for."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    base: str
    asked: list[str]
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, *lines: str, status: str = "200 OK") -> None:
        """A head of these header lines."""
        self.writer.write(("\r\n".join((f"HTTP/1.1 {status}", *lines)) + "\r\n\r\n").encode("latin-1"))

    def send(self, reply: Reply) -> None:
        """A well-formed answer."""
        lines = [f"{name}: {value}" for name, value in reply.headers]
        self.head(*lines, f"Content-Length: {len(reply.body)}", status=f"{reply.status} Because")
        self.writer.write(reply.body)

    async def flow(self, block: bytes, *, pause: float = 0.0, times: int = 1_000_000) -> None:
        """The same bytes again and again, until the client hangs up."""
        for _ in range(times):
            self.writer.write(block)
            await self.writer.drain()
            if pause:
                await asyncio.sleep(pause)

    def close(self) -> None:
        """Ends the connection properly."""
        self.writer.close()

    def reset(self) -> None:
        """Ends the connection as a crash would (RST)."""
        found: socket.socket = self.writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Act = Callable[[Talk], Awaitable[None]]
Route = Reply | str | bytes | Act


@dataclass(frozen=True, slots=True)
class Case:
    """A portal. `routes` by path (`*` for the others); `greet` takes a connection before any request.

    `tls` names a side of TLS (`lab.sides`); `url` is the address to visit, from `{base}`, `{host}` and `{port}`.
    What a visit must come to: `outcome` and `cause`, at least `pages` read and at most `requests` made, the paths in
    `reads` archived, `problem` among what was noted, and no longer than `seconds`.
    """

    name: str
    outcome: str = "ok"
    cause: str | None = ""
    pages: int = 0
    routes: Mapping[str, Route] = field(default_factory=dict)
    greet: Act | None = None
    tls: str = ""
    url: str = ""
    requests: int = 60
    reads: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 60.0
    options: Mapping[str, Any] = field(default_factory=dict)


HOME = page("Town", "/next")
NEXT = page("Council", body="The council meets in public; agendas and minutes are kept for ten years. " * 6)


def home(body: str = "", *links: str, head: str = "") -> str:
    """A home page with more in it; it links to /next, which is content of its own."""
    return page("Town", "/next", *links, head=head).replace("</main>", f"{body}</main>")


def content(name: str, route: Route, **expected: Any) -> Case:
    """A case whose home page is odd, and whose next page must be read all the same."""
    return Case(name, pages=2, reads=("/next",), routes={"/": route, "/next": NEXT}, **expected)
