"""Pages that parsers and detectors choke on: deep, huge, broken, mislabelled."""

from __future__ import annotations

import codecs
from typing import Any

from tests.crawler.loopback import TEXT
from tests.lab.case import HOME, NEXT, Case, Reply, Route, Talk, content, home

_WORDS = "The council meets on Monday and the mayor answers questions of residents. "
_LIMIT: Any = {"options": {"max_body": 4_000_000}, "problem": "longer than the limit"}
_GERMAN = HOME.replace("</main>", "<p>Bürgermeister und Gemeinderäte für Zürich, größere Straßen</p></main>")


def _typed(kind: str, body: str | bytes) -> Reply:
    return Reply(200, (("Content-Type", kind),), body.encode() if isinstance(body, str) else body)


def _streamed(before: str, block: bytes, times: int, after: bytes = b"") -> Route:
    async def answer(talk: Talk) -> None:
        talk.head("Content-Type: text/html; charset=utf-8", "Connection: close")
        await talk.flow(before.encode(), times=1)
        await talk.flow(block, times=times)
        await talk.flow(after, times=1)
        talk.close()

    return answer


async def _million_links(talk: Talk) -> None:
    talk.head("Content-Type: text/html", "Connection: close")
    await talk.flow(HOME.encode(), times=1)
    for start in range(0, 1_000_000, 5000):
        await talk.flow("".join(f"<a href=/{start + n}>x" for n in range(5000)).encode(), times=1)
    talk.close()


def _refused(name: str, kind: str, body: str | bytes, cause: str = "not_html") -> Case:
    return Case(name, "no_portal", cause, routes={"/": _typed(kind, body)})


_TABLES = "<table><tr><td>" * 10_000
_JSON = "[" * 100_000 + "]" * 100_000

CASES: tuple[Case, ...] = (
    content("tables 10,000 deep", home(_TABLES + _WORDS)),
    content("tags 100,000 deep", home("<div><b><i>" * 33_000 + _WORDS)),
    content("lists 5,000 deep before the links", HOME.replace("<nav>", "<ul><li>" * 5000 + "<nav>")),
    content(
        "a million links",
        _million_links,
        options={"max_body": 30_000_000, "max_requests": 25},
        outcome="partial",
        cause="budget",
    ),
    content("a drawing of 50 MB", _streamed(home("<svg><path d='M0 0"), b"L12.5 77.25 " * 4000, 1000), **_LIMIT),
    content("an attribute of 5 MB", home(f"<p title='{'x' * 3_000_000}'>{_WORDS}</p>")),
    content("a title of 2 MB", HOME.replace("<title>", "<title>" + "Town " * 400_000)),
    content("a word of 2 MB", home("a" * 2_000_000)),
    content("digits of 1 MB", home("1" * 1_000_000)),
    content("dates of 1 MB", home("1.2.2026-" * 100_000)),
    content("an address of 1 MB", home("a@" * 300_000 + "a." * 200_000)),
    content("blanks of 3 MB", home(" \t\n" * 1_000_000)),
    content("200,000 tags of their own", home("<x-a></x-a>" * 200_000)),
    content("20,000 forms", home("<form action=/s><input name=q><label>Search</label></form>" * 20_000)),
    content("50,000 headings", home("<h2>News of the day</h2>" * 50_000)),
    content("combining marks", home(("a" + "\u0301\u0316" * 60) * 3000)),
    content("letters that unfold", home("\ufdfa\ufb03\u3300 " * 100_000)),
    content("signs of direction", home("\u202e\u2066\u200b\ufeff" * 100_000 + _WORDS)),
    content("malformed entities", home("&#0;&#xD800;&#99999999999;&nosuch;&amp&lt;&#x;&;" * 2000)),
    content("NULs", HOME.replace("council", "cou\0ncil").replace("<main>", "<ma\0in>\0\0")),
    content("control characters", home("".join(map(chr, range(1, 32))) * 500)),
    content("a comment without end", home("<!-- " + _WORDS * 100)),
    content("a script without end", home("<script>var a = '" + _WORDS * 100)),
    content("an end at the beginning", "</body></html>" + HOME + "</html>" * 5000),
    content("frames in itself", home("<iframe src='/'></iframe>" * 500)),
    content(
        "a base that is no address", HOME.replace("<title>", "<base href='javascript:x'><base href='http://['><title>")
    ),
    content("data 100,000 deep", home(head=f"<script type='application/ld+json'>{_JSON}</script>")),
    content(
        "data of wrong types",
        home(
            head='<script type="application/ld+json">{"@type":[{}],"name":[[1]],'
            '"@graph":{"url":{}},"sameAs":7,"dateModified":[null]}</script>'
        ),
    ),
    content("mixed charsets", _GERMAN.encode() + _GERMAN.encode("latin-1") + _GERMAN.encode("utf-16-le")),
    content("UTF-7", _typed("text/html; charset=utf-7", HOME)),
    content("UTF-16 with a mark", _typed("text/html", codecs.BOM_UTF16_BE + HOME.encode("utf-16-be"))),
    content("UTF-16 without a mark", _typed("text/html", HOME.encode("utf-16-le"))),
    content("UTF-16 by name alone", _typed("text/html; charset=utf-16", HOME)),
    content("UTF-32", _typed("text/html", codecs.BOM_UTF32_LE + HOME.encode("utf-32-le"))),
    content("a mark that lies", _typed("text/html", codecs.BOM_UTF8 + _GERMAN.encode("latin-1", "replace"))),
    content("a mark of UTF-16 before ASCII", _typed("text/html; charset=utf-8", codecs.BOM_UTF8 * 3 + HOME.encode())),
    content("a charset of no name", _typed(f"text/html; charset={'x' * 3000}", HOME)),
    content("the wrong language", HOME.replace('lang="en"', 'lang="zh-Hans-XX-\' onload=x"')),
    content("XHTML as XML", _typed("application/xhtml+xml", "<?xml version='1.0'?>" + HOME)),
    content(
        "XML with entities as HTML",
        "<!DOCTYPE html [<!ENTITY a 'b'><!ENTITY c '&a;&a;&a;'>]>" + HOME.replace("decisions", "&c;"),
    ),
    content("HTML without a type", Reply(200, (), HOME.encode())),
    content("HTML as a picture", _typed("image/png", HOME)),
    content("ten thousand meta tags", home(head="<meta name=description content='x'><meta http-equiv=x>" * 10_000)),
    content("a page in one comment before it", "<!--" + "-" * 500_000 + "-->" + HOME),
    Case(
        "frames",
        pages=2,
        reads=("/next",),
        routes={"/": "<html><frameset><frame src=/next></frameset></html>", "/next": NEXT},
    ),
    Case(
        "links by script", "ok", pages=1, routes={"/": f"<html><body><h1>Town</h1><p>{TEXT}</p><a onclick=go()>x</a>"}
    ),
    _refused("a feed", "application/rss+xml", "<rss version='2.0'><channel><title>Town</title></channel></rss>"),
    _refused("data in JSON", "application/json", '{"town": [1, 2, 3]}'),
    _refused("a picture", "image/png", b"\x89PNG\r\n\x1a\n" + b"\1" * 5000),
    _refused("an archive", "application/octet-stream", b"PK\x05\x06" + b"\0" * 900),
    _refused("an empty page", "text/html", b" \r\n\0", "empty"),
)
