"""What a link is worth before anything is known of its surroundings: by where it stands, its label and its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from crawler.urls import read_data

if TYPE_CHECKING:
    from crawler.promises import Promise

_BREAK = re.compile(r"[-_+]|%20")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_DATE = re.compile(r"[/=_-](?:19|20)\d\d[/_-](?:0?[1-9]|1[0-2])(?:[/_-]|$)")
_DIGIT = re.compile(r"\d")


@cache
def rules() -> Mapping[str, Any]:
    """The numbers of `data/frontier.toml`."""
    return read_data("frontier.toml")


@cache
def zone_prior(zone: str) -> float:
    """What an unlabelled link in this zone is worth."""
    zones: Mapping[str, float] = rules()["zone"]
    return zones.get(zone, zones["main"])


def prior(url: str, zone: str, depth: int, features: Promise) -> float:
    """What the place of a link is worth, whatever its label promises.

    A canonical URL of few steps leads to a section, one that ends in a number to an item among many; a label that says
    what it leads to leaves less to be discovered than one that says nothing known.
    """
    path = url.partition("?")[0].rstrip("/")
    steps = path.count("/") - 2
    numbered = steps > 0 and _DIGIT.search(path, path.rfind("/")) is not None
    told = any(weight >= rules()["told_from"] for _, weight in features)
    return _prior(zone, depth, steps, numbered, told)


@cache
def _prior(zone: str, depth: int, steps: int, numbered: bool, told: bool) -> float:
    table = rules()
    worth = (zone_prior(zone) + table["depth"] / (1 + depth)) * (1.0 + table["section"] / (1 + steps))
    worth *= table["numbered"] if numbered else 1.0
    return float(worth * (table["told"] if told else 1.0))


def is_story(url: str, label: str) -> bool:
    """Whether a link leads to one news item or paper among many: its label or its address is a sentence or is dated."""
    table = rules()
    longest = table["wide_length"] if _SPACELESS.search(label) else table["headline_length"]
    if len(label) >= longest or label.count(" ") >= table["headline_words"] - 1:
        return True
    path = url.partition("?")[0].rstrip("/")
    return len(_BREAK.findall(path, path.rfind("/"))) >= table["slug_words"] - 1 or bool(_DATE.search(url))
