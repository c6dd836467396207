"""International host names in the one ASCII form that the crawl and the archive share."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache


@lru_cache(maxsize=4096)
def idna(host: str) -> str:
    """The host name in lower-case ASCII (punycode), as browsers make it (UTS #46); empty if it has none.

    Python's own codec is that of 2003: it takes gießen.de for giessen.de, another host, and drops joiners (Persian).
    """
    host = host.lower()
    if host.isascii():
        return host
    from idna import encode

    with suppress(UnicodeError):
        return encode(host, uts46=True).decode("ascii")
    return _of_2003(host)


@lru_cache(maxsize=4096)
def idna_of_2003(host: str) -> str:
    """The ASCII form that the rules of 2003 gave to what a host, in ASCII or not, means today; empty if it is the
    same."""
    if host.isascii() and "xn--" not in host.lower():
        return ""
    from idna import decode

    spelled = host
    with suppress(UnicodeError):
        spelled = decode(host)
    older = _of_2003(spelled.lower())
    return older if older != idna(host) else ""


def _of_2003(host: str) -> str:
    with suppress(UnicodeError):
        return host.encode("idna").decode("ascii").lower()
    return ""
