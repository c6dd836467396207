"""The keys that replay tools look URLs up by: as the Python package surt makes them, which pywb uses."""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from storage.archive.surt import surt, without_fragment

_IPV4 = re.compile(r"^\d+(?:\.\d+){3}(?=[:)])")
_WWW = re.compile(r",www\d*(?=[:)])")
_LAYERS = 100
"""Escapes of escapes that are undone; each layer costs a look at the whole URL."""

_KEPT = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PATH_SESSIONS = tuple(
    re.compile(rf"^(.*/){session}/([^?]+\.aspx.*)$")
    for session in (r"\((?:[a-z]\([0-9a-z]{24}\))+\)", r"\([0-9a-z]{24}\)")
)
_QUERY_SESSIONS = tuple(
    re.compile(rf"^(.*){session}(?:&(.*))?$")
    for session in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


def shared_key(url: str) -> str:
    """The key of `url`: SURT without `www.`, in lower case; escapes undone as often as there are any, and only what
    needs one escaped again; the path without dots, empty steps and a slash at its end, the query in the order of its
    names, both without numbers of sessions. Other URLs than of the web come back without fragment."""
    key, plain = surt(url), without_fragment(url)
    try:
        parts = urlsplit(plain)
    except ValueError:
        return key
    if parts.scheme not in ("http", "https") or ")" not in key:
        return key
    host = _WWW.sub("", key.partition(")")[0].lower() + ")")
    host = _IPV4.sub(lambda found: ",".join(reversed(found[0].split("."))), host)
    query = _query(parts.query)
    return f"{host}{_path(parts.path)}{'?' + query if query else ''}"


def _path(path: str) -> str:
    steps: list[str] = []
    for step in _unescaped(path).decode("latin-1").split("/")[1:] or [""]:
        if step == ".." and steps:
            steps.pop()
        elif step != ".":
            steps.append(step)
    kept = [step for step in steps[:-1] if step] + steps[-1:]
    key = _escaped("/" + "/".join(kept)).lower()
    for pattern in _PATH_SESSIONS:
        key = pattern.sub(r"\1\2", key)
    return key[:-1] if len(key) > 1 and key.endswith("/") else key


def _query(query: str) -> str:
    key = _escaped(_unescaped(query).decode("latin-1")).lower()
    for pattern in _QUERY_SESSIONS:
        key = pattern.sub(r"\1\2", key)
    return "&".join(sorted(key.split("&"), key=lambda pair: pair.split("=", 1)))


def _unescaped(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    for _ in range(_LAYERS):
        clear = unquote_to_bytes(data)
        if clear == data:
            break
        data = clear
    return data


def _escaped(text: str) -> str:
    return quote_from_bytes(text.encode("latin-1"), safe=_KEPT)
