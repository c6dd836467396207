"""Redirects of every kind: by status, by markup, by script."""

from __future__ import annotations

from tests.crawler.loopback import page
from tests.lab.case import HOME, HTML, NEXT, Case, Reply, Talk


def to(target: str, *more: tuple[str, str], status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status, (("Location", target), *more))


async def _growing(talk: Talk) -> None:
    talk.send(to(talk.path.rstrip("/") + "/a"))


async def _new_session_each(talk: Talk) -> None:
    talk.send(to(f"/?sid={len(talk.asked):032x}"))


async def _cookie_wall(talk: Talk) -> None:
    """Content only for who sends the cookie back."""
    known = "seen=1" in talk.headers.get("cookie", "")
    talk.send(Reply.of(HOME if talk.path == "/" else NEXT) if known else to(talk.path, ("Set-Cookie", "seen=1")))


async def _absolute(talk: Talk) -> None:
    talk.send(to(f"{talk.base}/home"))


def _meta(target: str) -> str:
    return f'<html><head><meta http-equiv="refresh" content="0; url={target}"></head><body>Moved</body></html>'


def _leads_nowhere(name: str, target: str, cause: str | None = "http_status", outcome: str = "no_portal") -> Case:
    return Case(name, outcome, cause, routes={"/": to(target)})


_HOME = {"/home": HOME, "/next": NEXT}

CASES: tuple[Case, ...] = (
    Case("redirect to itself", "no_portal", "redirect_loop", routes={"/": to("/")}),
    Case("redirect loop of two", "no_portal", "redirect_loop", routes={"/": to("/a"), "/a": to("/")}),
    Case("redirects without end", "no_portal", "redirect_loop", routes={"*": _growing}),
    Case("a new session with each redirect", "no_portal", "redirect_loop", routes={"*": _new_session_each}),
    Case("a cookie wall that never opens", "no_portal", "redirect_loop", routes={"*": to("/", ("Set-Cookie", "a=b"))}),
    Case(
        "a chain of five redirects",
        pages=2,
        reads=("/home", "/next"),
        routes={
            "/": to("/1"),
            **{f"/{n}": to(f"/{n + 1}" if n < 4 else "/home", status=307) for n in range(5)},
            **_HOME,
        },
    ),
    Case("an absolute redirect", pages=2, routes={"/": _absolute, **_HOME}),
    Case("a cookie wall", pages=2, routes={"/": _cookie_wall, "/next": _cookie_wall}),
    _leads_nowhere("redirect to ftp", "ftp://127.0.0.1/pub"),
    _leads_nowhere("redirect to a file", "file:///etc/passwd"),
    _leads_nowhere("redirect to a script", "javascript:alert(1)"),
    _leads_nowhere("redirect to data", "data:text/html,<h1>Town</h1>"),
    _leads_nowhere("redirect to no address", "http://[::1"),
    _leads_nowhere("redirect to an unknown host", "http://no-such-town.invalid/", "dns", "unreachable"),
    _leads_nowhere("redirect to a closed port", "http://127.0.0.1:1/", "tcp", "unreachable"),
    Case("redirect without Location", "no_portal", "http_status", routes={"/": Reply(302, HTML, b"<p>Moved</p>")}),
    Case("redirect to 100 KB", "no_portal", None, routes={"/": to("/" + "a" * 60_000)}),
    Case("300 Multiple Choices", "no_portal", "http_status", routes={"/": Reply(300, HTML, HOME.encode())}),
    Case("meta refresh", pages=2, reads=("/home", "/next"), routes={"/": _meta("/home"), **_HOME}),
    Case("meta refresh in a circle", cause=None, pages=1, routes={"/": _meta("/b"), "/b": _meta("/")}),
    Case("meta refresh to a script", cause=None, pages=1, routes={"/": _meta("javascript:go()")}),
    Case(
        "script redirect",
        "partial",
        "script_only",
        routes={"/": "<html><head><script>location.href='/home'</script></head><body></body></html>", **_HOME},
    ),
    Case(
        "redirects from the links",
        pages=2,
        reads=("/next",),
        routes={"/": page("Town", "/next", "/r/1", "/r/2", "/r/3"), "/next": NEXT, "*": to("/next", status=308)},
    ),
)
