"""A web server on loopback whose answers a test writes down, and pages to serve."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from crawler.result import RunResult

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


@dataclass
class Site:
    """A running server: its address, and what was asked of it."""

    url: str
    routes: dict[str, Route]
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The server's port."""
        return urlsplit(self.url).port or 0


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
