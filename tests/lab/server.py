"""One server process for all portals of the lab: raw sockets, HTTP and TLS, each case at an address of its own."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from tests.lab.case import Case, Reply, Route, Talk
from tests.lab.cases import CASES
from tests.lab.sides import side

_MISSING = Reply(404, (("Content-Type", "text/html"),), b"<html><title>Not found</title>Nothing is here.")
_OWN = frozenset(("/robots.txt", "/sitemap.xml"))
"""Paths that `*` does not answer."""

_ANSWERS_BEFORE_CLOSING = 50


@contextmanager
def running() -> Iterator[Mapping[str, str]]:
    """Starts the server; gives the URL of each case's home page by the case's name."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_main, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _main(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = {}
        for number, case in enumerate(CASES):
            host = f"127.0.{1 + number // 250}.{1 + number % 250}"
            places[case.name] = await _open(case, host, Path(folder))
        pipe.send(places)
        await asyncio.Event().wait()


async def _open(case: Case, host: str, folder: Path) -> str:
    """Listens for one case; its URL."""
    tls = side(case.tls, host, folder) if case.tls else None
    portal = _Portal(case)
    server = await asyncio.start_server(portal.connected, host, 0, limit=1 << 20)
    port = server.sockets[0].getsockname()[1]
    portal.base = f"{'https' if tls or case.tls == 'plain' else 'http'}://{host}:{port}"
    if tls is not None:
        portal.tls = tls
    portal.server = server
    return case.url.format(base=portal.base, host=host, port=port) or f"{portal.base}/"


class _Portal:
    """Answers the connections of one case."""

    def __init__(self, case: Case) -> None:
        self.base = ""
        self.tls: ssl.SSLContext | None = None
        self.server: asyncio.Server | None = None
        self._case = case
        self._asked: list[str] = []

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        talk = Talk(reader, writer, self.base, self._asked)
        try:
            if self._case.greet is not None:
                await self._case.greet(talk)
                return
            if self.tls is not None:
                await writer.start_tls(self.tls)
            for _ in range(_ANSWERS_BEFORE_CLOSING):
                if not await _request(talk):
                    return
                await self._answer(talk)
        except (OSError, EOFError, ssl.SSLError, TimeoutError, asyncio.LimitOverrunError):
            pass
        finally:
            with suppress(OSError, RuntimeError, ssl.SSLError):
                writer.close()

    async def _answer(self, talk: Talk) -> None:
        route = self._route(talk.path)
        if callable(route):
            await route(talk)
            return
        reply = Reply.of(route)
        talk.send(reply)
        await talk.writer.drain()

    def _route(self, path: str) -> Route:
        routes = self._case.routes
        bare = path.partition("?")[0]
        for key in (path, bare):
            if key in routes:
                return routes[key]
        return _MISSING if bare in _OWN else routes.get("*", _MISSING)


async def _request(talk: Talk) -> bool:
    """Reads a request's head; False where the client hung up."""
    try:
        head = await talk.reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return False
    lines = head.decode("latin-1").split("\r\n")
    talk.path = lines[0].split(" ")[1]
    talk.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    talk.asked.append(talk.path)
    return True
