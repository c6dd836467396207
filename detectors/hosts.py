"""What a host name says: a government's, a social network's, an app store's, a chat vendor's."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import urlsplit

from detectors.packaged import data


@cache
def _listed(group: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Bare hosts, and entries with a path, of one group of hosts.toml."""
    entries = data("hosts")[group]["hosts"]
    return frozenset(e for e in entries if "/" not in e), tuple(e for e in entries if "/" in e)


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """Host of an absolute URL, lower case, without `www.`; empty if there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


@lru_cache(maxsize=16_384)
def listed(url: str, group: str) -> str:
    """The entry of the group of hosts.toml that the URL belongs to; empty if none."""
    host = host_of(url)
    if not host:
        return ""
    hosts, paths = _listed(group)
    labels = host.split(".")
    named = (name for start in range(len(labels) - 1) if (name := ".".join(labels[start:])) in hosts)
    return next(named, "") or next((entry for entry in paths if entry in url), "")


@lru_cache(maxsize=8192)
def is_government(host: str) -> bool:
    """Whether only governments may hold the host name."""
    labels = host.lower().split(".")
    suffixes = _suffixes()
    if any(".".join(labels[start:]) in suffixes for start in range(len(labels))):
        return True
    if len(labels) < 2 or len(labels[-1]) != 2:
        return False
    countries = data("government_domains")["labels"].get(labels[-2], ())
    return labels[-1] in countries or ("*" in countries and len(labels) >= 3)


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
