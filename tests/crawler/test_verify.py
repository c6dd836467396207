"""Addresses are looked at whole, and robots.txt binds at every step."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from itertools import pairwise
from time import monotonic, sleep

from crawler.cycle.verify import Verified, verify_all
from crawler.settings import CrawlOptions
from tests.crawler.loopback import Answer, Handler, Serve, page

Raw = Callable[[Callable[[socket.socket], None]], str]
OPTIONS = CrawlOptions(allow_private=True, delay=0.0, timeout=60.0)
FOOTER = "<footer>© 2026 City of Town. All rights reserved.</footer>"


def verified(url: str) -> Verified:
    async def main() -> Verified:
        (found,) = [one async for one in verify_all([url], OPTIONS)]
        return found

    return asyncio.run(main())


def test_a_page_that_comes_in_pieces_is_read_to_its_end(raw: Raw) -> None:
    parts = (
        "<html><title>Town</title><body>",
        f"<main>{'Welcome to the town hall. ' * 30}</main>{FOOTER}</body></html>",
    )

    def answer(connection: socket.socket) -> None:
        size = sum(len(part.encode()) for part in parts)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {size}\r\n\r\n"
        connection.sendall((head + parts[0]).encode())
        sleep(0.3)
        connection.sendall(parts[1].encode())

    found = verified(raw(answer))
    assert (found.answer, found.official) == ("page", "shown")


def test_portals_of_one_host_take_turns(serve: Serve) -> None:
    asked: list[float] = []

    def answer(handler: Handler) -> Answer:
        asked.append(monotonic())
        return (404, {}, b"") if handler.path == "/robots.txt" else (200, {}, page("Town").encode())

    site = serve({"*": answer})
    urls = [f"{site.url}/town-{number}/" for number in range(3)]

    async def main() -> list[Verified]:
        return [one async for one in verify_all(urls, OPTIONS.model_copy(update={"delay": 0.2}))]

    found = asyncio.run(main())
    assert {one.answer for one in found} == {"page"}
    asked.sort()
    assert min(later - earlier for earlier, later in pairwise(asked)) > 0.15


def test_robots_txt_binds_where_a_redirect_leads(serve: Serve) -> None:
    site = serve(
        {
            "/": (302, {"Location": "/closed/"}, b""),
            "/closed/": page("Closed"),
            "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /closed/\n"),
        }
    )
    found = verified(f"{site.url}/")
    assert (found.answer, "robots.txt" in found.why) == ("refused", True)
    assert "/closed/" not in site.requests


def test_a_portal_in_a_folder_keeps_it_where_its_host_moves(serve: Serve) -> None:
    text = page("Town", body="Welcome to the town hall. " * 30 + FOOTER)
    new = serve({"/lima/": text, "/es/": text})
    target = f"http://localhost:{new.url.rpartition(':')[2]}"
    leads = {"/lima/": f"{target}/lima/", "/": f"{target}/es/"}
    old = serve({path: (301, {"Location": where}, b"") for path, where in leads.items()})
    proposed = [verified(f"{old.url}{path}").proposal for path in leads]
    assert proposed == [f"{target}/lima/", f"{target}/"]


def test_a_redirect_is_followed_in_whatever_characters_it_is_written(serve: Serve) -> None:
    home = page("Town", body="Welcome to the town hall. " * 30 + FOOTER)
    site = serve(
        {
            "/": (302, {"Location": "/tr\u00e1mites/".encode().decode("latin-1")}, b""),
            "/tr%C3%A1mites/": home,
            "/robots.txt": (404, {}, b""),
        }
    )
    found = verified(f"{site.url}/")
    assert (found.answer, found.final) == ("page", f"{site.url}/tr%C3%A1mites/")


def test_a_robots_txt_at_the_end_of_redirects_binds(serve: Serve) -> None:
    site = serve(
        {
            "/": page("Town"),
            "/robots.txt": (301, {"Location": "/robots"}, b""),
            "/robots": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n"),
        }
    )
    assert (verified(f"{site.url}/").answer, site.requests) == ("refused", ["/robots.txt", "/robots"])


def test_a_robots_txt_that_breaks_off_says_what_its_whole_lines_say(serve: Serve) -> None:
    """The last line of it would have been `Disallow: /private`."""

    def broken(handler: Handler) -> Answer:
        handler.close_connection = True
        return 200, {"Content-Type": "text/plain", "Content-Length": "60"}, b"User-agent: *\nDisallow: /"

    home = page("Town", body="Welcome to the town hall. " * 30 + FOOTER)
    assert verified(f"{serve({'/': home, '/robots.txt': broken}).url}/").answer == "page"
