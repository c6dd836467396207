"""Hosts that exist in a test alone: real servers on loopback behind their names and ports, and who is trusted."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.private import AddrInfo
from crawler.transport import Dialer, Probe
from detectors.facts import TransportFacts
from tests.crawler.certificates import DAY, NOW, Made, authority, leaf, server
from tests.crawler.loopback import Answer, Serve, page

HOME = page("Town")


@dataclass
class World:
    """Which server stands behind which name and port, and which authority is trusted."""

    folder: Path
    serve: Serve
    root: Made
    middle: Made
    servers: dict[tuple[str, int], int] = field(default_factory=dict)

    def https(self, host: str, route: Any = HOME, *, tls: ssl.SSLContext | None = None) -> None:
        """A server with a good certificate, unless `tls` is another side of TLS."""
        good = tls or server(self.folder, leaf(self.middle, host), self.middle)
        self.servers[host, 443] = self.serve({"/": route}, tls=good).port

    def http(self, host: str, route: Any = HOME, port: int = 80) -> None:
        self.servers[host, port] = self.serve({"/": route}).port

    async def resolve(self, host: str, port: int) -> list[AddrInfo]:
        if not any(name == host for name, _ in self.servers):
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        found = self.servers.get((host, port), CLOSED)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", found))]

    def measure(self, url: str = "https://town.example/", **options: Any) -> TransportFacts:
        options = {"allow_private": True, "timeout": 60.0, "authorities": self.root.pem, **options}
        probe = Probe(url, Dialer("test", resolve=self.resolve, **options), now=NOW)
        return asyncio.run(probe.run(300))


CLOSED = 1
"""A port at which nothing listens."""


def moved(target: str, **headers: str) -> Answer:
    """A redirect."""
    return 301, {"Location": target, **headers}, b""


def with_headers(**headers: str) -> Answer:
    """The home page with headers, their names written with underscores."""
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, HOME.encode()


def bad_sides(world: World) -> dict[str, ssl.SSLContext]:
    """The reason in words, and a server whose certificate is bad for it."""
    folder, middle = world.folder, world.middle
    stranger = authority("Nobody's Root", owner="Nobody")
    return {
        "expired": server(folder, leaf(middle, "town.example", start=NOW - 9 * DAY, end=NOW - DAY), middle),
        "not yet valid": server(folder, leaf(middle, "town.example", start=NOW + DAY), middle),
        "issued for another host": server(folder, leaf(middle, "village.example"), middle),
        "self-signed": server(folder, leaf(None, "town.example")),
        "signed by an unknown authority": server(folder, leaf(stranger, "town.example", owner="T"), stranger),
        "an intermediate certificate is missing": server(folder, leaf(middle, "town.example")),
        "issued for another host and expired": server(
            folder, leaf(middle, "village.example", start=NOW - 9 * DAY, end=NOW - DAY), middle
        ),
        "self-signed and issued for another host and expired": server(
            folder, leaf(None, "village.example", start=NOW - 9 * DAY, end=NOW - DAY)
        ),
    }
