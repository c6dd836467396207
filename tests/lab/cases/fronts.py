"""What stands in front of a portal, or in its place: challenges, walls, parked domains, default pages."""

from __future__ import annotations

from tests.crawler.loopback import page
from tests.crawler.test_interstitials import CASES as SHAPES
from tests.lab.case import HTML, Case, Reply, Route

_OUTCOMES = {
    "challenge": ("blocked", "block_page"),
    "block": ("blocked", "block_page"),
    "geo": ("blocked", "block_page"),
    "parked": ("no_portal", "parked"),
    "default": ("no_portal", "default_page"),
    "maintenance": ("no_portal", "default_page"),
}
_LOGIN = "<form method=post action=/login><input name=user><input type=password name=p><button>Log in</button></form>"


def _shape(name: str) -> Case:
    """A vendor's page at every address of the portal."""
    status, headers, markup = SHAPES[name]
    outcome, cause = _OUTCOMES[name.replace(" by header", "").rpartition(" ")[2]]
    reply = Reply(status, (*HTML, *headers.items()), f"<html><body>{markup}</body></html>".encode())
    return Case(f"front: {name.strip()}", outcome, cause, routes={"*": reply})


def _status(status: int, outcome: str, *headers: tuple[str, str]) -> Case:
    reply = Reply(status, (*HTML, *headers), page("Sorry").encode())
    return Case(f"HTTP {status}", outcome, "http_status", routes={"*": reply})


def _turned_away() -> Case:
    """A firewall that lets the first pages pass and refuses the forty others: the crawl must not ask for them all."""
    status, headers, markup = next(shape for name, shape in SHAPES.items() if name.endswith(" block"))
    refused = Reply(status, (*HTML, *headers.items()), f"<html><body>{markup}</body></html>".encode())
    links = [f"/council/{number}" for number in range(40)]
    routes: dict[str, Route] = {
        "*": refused,
        "/": page("Town", *links),
        "/robots.txt": Reply(404),
        "/sitemap.xml": Reply(404),
    }
    return Case("a firewall that wakes up", "blocked", "block_page", pages=1, requests=25, routes=routes)


CASES: tuple[Case, ...] = (
    *map(_shape, SHAPES),
    _turned_away(),
    _status(401, "blocked", ("WWW-Authenticate", 'Basic realm="town"')),
    _status(407, "blocked", ("Proxy-Authenticate", "Basic")),
    _status(451, "blocked"),
    _status(404, "no_portal"),
    _status(410, "no_portal"),
    _status(500, "unreachable"),
    _status(599, "unreachable"),
    Case("HTTP 204", "no_portal", None, routes={"/": Reply(204, ())}),
    Case("HTTP 304 unasked", "no_portal", None, routes={"/": Reply(304, ())}),
    Case("HTTP 999", "", None, routes={"/": Reply(999, HTML, b"<p>Denied</p>")}),
    Case(
        "a login wall",
        cause=None,
        pages=1,
        requests=20,
        routes={"*": Reply(302, (("Location", "/login"),)), "/login": page("Log in").replace("</main>", _LOGIN)},
    ),
    Case(
        "a shell of scripts",
        "partial",
        "script_only",
        routes={
            "/": '<html><title>Town</title><body><div id="app"></div><script src="/app.js"></script></body></html>'
        },
    ),
)
