"""Which features are told by two topics in one place, and by which: data of `data/compositions.toml`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from detectors.packaged import data

GENERAL = "general."
OPENING = "opening."


@dataclass(frozen=True, slots=True)
class Name:
    """What a part of a composition may be told by: the terms of a feature (only its strong ones where `strong`, only
    those that speak of `kind` where it is given), a list of general vocabulary, or one of openings of compounds."""

    text: str
    strong: bool = False
    kind: str = ""

    @property
    def is_general(self) -> bool:
        """Whether it names a list of general vocabulary."""
        return self.text.startswith(GENERAL)


Part = tuple[Name, ...]
Composition = tuple[Part, ...]
"""Every part must be touched, each by any of its names; parts with features come first."""


@cache
def compositions() -> Mapping[str, tuple[Composition, ...]]:
    """The compositions of every composed feature; any one of them proves it."""
    table = data("compositions")
    found: dict[str, tuple[Composition, ...]] = {}
    for key, family in table["families"].items():
        for member, names in table[family["over"]].items():
            opening = [f"{OPENING}{member}"] if family.get("compounds") else []
            feature = f"{family.get('name', key)}.{member}"
            found[feature] = (*found.get(feature, ()), _composition([[*names, *opening], family["beside"]]))
    for feature, parts in table["features"].items():
        found[feature] = (*found.get(feature, ()), _composition(parts))
    return found


def _composition(parts: list[Any]) -> Composition:
    named = [tuple(map(_name, part)) for part in parts]
    return tuple(sorted(named, key=lambda part: all(name.is_general for name in part)))


def _name(text: str) -> Name:
    """The name as the data writes it: `feature`, `feature!` (strong terms) or `feature:kind`."""
    feature, _, kind = text.rstrip("!").partition(":")
    return Name(feature, text.endswith("!"), kind)


@lru_cache(maxsize=4096)
def kinds_of(meaning: str) -> frozenset[str]:
    """The kinds that a term of this meaning speaks of, as "ministry" for "minister of health"."""
    said = meaning.casefold()
    return frozenset(
        kind for kind, words in data("compositions")["kinds"].items() if any(word in said for word in words)
    )


def composed_of(told: Collection[str]) -> frozenset[str]:
    """The composed features whose every part has a name among `told` (features and `general.<list>`)."""
    return frozenset(ways_told(frozenset(told)))


def ways_told(told: frozenset[str]) -> Mapping[str, Sequence[Composition]]:
    """By composed feature, the compositions whose every part has a name among `told`."""
    return _ways(told & _names())


@lru_cache(maxsize=1024)
def _ways(told: frozenset[str]) -> Mapping[str, Sequence[Composition]]:
    found: dict[str, list[Composition]] = {}
    for feature, way in _each():
        if not any(told.isdisjoint([name.text for name in part]) for part in way):
            found.setdefault(feature, []).append(way)
    return found


@cache
def _names() -> frozenset[str]:
    return frozenset(name.text for _, way in _each() for part in way for name in part)


def _each() -> Iterator[tuple[str, Composition]]:
    return ((feature, way) for feature, ways in compositions().items() for way in ways)
