"""What a host name says: a government's, a social network's, an app store's, a chat vendor's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from urllib.parse import urlsplit

from idna import encode

from detectors.packaged import data


@cache
def _listed(group: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Bare hosts, and entries with a path, of one group of hosts.toml."""
    entries = data("hosts")[group]["hosts"]
    return frozenset(e for e in entries if "/" not in e), tuple(e for e in entries if "/" in e)


def host_of(url: str) -> str:
    """Host of an absolute URL, lower case, in ASCII (UTS #46), without `www.`; empty if there is none."""
    return _host_of(beginning_of(url))


def hosts_of(urls: Iterable[str]) -> frozenset[str]:
    """The hosts of all of them."""
    return frozenset(map(_host_of, set(map(beginning_of, urls))))


def beginning_of(url: str) -> str:
    """What stands before the path: of most addresses of a site the same. All of it where that is not easily told."""
    end = url.find("/", len("https://")) if url.startswith(("http://", "https://")) else -1
    return url if end < 0 else url[:end]


@lru_cache(maxsize=4096)
def _host_of(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
        host = host if host.isascii() else encode(host, uts46=True).decode("ascii")
    except ValueError:
        return ""
    return host.removeprefix("www.")


@lru_cache(maxsize=6_000)
def listed(url: str, group: str) -> str:
    """The entry of the group of hosts.toml that the URL belongs to; empty if none."""
    host = host_of(url)
    if not host:
        return ""
    return _listed_host(host, group) or next((entry for entry in _listed(group)[1] if is_below(url, entry)), "")


def is_below(url: str, entry: str) -> bool:
    """Whether an absolute URL is of a host, or a host below it, and begins with the path: `entry` is both together, as
    "google.com/policies"."""
    name, _, path = entry.partition("/")
    host, rest = host_of(url), url.partition("://")[2] or url.removeprefix("//")
    return (host == name or host.endswith(f".{name}")) and rest.partition("/")[2].startswith(path)


@lru_cache(maxsize=8192)
def _listed_host(host: str, group: str) -> str:
    """The entry without a path that the host belongs to; empty if none."""
    hosts, labels = _listed(group)[0], host.split(".")
    named = (name for start in range(len(labels) - 1) if (name := ".".join(labels[start:])) in hosts)
    return next(named, "")


def may_be_listed(hosts: Iterable[str], addresses: str, group: str) -> bool:
    """Whether one of these addresses, whose hosts are given too, may belong to the group."""
    return any(_listed_host(host, group) for host in hosts) or any(entry in addresses for entry in _listed(group)[1])


@lru_cache(maxsize=8192)
def is_government(host: str) -> bool:
    """Whether only governments may hold the host name."""
    labels = host.lower().split(".")
    suffixes = _suffixes()
    if any(".".join(labels[start:]) in suffixes for start in range(len(labels))):
        return True
    if len(labels) < 2 or len(labels[-1]) != 2:
        return False
    rules = data("government_domains")
    if not set(labels[:-2]).isdisjoint(rules["anywhere"].get(labels[-1], ())):
        return True
    countries = rules["labels"].get(labels[-2], ())
    return labels[-1] in countries or "*" in countries or _is_geographic(labels)


def is_shared(host: str) -> bool:
    """Whether a country's public bodies have their names below this very host ("gov.kz")."""
    name, _, country = host.lower().removeprefix("www.").partition(".")
    return len(country) == 2 and name in data("government_domains")["labels"]


def _is_geographic(labels: Sequence[str]) -> bool:
    """Whether a label that is kept for local governments stands before a region's name, or one step before."""
    rule = data("government_domains")["geographic"].get(labels[-1])
    return rule is not None and labels[-2] in rule["regions"] and not set(labels[-4:-2]).isdisjoint(rule["labels"])


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(data("government_domains")["suffixes"])


@lru_cache(maxsize=8192)
def looks_governmental(host: str) -> bool:
    """Whether the host carries a word that governments use by convention (`city.`, `bip.`, `mairie-`): a hint only."""
    words = _words()
    return any(part in words for label in host.split(".") for part in label.split("-"))


@cache
def _words() -> frozenset[str]:
    return frozenset(data("government_domains")["words"])
