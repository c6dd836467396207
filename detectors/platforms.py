"""The systems that governments run: known by their hosts, addresses, scripts and markup, told as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
    automaton = ahocorasick.Automaton()
    for key, table in tables.items():
        for piece in table.get(name, ()):
            automaton.add_word(piece, (key, piece))
    automaton.make_automaton()
    return automaton


def _keys_in(text: str, pieces: ahocorasick.Automaton) -> Iterator[str]:
    """The platforms whose pieces stand in the text, none of them beginning inside a word ("campaign-app")."""
    for end, (key, piece) in pieces.iter(text):
        start = end + 1 - len(piece)
        if start == 0 or not (piece[0].isalnum() and text[start - 1].isalnum()):
            yield key


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
    if any(True for _ in prints.markup.iter(html)):
        for key in _keys_in(_attributes(html), prints.markup):
            yield key, "markup"


def linked_platforms(page: Page) -> Iterator[tuple[Link, Platform]]:
    """The page's links that lead to a platform, in document order."""
    targets = targets_of(page)
    told = any(map(_key_of_host, targets.hosts)) or any(True for _ in _fingerprints().urls.iter(targets.addresses))
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
