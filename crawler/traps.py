"""Links that lead a crawler in circles: calendars, combined filters, self-feeding paths, print versions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from crawler.urls import read_data

_LOGIN = "login redirect"
_DIGITS = re.compile(r"\d+")
_SLUG = re.compile(r"^(?=.*[-_%0])[^.]{9,}(?=\.\w{2,5}$|$)|^[^.]{25,}(?=\.\w{2,5}$|$)")
_SHORTEST_SLUG = 9
_FACET = re.compile(
    r"(?i)(?:^|&)(?:f|filter|facets?|fq|refine|sort|order|orderby|sort_?by|tags?|cat(?:egory)?|type|field_[\w]+|"
    r"tx_[\w]+)(?:%5b[^=&]*|\[[^=&]*)?(?:_\w+)?=",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Rules:
    limits: dict[str, int]
    nothing: frozenset[str]
    login: tuple[re.Pattern[str], ...]
    patterns: tuple[tuple[str, str, re.Pattern[str]], ...]


def trap(url: str) -> str:
    """Why a canonical URL is not worth a request; empty if it is. The rules are in `data/traps.toml`."""
    rules = _rules()
    if len(url) > rules.limits["url_length"]:
        return "URL too long"
    parts = urlsplit(url)
    return _path_trap(parts.path, rules) or (_query_trap(parts.path, parts.query, rules) if parts.query else "")


def leads_on(reason: str) -> bool:
    """Whether something may stand behind links that are cut for this reason (empty: not cut) which stands nowhere
    else."""
    return reason not in _rules().nothing


def login(url: str) -> str:
    """The address of the login page that a canonical URL leads to, without where that one leads back; empty if it is
    none."""
    before, _, query = url.partition("?")
    kept = [part for part in query.split("&") if not any(pattern.search(part) for pattern in _rules().login)]
    rest = "&".join(kept)
    return "" if rest == query else f"{before}?{rest}" if rest else before


def _path_trap(path: str, rules: _Rules) -> str:
    if path.count("/") > rules.limits["path_depth"]:
        return "path too deep"
    if path.count("/") >= rules.limits["repeated_segment"]:
        segments = Counter(part for part in path.split("/") if part)
        if segments and max(segments.values()) >= rules.limits["repeated_segment"]:
            return "repeating path"
    return next((reason for reason, on, pattern in rules.patterns if on == "path" and pattern.search(path)), "")


def _query_trap(path: str, query: str, rules: _Rules) -> str:
    if query.count("&") >= rules.limits["parameters"]:
        return "too many parameters"
    if len(_FACET.findall(query)) >= rules.limits["facet_parameters"]:
        return "combined filters"
    held = {"query": query, "url": f"{path}?{query}"}
    return next((reason for reason, on, pattern in rules.patterns if on in held and pattern.search(held[on])), "")


def shape(url: str) -> str:
    """What URLs of one template have in common: host, path with numbers and slugs masked, names of parameters."""
    parts = urlsplit(url)
    segments = _DIGITS.sub("0", parts.path).split("/")
    masked = "/".join(_SLUG.sub("*", part) if len(part) >= _SHORTEST_SLUG else part for part in segments)
    names = "&".join(part.partition("=")[0] for part in parts.query.split("&")) if parts.query else ""
    return f"{parts.netloc}{masked}?{names}"


def section(url: str) -> str:
    """The part of a site that a canonical URL lies in: its host and first folder."""
    parts = url.split("/", 4)
    return "/".join(parts[:4] if len(parts) > 4 else parts[:3])


@cache
def _rules() -> _Rules:
    data = read_data("traps.toml")
    patterns = tuple((rule["reason"], rule["on"], re.compile(rule["pattern"])) for rule in data["rule"])
    login = tuple(pattern for reason, _, pattern in patterns if reason == _LOGIN)
    return _Rules(data["limits"], frozenset(data["nothing_behind"]), login, patterns)
