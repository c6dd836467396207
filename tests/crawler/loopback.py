"""A web server on loopback whose answers a test writes down, and pages to serve."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from crawler.result import RunResult
from storage.archive import ArchiveReader
from storage.errors import ArchiveError

Answer = tuple[int, Mapping[str, str], bytes]
Route = Answer | str | Callable[["Handler"], Answer | None]
TEXT = (
    "The municipality publishes its decisions, plans and reports here, so that every resident can follow the work "
    "of the council and of the departments of the town. "
) * 4


def page(title: str, *links: str, body: str = TEXT, head: str = "") -> str:
    """A page of content with links."""
    items = "".join(f'<li><a href="{link}">{link.strip("/") or "Home"}</a></li>' for link in links)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"<nav><ul>{items}</ul></nav><main><h1>{title}</h1><p>{title}. {body}</p></main></body></html>"
    )


class Handler(BaseHTTPRequestHandler):
    """Answers from the site's routes; HTML unless a route says otherwise."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """One request."""
        site = self.server.site
        site.requests.append(self.path)
        site.headers.append({name.lower(): value for name, value in self.headers.items()})
        site.gate.enter()
        route = site.routes.get(self.path) or site.routes.get("*", (404, {}, b"<html><title>Not found</title>none"))
        answer = route(self) if callable(route) else route
        if answer is None:
            self.close_connection = True
            return
        self._send((200, {}, answer.encode()) if isinstance(answer, str) else answer)

    def _send(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    """Threads that do not keep the process alive and do not complain about clients that hang up."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    site: Site

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is expected here."""


class Gate:
    """Lets the requests to a site through, all of them until it is told how many; the others wait before they are
    answered. So a crawl is in the middle for as long as a test wants it there."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._told = 0
        self._left: int | None = None
        self.waiting = 0
        """Requests that wait."""

    def only(self, count: int) -> None:
        """Lets go what waits; from now on lets so many requests through and no more."""
        self._tell(count)

    def open(self) -> None:
        """Lets go what waits, and from now on all that come."""
        self._tell(None)

    def _tell(self, count: int | None) -> None:
        with self._changed:
            self._told += 1
            self._left = count
            self.waiting = 0
            self._changed.notify_all()

    def enter(self) -> None:
        """Waits until the request may go through."""
        with self._changed:
            if self._left == 0:
                told = self._told
                self.waiting += 1
                self._changed.wait_for(lambda: self._told != told)
            elif self._left is not None:
                self._left -= 1


@dataclass
class Site:
    """A running server: its address, what was asked of it, and how many requests it answers."""

    url: str
    routes: dict[str, Route]
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    gate: Gate = field(default_factory=Gate)

    @property
    def port(self) -> int:
        """The server's port."""
        return urlsplit(self.url).port or 0


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of 127.0.0.1 that nobody listens on and nobody else is given; a server that is told it may take it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def answers_in(archive: Path) -> int:
    """Answers in an archive that may still be written to."""
    with suppress(ArchiveError), ArchiveReader(archive) as reader:
        return sum(item.record.kind in ("response", "revisit") for item in reader.records(keep=0))
    return 0


ArchiveOf = Callable[[dict[str, str]], Path]
"""Writes an archive of pages by URL; gives its path."""


class Serve(Protocol):
    """Starts a server."""

    def __call__(
        self, routes: dict[str, Route], *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> Site: ...


class Crawl(Protocol):
    """Runs a crawl to its end."""

    def __call__(self, url: str, *, replay: Any = None, kind: Any = "city", **options: Any) -> RunResult: ...
