"""Refusals that may pass, robots.txt and sitemaps of every kind."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

from tests.lab.case import HOME, HTML, NEXT, Case, Reply, Route, Talk

_PLAIN = (("Content-Type", "text/plain"),)
_XML = (("Content-Type", "application/xml"),)
_ERRANDS = {"sitemaps": True}
_LISTED = ("/next", "/listed")
_NS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"


def _storm(status: int, *headers: tuple[str, str]) -> dict[str, Route]:
    return {"*": Reply(status, HTML + headers, b"<title>Busy</title><p>Too many visits.</p>")}


async def _recovers(talk: Talk) -> None:
    talk.send(Reply(503, (*HTML, ("Retry-After", "0"))) if talk.asked.count("/") < 2 else Reply.of(HOME))


async def _storm_later(talk: Talk) -> None:
    talk.send(Reply.of(HOME) if talk.path == "/" else Reply(429, (*HTML, ("Retry-After", "86400")), b"<p>Later</p>"))


async def _silent(talk: Talk) -> None:
    await talk.reader.read()


async def _endless(talk: Talk) -> None:
    talk.head("Content-Type: text/plain", "Connection: close")
    await talk.flow(b"# and more\n" * 1000)


def _robots(name: str, robots: Route, outcome: str = "ok", cause: str = "", **more: Any) -> Case:
    routes = {"/robots.txt": robots, "/": HOME, "/next": NEXT}
    return Case(f"robots.txt {name}", outcome, cause, pages=2 if outcome == "ok" else 0, routes=routes, **more)


def _text(text: str | bytes) -> Reply:
    return Reply(200, _PLAIN, text.encode() if isinstance(text, str) else text)


def _sitemap(name: str, sitemap: Route, **more: Any) -> Case:
    routes = {"/sitemap.xml": sitemap, "/": HOME, "/next": NEXT, **more.pop("also", {})}
    expected = {"pages": 2, "reads": ("/next",), "options": _ERRANDS, **more}
    return Case(f"sitemap {name}", routes=routes, **expected)


def _index(*urls: str) -> Reply:
    return Reply(
        200,
        _XML,
        f"<sitemapindex {_NS}>{''.join(map('<sitemap><loc>{}</loc></sitemap>'.format, urls))}".encode()
        + b"</sitemapindex>",
    )


async def _index_of_itself(talk: Talk) -> None:
    number = len(talk.asked)
    talk.send(_index(f"{talk.base}/sitemap.xml", f"{talk.base}/sitemap.xml?{number}", f"{talk.base}/s/{number}"))


async def _listed(talk: Talk) -> None:
    talk.send(Reply(200, _XML, f"<urlset {_NS}><url><loc>{talk.base}/listed</loc></url></urlset>".encode()))


async def _million(talk: Talk) -> None:
    talk.head("Content-Type: application/xml", "Connection: close")
    talk.writer.write(f"<urlset {_NS}>".encode())
    for start in range(0, 1_000_000, 1000):
        await talk.flow(
            "".join(f"<url><loc>{talk.base}/p{start + n}</loc></url>" for n in range(1000)).encode(), times=1
        )
    talk.close()


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(f"<urlset {_NS}>".encode())
    return head + b"".join(packer.compress(b"<url></url>" * 100_000) for _ in range(150)) + packer.flush()


_LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
    + f"]><urlset {_NS}><url><loc>&m;</loc></url></urlset>"
)
_OUTSIDE = f"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><urlset {_NS}><url><loc>&a;</loc></url></urlset>"

CASES: tuple[Case, ...] = (
    Case("429 storm", "blocked", "http_status", routes=_storm(429)),
    Case("429 storm that asks for a day", "blocked", "http_status", routes=_storm(429, ("Retry-After", "86400"))),
    Case("503 storm", "unreachable", "http_status", routes=_storm(503)),
    Case(
        "503 storm until a date",
        "unreachable",
        "http_status",
        routes=_storm(503, ("Retry-After", "Fri, 31 Dec 2999 23:59:59 GMT")),
    ),
    Case("503 storm until nonsense", "unreachable", "http_status", routes=_storm(503, ("Retry-After", "-1e9 soon"))),
    Case("503 storm until no number", "unreachable", "http_status", routes=_storm(503, ("Retry-After", "\xb2"))),
    Case("503 that passes", pages=2, routes={"/": _recovers, "/next": NEXT}),
    Case("429 behind the home page", cause=None, pages=1, routes={"*": _storm_later}),
    _robots("of 5 MB", _text(b"User-agent: *\nDisallow: /secret\n" + b"# padding\n" * 500_000)),
    _robots("without end", _endless),
    _robots("of HTML", Reply.of(HOME)),
    _robots("of NULs", _text(b"\0" * 5000)),
    _robots("in UTF-16", _text("User-agent: *\nDisallow: /x\n".encode("utf-16"))),
    _robots("of 100,000 rules", _text("User-agent: *\n" + "".join(f"Disallow: /x{n}*y*z$\n" for n in range(20_000)))),
    _robots("of stars", _text(f"User-agent: *\nDisallow: /{'*a' * 40}$\n")),
    _robots("that asks for a day between pages", _text("User-agent: *\nCrawl-delay: 86400\n")),
    _robots("with a delay of nonsense", _text("User-agent: *\nCrawl-delay: nan\nRequest-rate: 1/0\n")),
    _robots("in a circle", Reply(302, (("Location", "/robots.txt"),))),
    _robots("of 500", Reply(500), "blocked", "robots"),
    _robots("of 403", Reply(403)),
    _robots("never answers", _silent, "unreachable", "timeout", options={"retries": 0, "timeout": 3.0}),
    _robots("forbids all", _text("User-agent: *\nDisallow: /\n"), "blocked", "robots"),
    _sitemap("bomb", Reply(200, _XML, _gzip_bomb())),
    _sitemap("of itself", _index_of_itself, also={"/s/*": _index_of_itself}),
    _sitemap("of laughs", Reply(200, _XML, _LAUGHS.encode())),
    _sitemap("that names a file", Reply(200, _XML, _OUTSIDE.encode())),
    _sitemap("of a million", _million, outcome="partial", cause="budget", options={**_ERRANDS, "max_requests": 25}),
    _sitemap("of HTML", Reply.of("<html><body><div>Not found</div>")),
    _sitemap(
        "named by a path",
        _text(""),
        also={"/robots.txt": _text("Sitemap: /map.xml\n"), "/map.xml": _listed},
        reads=_LISTED,
    ),
    _sitemap(
        "named by nonsense",
        _listed,
        also={"/robots.txt": _text("Sitemap: http://[::1\nSitemap: mailto:x\n")},
        reads=_LISTED,
    ),
    _sitemap("broken gzip", Reply(200, _XML, gzip.compress(b"<urlset>" * 999)[:-30])),
)
