"""Sites without end: a crawler that follows every link never gets to the pages that tell something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crawler.loopback import TEXT, page
from tests.lab.case import NEXT, Case, Reply, Talk

_REAL = ("/budget", "/job-vacancies")
_WITHIN = {"max_pages": 14}


def _number(path: str) -> int:
    digits = "".join(char for char in path if char.isdigit())
    return int(digits[-9:] or 0)


_Links = Callable[[str, int], tuple[str, ...]]


def _generated(name: str, links: _Links, **more: Any) -> Case:
    """A site that makes a page of every address; `links` gives those of a page, and two real pages stand at the end.

    These must be read, unless the endless pages look like any other.
    """

    async def answer(talk: Talk) -> None:
        made = links(talk.path, len(talk.asked))
        text = f"{talk.path} {TEXT}" if "same" not in name else TEXT
        talk.send(Reply.of(page(f"Page {talk.path}" if "same" not in name else "Town", *made, *_REAL, body=text)))

    routes = {path: page(f"Town {path}", body=f"{path} {TEXT}") for path in _REAL}
    expected = {"cause": None, "pages": 2, "requests": 20, "reads": _REAL, "options": _WITHIN, **more}
    return Case(name, routes={**routes, "*": answer}, **expected)


def _calendar(path: str, asked: int) -> tuple[str, ...]:
    month = _number(path) + 1
    return tuple(f"/calendar/{2026 + (month + n) // 12}/{(month + n) % 12 + 1:02}/{n + 1:02}" for n in range(20))


def _facets(path: str, asked: int) -> tuple[str, ...]:
    return tuple(f"/list?{path.partition('?')[2]}&f%5B{n}%5D=v{asked}" for n in range(15))


def _sessions(path: str, asked: int) -> tuple[str, ...]:
    return tuple(f"/page{n}?PHPSESSID={asked * 100 + n:032x}" for n in range(4))


def _paths(path: str, asked: int) -> tuple[str, ...]:
    return ("more/", "again/", "more/again/")


def _pages(path: str, asked: int) -> tuple[str, ...]:
    return tuple(f"/list?page={_number(path) + n}" for n in range(1, 15))


def _random(path: str, asked: int) -> tuple[str, ...]:
    return tuple(f"/x{asked * 7919 + n:x}{n}" for n in range(30))


def _fragments(path: str, asked: int) -> tuple[str, ...]:
    return tuple(f"/#{n}" for n in range(2000))


def _tracked(path: str, asked: int) -> tuple[str, ...]:
    return tuple(f"/next?utm_source=s{asked}&utm_medium=m{n}" for n in range(50))


def _odd_links(path: str, asked: int) -> tuple[str, ...]:
    return (
        "http://[",
        "http://a:b@c:99999/",
        "//",
        "///x",
        "http:///",
        "mailto:",
        "tel:+1",
        "data:,x",
        "?",
        "#",
        "javascript:void(0)",
        "http://\x00/",
        "/%zz%",
        "/%00",
        "\\\\host\\share",
        "blob:x",
        "/" + "a" * 5000,
    )


async def _all_is_well(talk: Talk) -> None:
    """200 for everything, with the same words: a soft 404."""
    talk.send(Reply.of(page("Sorry", "/a", "/b", "/c", "/d", body=f"We could not find the page {talk.path}. {TEXT}")))


async def _late_block(talk: Talk) -> None:
    if len(talk.asked) > 4:
        talk.send(Reply(403, body=b"<title>Access denied</title>Your address was blocked."))
    else:
        talk.send(
            Reply.of(page(f"Page {talk.path}", *(f"/p{len(talk.asked)}{n}" for n in range(20)), body=talk.path + TEXT))
        )


CASES: tuple[Case, ...] = (
    _generated("calendar", _calendar),
    _generated("facets", _facets, reads=()),
    _generated("session ids", _sessions),
    _generated("paths that feed themselves", _paths),
    _generated("pages without end", _pages, reads=()),
    _generated("random names", _random, reads=()),
    _generated("fragments", _fragments),
    _generated("campaign parameters", _tracked),
    _generated("the same page everywhere", _random, reads=()),
    _generated("links that are none", _odd_links),
    Case(
        "200 for everything",
        cause=None,
        pages=1,
        requests=30,
        reads=("/council",),
        routes={"/": page("Town", "/a", "/b", "/council"), "/council": NEXT, "*": _all_is_well},
        options={"soft404": True},
    ),
    Case("blocked after some pages", "blocked", "block_page", pages=2, requests=90, routes={"*": _late_block}),
)
