"""What belongs to the portal: its registered domain, or less where a host is shared, or more where it redirects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import SplitResult, urlsplit

from crawler.urls import Domain, domain, read_data
from storage.hosts import idna

_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:[-_][a-z]{2,4})?$", re.I)
_HOME = re.compile(r"^(?:index|home|default|main|portal|start|welcome)(?:\.\w+)?$|\.\w{2,5}$", re.I)


@dataclass(frozen=True, slots=True)
class _Area:
    """One territory: a host and all below it (`deep`), on one port if given, under a path prefix if given."""

    host: str
    deep: bool
    port: int | None = None
    prefix: str = ""

    def holds(self, host: str, port: int | None, path: str) -> bool:
        if self.port != port and self.port is not None:
            return False
        same = host == self.host or (self.deep and host.endswith("." + self.host))
        return same and (path.startswith(self.prefix) or path + "/" == self.prefix)


class Scope:
    """Decides whether a URL is the portal's.

    The rule is the seed's registered domain with all hosts below it. On a host whose suffix is shared by many owners
    (italia.github.io, a national suffix such as gov.pl) it is that host (with or without `www.`), and where the seed
    names a folder there, that folder.
    """

    def __init__(self, seed: str) -> None:
        self._areas: list[_Area] = []
        self.extend(seed)

    def extend(self, url: str) -> None:
        """Takes in where the portal lives besides, for example where its seed redirects to."""
        if not self.contains(url):
            self._areas.extend(_areas(url))

    def contains(self, url: str) -> bool:
        """Whether the URL is the portal's; False for what is no URL."""
        try:
            parts = urlsplit(url)
            host, port = _place(parts.netloc)
        except ValueError:
            return False
        return any(area.holds(host, port, parts.path) for area in self._areas)

    def may_step_to(self, url: str) -> bool:
        """Whether a page outside may be fetched when the portal links it for a function."""
        try:
            host = _host(urlsplit(url))
        except ValueError:
            return False
        return bool(host) and not _is_never(host)

    def __repr__(self) -> str:
        return f"Scope({', '.join(area.host + area.prefix for area in self._areas)})"


@lru_cache(maxsize=256)
def _place(netloc: str) -> tuple[str, int | None]:
    """Host and port of an address."""
    parts = SplitResult("", netloc, "", "", "")
    return _host(parts), parts.port


def _host(parts: SplitResult) -> str:
    """The host as the areas name theirs: links may spell an international one in its own script."""
    return idna(parts.hostname or "").rstrip(".")


def _areas(url: str) -> list[_Area]:
    parts = urlsplit(url)
    host = _host(parts)
    found = domain(host)
    if not found.suffix:
        return [_Area(host, deep=False, port=parts.port)]
    if found.shared or _suffix_like(found):
        prefix = _folder(parts.path)
        return [_Area(twin, deep=False, prefix=prefix) for twin in _twins(host)]
    return [_Area(_deeper(found) or found.registered, deep=True)]


def _suffix_like(found: Domain) -> bool:
    """Whether the host stands for a suffix itself: gov.pl, or www.gov.uk, whose neighbours are other offices."""
    return not found.registered or found.registered == f"www.{found.suffix}"


def _twins(host: str) -> tuple[str, ...]:
    bare = host.removeprefix("www.")
    return (bare, f"www.{bare}")


def _folder(path: str) -> str:
    """The folder that the seed names, `/` and all; empty for a home page or a language version."""
    folders = [part for part in path.split("/") if part]
    if folders and not path.endswith("/") and _HOME.search(folders[-1]):
        folders.pop()
    if not folders or (len(folders) == 1 and _LANGUAGE.match(folders[0])):
        return ""
    return f"/{'/'.join(folders)}/"


def _deeper(found: Domain) -> str:
    if found.suffix not in _data()[0]:
        return ""
    labels = found.host.removeprefix("www.").split(".")
    keep = found.registered.count(".") + 2
    return ".".join(labels[-keep:])


def _is_never(host: str) -> bool:
    never = _data()[1]
    labels = host.split(".")
    return any(".".join(labels[start:]) in never for start in range(len(labels) - 1))


@cache
def _data() -> tuple[frozenset[str], frozenset[str]]:
    data = read_data("scope.toml")
    return frozenset(entry["suffix"] for entry in data["deeper"]), frozenset(data["never"]["domains"])
