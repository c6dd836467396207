"""Links that lead a crawler in circles: calendars, combined filters, self-feeding paths, print versions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from crawler.urls import read_data

_DIGITS = re.compile(r"\d+")
_SLUG = re.compile(r"^(?=.*[-_%0])[^.]{9,}(?=\.\w{2,5}$|$)|^[^.]{25,}(?=\.\w{2,5}$|$)")
_FACET = re.compile(
    r"(?i)(?:^|&)(?:f|filter|facets?|fq|refine|sort|order|orderby|sort_?by|tags?|cat(?:egory)?|type|field_[\w]+|"
    r"tx_[\w]+)(?:%5b[^=&]*|\[[^=&]*)?(?:_\w+)?=",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Rules:
    limits: dict[str, int]
    patterns: tuple[tuple[str, str, re.Pattern[str]], ...]


def trap(url: str) -> str:
    """Why a canonical URL is not worth a request; empty if it is. The rules are in `data/traps.toml`."""
    rules = _rules()
    if len(url) > rules.limits["url_length"]:
        return "URL too long"
    parts = urlsplit(url)
    return _path_trap(parts.path, rules) or (_query_trap(parts.query, rules) if parts.query else "")


def _path_trap(path: str, rules: _Rules) -> str:
    if path.count("/") > rules.limits["path_depth"]:
        return "path too deep"
    if path.count("/") >= rules.limits["repeated_segment"]:
        segments = Counter(part for part in path.split("/") if part)
        if segments and max(segments.values()) >= rules.limits["repeated_segment"]:
            return "repeating path"
    return next((reason for reason, on, pattern in rules.patterns if on == "path" and pattern.search(path)), "")


def _query_trap(query: str, rules: _Rules) -> str:
    if query.count("&") >= rules.limits["parameters"]:
        return "too many parameters"
    if len(_FACET.findall(query)) >= rules.limits["facet_parameters"]:
        return "combined filters"
    return next((reason for reason, on, pattern in rules.patterns if on == "query" and pattern.search(query)), "")


def shape(url: str) -> str:
    """What URLs of one template have in common: host, path with numbers and slugs masked, names of parameters."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    masked = "/".join(_SLUG.sub("*", _DIGITS.sub("0", part)) if part else part for part in segments)
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
    return _Rules(data["limits"], patterns)
