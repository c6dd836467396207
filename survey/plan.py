"""What it takes to add a feature to a portal, and the Sustainable Development Goals that it serves: data of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from survey.extension import folder, noted, own_rows, place_of
from survey.features import features
from survey.packaged import SurveyDataError, read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from survey.indicator import Indicator

Grade = Literal["easy", "moderate", "hard"]
_GOALS = frozenset(map(str, range(1, 18)))
GRADES: tuple[Grade, ...] = get_args(Grade)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a feature is to add for a portal that runs: `grade`, and in a sentence why.

    `source` is `ours` where the grade is this product's judgement, else where it was read.
    """

    grade: Grade
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """A target (`16.10`) of a goal (1 to 17, with its short title) of the 2030 Agenda (A/RES/70/1).

    `source` is `ours` where this product links the feature to the target, else where that was read.
    """

    goal: int
    title: str
    target: str
    source: str


UNJUDGED = Effort("moderate", "Nobody has judged what it takes", "none")
"""The effort of a feature that an extension brings without one."""


def efforts() -> Mapping[str, Effort]:
    """Return the effort of every feature that has one, by its key; the mapping is read-only."""
    return _efforts(folder())


@cache
def _efforts(place: Path | None) -> Mapping[str, Effort]:
    return read_efforts(place, features())


def read_efforts(place: Path | None, known: Collection[str], faults: list[str] | None = None) -> Mapping[str, Effort]:
    """Read the efforts that ship and those of an extension, of the features that are known; what is wrong is noted in
    `faults`, without them raised."""
    own = own_rows(place, "effort.csv", ("feature", "effort", "reason", "source"), faults=faults)
    return parse_efforts([*read_rows("effort.csv"), *own], known, faults)


def targets() -> Mapping[str, tuple[Target, ...]]:
    """Return the targets that every feature serves, by its key; the mapping is read-only."""
    return _targets(folder())


@cache
def _targets(place: Path | None) -> Mapping[str, tuple[Target, ...]]:
    return read_targets(place, features())


def read_targets(
    place: Path | None, known: Collection[str], faults: list[str] | None = None
) -> Mapping[str, tuple[Target, ...]]:
    """Read the targets as `read_efforts` does the efforts."""
    own = own_rows(place, "sdgs.csv", ("feature", "goal", "title", "target", "source"), faults=faults)
    return parse_targets([*read_rows("sdgs.csv"), *own], known, faults)


def parse_efforts(
    rows: Iterable[Mapping[str, str]], known: Collection[str], faults: list[str] | None = None
) -> Mapping[str, Effort]:
    """Build the efforts of CSV rows; raise SurveyDataError on an unknown feature or grade, or a repeated feature, or
    note it in `faults` and leave the row out."""
    found: dict[str, Effort] = {}
    for row in rows:
        with noted(faults):
            found |= _effort(row, known, found)
    return MappingProxyType(found)


def _effort(row: Mapping[str, str], known: Collection[str], found: Collection[str]) -> dict[str, Effort]:
    feature, place = row["feature"], place_of(row, "effort")
    grade = next((each for each in GRADES if each == row["effort"]), None)
    if grade is None:
        raise SurveyDataError(f"{place}: effort of {feature}: {row['effort']!r} is not one of {', '.join(GRADES)}")
    if feature not in known:
        raise SurveyDataError(f"{place}: {feature!r} is no feature")
    if feature in found:
        raise SurveyDataError(f"{place}: {feature!r} is given twice, here or by what ships")
    return {feature: Effort(grade, row["reason"], row["source"])}


def parse_targets(
    rows: Iterable[Mapping[str, str]], known: Collection[str], faults: list[str] | None = None
) -> Mapping[str, tuple[Target, ...]]:
    """Build the targets of CSV rows; raise SurveyDataError on an unknown feature or a target outside its goal, or note
    it in `faults` and leave the row out."""
    found: dict[str, list[Target]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        with noted(faults):
            target = _target(row, known, titles)
            found.setdefault(row["feature"], []).append(target)
    return MappingProxyType({feature: tuple(each) for feature, each in found.items()})


def _target(row: Mapping[str, str], known: Collection[str], titles: dict[str, str]) -> Target:
    """The target of a row; `titles` are those of the goals, as the first row calls each."""
    feature, goal, place = row["feature"], row["goal"], place_of(row, "sdgs")
    if feature not in known:
        raise SurveyDataError(f"{place}: {feature!r} is no feature")
    if goal not in _GOALS or row["target"].partition(".")[0] != goal:
        raise SurveyDataError(f"{place}: {feature}: target {row['target']} does not fit goal {goal}")
    title = titles.setdefault(goal, row["title"])
    if title != row["title"]:
        raise SurveyDataError(f"{place}: goal {goal} is called {title!r}, not {row['title']!r}")
    return Target(int(goal), row["title"], row["target"], row["source"])


def effort_of(indicator: Indicator) -> Effort:
    """Return the least effort that answers an indicator: any one of its features is enough."""
    known = [efforts().get(key, UNJUDGED) for key in indicator.features]
    return min(known, key=lambda effort: GRADES.index(effort.grade))


def targets_of(indicator: Indicator) -> tuple[Target, ...]:
    """Return the targets that the features of an indicator serve, each once, in the Agenda's order: by goal, then
    16.6 before 16.10, and the means of implementation (11.a) last."""
    found = {each.target: each for key in indicator.features for each in targets().get(key, ())}
    return tuple(sorted(found.values(), key=_place))


def _place(target: Target) -> tuple[int, bool, int, str]:
    """What sorts targets as the Agenda lists them."""
    number = target.target.partition(".")[2]
    return target.goal, not number.isdecimal(), int(number) if number.isdecimal() else 0, number
