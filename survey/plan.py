"""What it takes to add a feature to a portal, and the Sustainable Development Goals that it serves: data of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from survey.extension import folder, own_rows, place_of
from survey.features import features
from survey.packaged import SurveyDataError, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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
    own = own_rows(place, "effort.csv", ("feature", "effort", "reason", "source"))
    return parse_efforts([*read_rows("effort.csv"), *own])


def targets() -> Mapping[str, tuple[Target, ...]]:
    """Return the targets that every feature serves, by its key; the mapping is read-only."""
    return _targets(folder())


@cache
def _targets(place: Path | None) -> Mapping[str, tuple[Target, ...]]:
    own = own_rows(place, "sdgs.csv", ("feature", "goal", "title", "target", "source"))
    return parse_targets([*read_rows("sdgs.csv"), *own])


def parse_efforts(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Effort]:
    """Build the efforts of CSV rows; raise SurveyDataError on an unknown feature or grade, or a repeated feature."""
    found: dict[str, Effort] = {}
    for row in rows:
        grade = next((each for each in GRADES if each == row["effort"]), None)
        if grade is None:
            known = ", ".join(GRADES)
            raise SurveyDataError(
                f"{place_of(row, 'effort')}: effort of {row['feature']}: {row['effort']!r} is not one of {known}"
            )
        if row["feature"] not in features():
            raise SurveyDataError(f"{place_of(row, 'effort')}: {row['feature']!r} is no feature")
        if row["feature"] in found:
            raise SurveyDataError(
                f"{place_of(row, 'effort')}: {row['feature']!r} is given twice, here or by what ships"
            )
        found[row["feature"]] = Effort(grade, row["reason"], row["source"])
    return MappingProxyType(found)


def parse_targets(rows: Iterable[Mapping[str, str]]) -> Mapping[str, tuple[Target, ...]]:
    """Build the targets of CSV rows; raise SurveyDataError on an unknown feature or a target outside its goal."""
    found: dict[str, list[Target]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        if row["feature"] not in features():
            raise SurveyDataError(f"{place_of(row, 'sdgs')}: {row['feature']!r} is no feature")
        if row["goal"] not in _GOALS or row["target"].partition(".")[0] != row["goal"]:
            raise SurveyDataError(
                f"{place_of(row, 'sdgs')}: {row['feature']}: target {row['target']} does not fit goal {row['goal']}"
            )
        title = titles.setdefault(row["goal"], row["title"])
        if title != row["title"]:
            place = place_of(row, "sdgs")
            raise SurveyDataError(f"{place}: goal {row['goal']} is called {title!r}, not {row['title']!r}")
        target = Target(int(row["goal"]), row["title"], row["target"], row["source"])
        found.setdefault(row["feature"], []).append(target)
    return MappingProxyType({feature: tuple(each) for feature, each in found.items()})


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
