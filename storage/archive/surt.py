"""SURT keys: URLs written so that different spellings of one address are equal and hosts sort together."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit

from storage.hosts import idna, idna_of_2003

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"


def without_fragment(url: str) -> str:
    """The URL as given, less surrounding blanks and the fragment."""
    return url.strip().partition("#")[0]


def surt(url: str, *, sort_query: bool = False) -> str:
    """The key of `url`: `https://www.Example.org:443/a?b=1#c` gives `org,example,www)/a?b=1`.

    Scheme http or https, letter case of the host, default port, needless escapes and fragment make no
    difference; `www.`, path case, and the order of the query (unless `sort_query`) do. Other URLs come back
    without fragment.
    """
    plain = without_fragment(url)
    try:
        parts = urlsplit(plain)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            return plain
        authority = _authority(parts)
    except ValueError:
        return plain
    query = "&".join(sorted(parts.query.split("&"))) if sort_query else parts.query
    return f"{authority}){_escaped(parts.path) or '/'}{'?' + _escaped(query) if query else ''}"


def older_surt(url: str, *, sort_query: bool = False) -> str:
    """The key of `url` under the host that the rules of 2003 made of its own; empty if that is the same host.

    What was archived under it then is looked for there when it is not found under the host of today.
    """
    try:
        parts = urlsplit(without_fragment(url))
        host = idna_of_2003((parts.hostname or "").rstrip("."))
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return ""
    return surt(parts._replace(netloc=host + port).geturl(), sort_query=sort_query) if host else ""


def _authority(parts: SplitResult) -> str:
    host = _reversed_host((parts.hostname or "").rstrip("."))
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


@lru_cache(maxsize=256)
def _reversed_host(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return ",".join(reversed(ascii_host(host).split(".")))


def ascii_host(host: str) -> str:
    """The host in lower case, an international one in its `xn--` form where it has one: that of the crawl."""
    return idna(host) or quote(host.lower(), safe=".-", errors="surrogatepass")


def _escaped(text: str) -> str:
    return quote(_ESCAPE.sub(_needed_escape, text), safe=_KEPT, errors="surrogatepass")


def _needed_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()
