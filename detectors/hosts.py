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


@lru_cache(maxsize=8192)
def listed(url: str, group: str) -> str:
    """The entry of the group of hosts.toml that the URL belongs to; empty if none."""
    host = host_of(url)
    if not host:
        return ""
    hosts, with_path = _listed(group)
    labels = host.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        if name in hosts:
            return name
    return next((entry for entry in with_path if entry in url), "")


@lru_cache(maxsize=8192)
def is_government(host: str) -> bool:
    """Whether only governments may hold the host name."""
    table = data("government_domains")
    labels = host.lower().removeprefix("www.").split(".")
    suffixes = _suffixes()
    if any(".".join(labels[start:]) in suffixes for start in range(len(labels))):
        return True
    return len(labels) >= 2 and len(labels[-1]) == 2 and labels[-2] in table["labels"]


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(data("government_domains")["suffixes"])


def looks_governmental(host: str) -> bool:
    """Whether the host carries a word that governments use by convention (`city.`, `bip.`, `mairie-`)."""
    words = set(data("government_domains")["words"])
    return any(part in words for label in host.split(".") for part in label.split("-"))
