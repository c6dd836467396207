"""URLs: what a person typed, the one form by which pages are told apart, and the registered domain."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit, urlunsplit

from storage.hosts import idna

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL = 2000
_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "!$&'()*+,;=:@/~%"
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]-]*")
"""What needs no escape, and holds none."""

_TOKEN = re.compile(r"^(?:[A-Za-z0-9._%!+/=-]{12,})?$")
"""What a session parameter's value looks like; `sid=3` chooses a page."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_HOST_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")


class UrlError(ValueError):
    """What a person typed is no web address; the message says why and what to write."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The parts of a host name by the Public Suffix List.

    `registered` is empty for IP addresses, single labels and bare suffixes; `shared` says that the suffix belongs to
    a hosting company (the list's private section), so that the neighbours belong to others.
    """

    host: str
    registered: str
    suffix: str
    shared: bool


def typed_url(text: str) -> tuple[str, bool]:
    """The URL that a person meant and whether they named the scheme; raises `UrlError`."""
    text = text.strip().strip("<>\"'")
    if not text:
        raise UrlError("no address was given; write for example https://www.example.gov")
    named = _SCHEME.match(text) is not None
    if not named and re.match(r"^[a-z][a-z0-9+.-]*:(?!\d)", text, re.I):
        raise UrlError(f"{text!r} is not a web address; write one that begins with https:// or http://")
    url = text if named else f"https://{text.removeprefix('//')}"
    return _checked(url, text), named


def _checked(url: str, text: str) -> str:
    try:
        url.encode()  # what a terminal gave in another encoding has no characters
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UrlError(f"{text!r} is not a web address ({error}); write for example https://www.example.gov") from error
    if parts.scheme not in _PORTS:
        raise UrlError(f"{text!r} uses {parts.scheme}:, which is not the web; write https:// or http://")
    if parts.username or parts.password:
        raise UrlError("the address holds a user name or password; write it without")
    if not _is_host(host) or port == 0:
        raise UrlError(
            f"{text!r} is not a web address: {host or 'nothing'!r} is no host name; "
            "write for example https://www.example.gov"
        )
    if len(url) > MAX_URL:
        raise UrlError(f"the address is longer than {MAX_URL} characters")
    return canonical(url) if not parts.query else ascii_host(url.partition("#")[0])


def _is_host(host: str) -> bool:
    ascii_host = idna(host)
    if len(ascii_host) > 253:
        return False
    if _as_ip(ascii_host):
        return True
    labels = ascii_host.rstrip(".").split(".")
    if not all(_HOST_LABEL.match(label) for label in labels):
        return False
    return labels == ["localhost"] or (len(labels) > 1 and not labels[-1].isdigit())


def ascii_host(url: str) -> str:
    """A URL with its host in punycode, else as it is: what it is handed to may know IDNA of 2003 alone."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if host.isascii() or not (plain := idna(host)):
        return url
    return urlunsplit(parts._replace(netloc=plain if port is None else f"{plain}:{port}"))


def _as_ip(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def canonical(url: str) -> str:
    """The one form of a URL by which pages are told apart; empty if it is no http(s) URL.

    Scheme and host in lower case and punycode, no default port, no fragment, dot segments resolved, percent-escapes in
    one form (RFC 3986, 6.2.2), parameters sorted, session and campaign parameters dropped (`data/url_noise.toml`).
    """
    try:
        parts = urlsplit(url)
        root = _root(parts.scheme, parts.netloc)
    except ValueError:
        return ""
    if not root:
        return ""
    query = _query(parts.query) if parts.query else ""
    return f"{root}{_path(parts.path)}?{query}" if query else root + _path(parts.path)


@lru_cache(maxsize=256)
def _root(scheme: str, netloc: str) -> str:
    """What stands before the path in a canonical URL; empty if it is not of the web. Raises ValueError for a port that
    is none."""
    parts = SplitResult(scheme, netloc, "", "", "")
    port, host = parts.port, idna((parts.hostname or "").rstrip("."))
    if scheme not in _PORTS or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if port in (None, _PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _path(path: str) -> str:
    if ";" in path or "(" in path:
        for pattern in _noise().path:
            path = pattern.sub("", path)
    path = _escapes(path)
    if "/." in path:
        path = _dot_segments(path)
    return path or "/"


def _escapes(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return _ESCAPE.sub(_one_escape, quote(text, safe=_SAFE + "?[]"))


def _one_escape(match: re.Match[str]) -> str:
    """An unreserved character as itself, unless it would complete a broken escape before it ("%5%655")."""
    char = unquote_to_bytes(match[0]).decode("latin-1")
    broken_before = "%" in match.string[max(0, match.start() - 2) : match.start()]
    return char if char in _UNRESERVED and not broken_before else match[0].upper()


def _dot_segments(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(kept) > 1:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _query(query: str) -> str:
    noise = _noise()
    kept = [part for part in query.replace("&amp;", "&").split("&") if part and not noise.drops(part)]
    return "&".join(sorted(_escapes(part) for part in kept))


@dataclass(frozen=True, slots=True)
class _Noise:
    session: frozenset[str]
    session_prefixes: tuple[str, ...]
    tracking: frozenset[str]
    tracking_prefixes: tuple[str, ...]
    path: tuple[re.Pattern[str], ...]

    def drops(self, parameter: str) -> bool:
        name, _, value = parameter.partition("=")
        name = name.lower()
        if name in self.tracking or name.startswith(self.tracking_prefixes):
            return True
        return (name in self.session or name.startswith(self.session_prefixes)) and bool(_TOKEN.match(value))


@cache
def _noise() -> _Noise:
    data = read_data("url_noise.toml")
    return _Noise(
        *_names(data["session"]["parameters"]),
        *_names(data["tracking"]["parameters"]),
        tuple(re.compile(pattern) for pattern in data["session"]["path_patterns"]),
    )


def _names(listed: list[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    exact = frozenset(name for name in listed if not name.endswith("*"))
    return exact, tuple(name[:-1] for name in listed if name.endswith("*"))


def read_data(name: str) -> dict[str, Any]:
    """A TOML file of this package's `data` folder."""
    return tomllib.loads(files("crawler").joinpath("data", name).read_text("utf-8"))


@cache
def _extract() -> TLDExtract:
    """Loaded when it is first asked: processes that only read pages never ask."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


@lru_cache(maxsize=4096)
def domain(host: str) -> Domain:
    """The host's registered domain, from the list that ships with tldextract (never the network).

    Under a suffix that is not listed the last label is the suffix (the list's default rule).
    """
    host = host.lower().rstrip(".")
    if _as_ip(host) or "." not in host:
        return Domain(host, "", "", False)
    found = _extract()(host)
    if not found.suffix:
        return Domain(host, ".".join(host.split(".")[-2:]), host.rpartition(".")[2], False)
    return Domain(host, found.top_domain_under_public_suffix, found.suffix, found.is_private)


def origin(url: str) -> str:
    """Scheme, host and port of a canonical URL: what robots.txt and the random path belong to."""
    return "/".join(url.split("/", 3)[:3])
