"""Many portals on loopback addresses (127.x.y.z), one server process for all, each answering at its own pace.

    python -m benchmarks.many_sites PORT PAGES [tiny]

With `tiny`, pages are short. What was asked is counted by address and path: `GET /counts` on 127.0.0.1 gives it as
JSON, `GET /forget` clears it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import monotonic, sleep

from benchmarks.generated_site import generated_page, path_of

ROOT = Path(__file__).resolve().parents[1]
_SLOWEST = 0.3


def address_of(number: int) -> str:
    """The address of a portal; 127.0.0.1 is none's."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


class Portal(asyncio.Protocol):
    """Answers requests one after the other, each after the portal's own time."""

    def __init__(self, pages: dict[str, bytes], counts: Counter[str]) -> None:
        self._pages = pages
        self._counts = counts
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._address: str = transport.get_extra_info("sockname")[0]
        self._pace = Random(self._address).random() * _SLOWEST

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("latin-1")
            asyncio.get_running_loop().call_later(self._pace, self._answer, path)

    def _answer(self, path: str) -> None:
        if self._address == "127.0.0.1":
            self._send(200, json.dumps(self._counts).encode(), "application/json")
            if path == "/forget":
                self._counts.clear()
            return
        self._counts[f"{self._address} {path}"] += 1
        body = self._pages.get(path)
        if body is None:
            self._send(404, b"<html><title>Not found</title><p>There is no such page here.</html>", "text/html")
        else:
            self._send(200, body.replace(b"Villa Ejemplo", b"Villa " + self._address.encode()), "text/html")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        if not self._transport.is_closing():
            head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)


_TINY = """<!doctype html><html lang="es"><head><meta charset="utf-8"><title>Villa Ejemplo {0}</title></head><body>
<nav><a href="/index.html">Inicio</a> <a href="{1}">Presupuesto municipal</a> <a href="/tel">Contacto</a></nav><main>
<h1>Ayuntamiento de Villa Ejemplo {0}</h1><p>El ayuntamiento publica aquí su presupuesto, sus acuerdos y los trámites
que cada persona puede presentar ante el registro general del municipio.</p></main></body></html>"""


def site(pages: int, *, tiny: bool = False) -> dict[str, bytes]:
    """The pages of every portal by path."""
    if tiny:
        made = {path_of(n): _TINY.format(n, path_of((n + 1) % pages)).encode() for n in range(pages)}
    else:
        made = {path_of(number): generated_page(number, pages).encode() for number in range(pages)}
    return {"/": made[path_of(0)], **made}


async def serve(port: int, pages: int, *, tiny: bool = False) -> None:
    """Serves on all loopback addresses until it is killed."""
    content, counts = site(pages, tiny=tiny), Counter[str]()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Portal(content, counts), "0.0.0.0", port, backlog=1000)
    await server.serve_forever()


@contextmanager
def portals(port: int, pages: int, *, tiny: bool = False) -> Iterator[str]:
    """Runs the server as a process of its own; gives the address at which it tells what was asked."""
    command = [sys.executable, "-m", "benchmarks.many_sites", str(port), str(pages), *(["tiny"] if tiny else [])]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        deadline = monotonic() + 60
        while monotonic() < deadline:
            try:
                counts(f"http://127.0.0.1:{port}")
                break
            except OSError:
                sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)


def counts(server: str, *, forget: bool = False) -> dict[str, int]:
    """Requests so far, by "address path"."""
    with urllib.request.urlopen(f"{server}/{'forget' if forget else 'counts'}", timeout=10) as answer:
        found: dict[str, int] = json.loads(answer.read())
    return found


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), tiny="tiny" in sys.argv[3:]))
