"""Connections that a server resets now and then: what did not answer the probe may have answered the crawl."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from storage.database import Database
from tests.crawler.certificates import leaf, server
from tests.crawler.loopback import Crawl, Serve, page
from tests.crawler.test_transport_crawl import stored_facts
from tests.crawler.tls_world import World

Door = Callable[[int, Callable[[int], bool]], int]
"""Listens before a port: passes on the connections of which, counted from 1, a function says so, and resets the others;
gives its own port."""


@pytest.fixture
def door() -> Iterator[Door]:
    listeners: list[socket.socket] = []

    def made(port: int, opens: Callable[[int], bool]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            number = 0
            with suppress(OSError):
                while True:
                    came = listener.accept()[0]
                    number += 1
                    if opens(number):
                        behind = socket.create_connection(("127.0.0.1", port))
                        for one, other in ((came, behind), (behind, came)):
                            threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()
                    else:
                        came.recv(1)
                        came.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        came.close()

        threading.Thread(target=accept, daemon=True).start()
        return int(listener.getsockname()[1])

    yield made
    for listener in listeners:
        listener.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)


def test_a_handshake_that_is_reset_once_is_tried_again(world: World, door: Door) -> None:
    world.https("town.example")
    world.servers["town.example", 443] = door(world.servers["town.example", 443], lambda number: number != 1)
    facts = world.measure()
    assert (facts.https_works, facts.valid_https, facts.tls_error) == (True, True, "")


def test_what_answered_the_crawl_is_not_called_silent(
    serve: Serve, crawl: Crawl, door: Door, database: Database, tmp_path: Path
) -> None:
    """The crawl keeps the one connection that is let through; the probe's are reset."""
    site = serve({"/": page("Town", "/a"), "/a": page("A")}, tls=server(tmp_path, leaf(None, "127.0.0.1")))
    port = door(site.port, lambda number: number == 1)
    result = crawl(f"https://127.0.0.1:{port}/", concurrency=1)
    assert (result.outcome, result.pages) == ("ok", 2)
    facts = stored_facts(database, result.run_id)
    assert [one["live"] for one in facts["endpoints"]] == [None]
    assert (facts["https_works"], facts["valid_https"], facts["tls_error"]) == (None, None, "")
    (https,) = (one for one in result.findings if one.feature == "technology.https")
    assert https.state == "unknown"
