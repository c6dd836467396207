"""Real servers on loopback, and crawls that run against them in this process."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.check import run_check
from crawler.result import PortalTarget, RunResult
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.archive import ArchiveWriter
from storage.database import Database
from tests.crawler.certificates import Made, authority
from tests.crawler.loopback import ArchiveOf, Crawl, Handler, Route, Serve, Server, Site
from tests.crawler.tls_world import World


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers; all are stopped after the test."""
    running: list[Server] = []

    def start(routes: dict[str, Route], *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Site:
        server = Server((host, 0), Handler)
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https" if tls is not None else "http"
        server.site = Site(f"{scheme}://{host}:{server.server_port}", routes)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        running.append(server)
        return server.site

    yield start
    for server in running:
        server.site.gate.open()
        server.shutdown()
        server.server_close()


@pytest.fixture
def raw() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a server that hands each connection, its request read, to a function; gives its address."""
    listeners: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                asked = connection.recv(65536)
                if b"/robots.txt" in asked:
                    connection.sendall(b"HTTP/1.1 404 None\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    answer(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for listener in listeners:
        listener.close()


@pytest.fixture(scope="session")
def inspector() -> Inspector:
    """The installed detectors."""
    return Inspector.default()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with Database(tmp_path / "losi.db") as found:
        found.migrate()
        yield found


@pytest.fixture
def crawl(tmp_path: Path, database: Database, inspector: Inspector) -> Crawl:
    """Runs a quick crawl: no pauses, loopback allowed, no errands unless asked for. A busy machine may take its time:
    whoever tests a timeout sets one."""

    def run(url: str, *, replay: Any = None, kind: Any = "city", **options: Any) -> RunResult:
        quick = {
            "delay": 0.0,
            "timeout": 120.0,
            "retries": 1,
            "backoff": 0.02,
            "allow_private": True,
            "soft404": False,
            "sitemaps": False,
            "max_seconds": 600.0,
            **options,
        }
        return run_check(
            PortalTarget(url, kind=kind),
            CrawlOptions(**quick),
            inspector=inspector,
            database=database,
            data_dir=tmp_path,
            replay=replay,
        )

    return run


@pytest.fixture
def archive_of(tmp_path: Path) -> ArchiveOf:
    """Writes an archive of pages; gives its path."""

    def write(pages: dict[str, str]) -> Path:
        with ArchiveWriter(tmp_path / "made", "site") as writer:
            for url, html in pages.items():
                writer.write_response(
                    url, 200, "OK", ((b"Content-Type", b"text/html"),), html.encode(), datetime(2026, 1, 2, tzinfo=UTC)
                )
        return next((tmp_path / "made").glob("*.warc.gz"))

    return write


@pytest.fixture(scope="session")
def root() -> Made:
    """A certificate authority that the transport probe trusts."""
    return authority("Test Root")


@pytest.fixture
def world(serve: Serve, tmp_path: Path, root: Made) -> World:
    """Hosts without a server yet."""
    return World(tmp_path, serve, root, authority("Test Issuing CA", root))
