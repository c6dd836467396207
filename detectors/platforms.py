"""The systems that governments run: known by their hosts, addresses, scripts and markup, told as data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import ahocorasick

from detectors.hosts import host_of
from detectors.packaged import data
from detectors.targets import targets_of

if TYPE_CHECKING:
    from detectors.page import Page
    from detectors.page.elements import Link

_MARKUP_WINDOW = 300_000
_LEAST = 4
"""Letters of a piece that are looked for, at least."""

_COMMON = frozenset("acdehilmnorstuv")
"""Letters that stand everywhere."""

_TAG = re.compile(r"<[a-zA-Z][^<>]{3,2000}>")
_LINK_TARGET = re.compile(r"""\b(?:href|content|alt|title)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.I)


@dataclass(frozen=True, slots=True)
class Platform:
    """A system. `features` is what a link to it proves, with strength; `places` the paths where it keeps what."""

    key: str
    name: str
    kind: str
    features: tuple[tuple[str, float], ...]
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Fingerprints:
    """The marks of all platforms, arranged for one look each."""

    platforms: Mapping[str, Platform]
    hosts: Mapping[str, str]
    generators: tuple[tuple[str, str], ...]
    urls: ahocorasick.Automaton
    scripts: ahocorasick.Automaton
    markup: ahocorasick.Automaton


@cache
def _fingerprints() -> _Fingerprints:
    tables = {key: table for key, table in data("platforms").items() if isinstance(table, dict)}
    platforms = {
        key: Platform(
            key,
            table["name"],
            table["kind"],
            tuple(table.get("features", {}).items()),
            tuple(table.get("places", {}).items()),
        )
        for key, table in tables.items()
    }
    return _Fingerprints(
        platforms,
        {host: key for key, table in tables.items() for host in table.get("hosts", ())},
        tuple((start, key) for key, table in tables.items() for start in table.get("generator", ())),
        _automaton(tables, "urls"),
        _automaton(tables, "scripts"),
        _automaton(tables, "markup"),
    )


def _automaton(tables: Mapping[str, Mapping[str, list[str]]], name: str) -> ahocorasick.Automaton:
    """Looks for each piece from a sign on that many share: most letters of a text then begin nothing."""
    keys = {piece: key for key, table in tables.items() for piece in table.get(name, ())}
    automaton = ahocorasick.Automaton()
    for rest, pieces in _ends(keys).items():
        automaton.add_word(rest, tuple((keys[piece], piece) for piece in pieces))
    automaton.make_automaton()
    return automaton


def _ends(pieces: Iterable[str]) -> dict[str, list[str]]:
    """The pieces by what of them is looked for; the signs with which these begin are as few as may be."""
    ends: dict[str, list[str]] = {}
    left = {piece: piece[: max(1, len(piece) + 1 - _LEAST)] for piece in sorted(pieces)}
    while left:
        shared = Counter(sign for begin in left.values() for sign in _rare(begin) or dict.fromkeys(begin))
        sign = max(shared, key=shared.__getitem__)
        for piece in [piece for piece, begin in left.items() if sign in begin]:
            ends.setdefault(piece[left.pop(piece).index(sign) :], []).append(piece)
    return ends


def _rare(text: str) -> dict[str, None]:
    """The signs of the text that do not stand everywhere, in order."""
    return dict.fromkeys(sign for sign in text if sign not in _COMMON)


def _keys_in(text: str, pieces: ahocorasick.Automaton) -> Iterator[str]:
    """The platforms whose pieces stand in the text, none of them beginning inside a word ("campaign-app")."""
    for start, key, piece in _found(text, pieces):
        if start == 0 or not (piece[0].isalnum() and text[start - 1].isalnum()):
            yield key


def _found(text: str, pieces: ahocorasick.Automaton) -> Iterator[tuple[int, str, str]]:
    """Where a piece stands in the text, its platform, and the piece."""
    for end, alike in pieces.iter(text):
        for key, piece in alike:
            start = end + 1 - len(piece)
            if start >= 0 and text.startswith(piece, start):
                yield start, key, piece


@lru_cache(maxsize=6_000)
def platform_of_link(url: str) -> Platform | None:
    """The platform that an absolute URL leads to, by its host or by its address. Menus repeat, so it is remembered."""
    prints = _fingerprints()
    key = _key_of_host(host_of(url)) or next(_keys_in(url, prints.urls), "")
    return prints.platforms.get(key)


@lru_cache(maxsize=4096)
def _key_of_host(host: str) -> str:
    """The platform that the host, or a domain above it, belongs to; empty if none."""
    hosts, labels = _fingerprints().hosts, host.split(".")
    found = (hosts.get(".".join(labels[start:]), "") for start in range(len(labels) - 1))
    return next(filter(None, found), "")


def platforms_of_page(page: Page) -> Iterator[tuple[Platform, str]]:
    """The platforms the page is made with or embeds, each once, with the mark it is known by."""
    prints = _fingerprints()
    seen: set[str] = set()
    for key, mark in _marks(page, prints):
        if key not in seen:
            seen.add(key)
            yield prints.platforms[key], mark


def _marks(page: Page, prints: _Fingerprints) -> Iterator[tuple[str, str]]:
    generator = page.meta.get("generator", "").lower()
    for start, key in prints.generators:
        if generator.startswith(start):
            yield key, f"generator {generator[:60]}"
    own = platform_of_link(page.url)
    if own is not None:
        yield own.key, f"address {page.host}"
    for source in (*page.scripts, *(source for source, _ in page.iframes)):
        for key in _keys_in(source, prints.scripts):
            yield key, f"script {source[:120]}"
    html = page.html[:_MARKUP_WINDOW]
    if any(True for _ in _found(html, prints.markup)):
        for key in _keys_in(_attributes(html), prints.markup):
            yield key, "markup"


def linked_platforms(page: Page) -> Iterator[tuple[Link, Platform]]:
    """The page's links that lead to a platform, in document order."""
    targets = targets_of(page)
    told = any(map(_key_of_host, targets.hosts)) or any(True for _ in _found(targets.addresses, _fingerprints().urls))
    for link in page.links if told else ():
        platform = platform_of_link(link.url) if link.url.startswith("http") else None
        if platform is not None:
            yield link, platform


def _attributes(html: str) -> str:
    """The markup without its text and without the targets of its links."""
    return "\n".join(_LINK_TARGET.sub("", tag) for tag in _TAG.findall(html))


def likely_places(page: Page) -> tuple[tuple[str, str], ...]:
    """Where the page's platforms usually keep what: (absolute URL, feature) pairs on the page's own host."""
    return tuple(
        (urljoin(page.url, path), feature) for platform, _ in page.platforms for path, feature in platform.places
    )
