"""The indices: LOSI, OSI, EGDI, their levels, and ranks. Pure arithmetic; cuts and weights are data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.packaged import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from survey.indicator import Questionnaire


@dataclass(frozen=True, slots=True)
class Level:
    """A band of an index from `lower` up to the next; `inclusive` tells whether `lower` belongs to it."""

    name: str
    lower: float
    inclusive: bool
    source: str

    def reached_by(self, score: float) -> bool:
        """Tell whether a score is at or above this band's lower bound."""
        return score > self.lower or (self.inclusive and score == self.lower)


def losi_score(ones: int, questionnaire: Questionnaire) -> float:
    """Return the unweighted share of indicators answered yes, 0..1, over the edition's own denominator.

    Raise ValueError when `ones` is negative or above the denominator. Source: Survey 2022 annex, p. 202.
    """
    if not 0 <= ones <= questionnaire.denominator:
        raise ValueError(f"{ones} indicators met, but {questionnaire.edition} counts 0 to {questionnaire.denominator}")
    return ones / questionnaire.denominator


def ones(answers: Mapping[str, bool], questionnaire: Questionnaire) -> int:
    """Count the indicators answered yes; codes may be `220` or `losi-2024:220`.

    Raise UnknownIndicatorError on a code that is not in the edition.
    """
    return sum(_by_code(answers, questionnaire).values())


def criterion_shares(answers: Mapping[str, bool], questionnaire: Questionnaire) -> dict[str, float]:
    """Return for each criterion the share of its known indicators answered yes, 0..1; no answer counts as no.

    Raise UnknownIndicatorError on a code that is not in the edition.
    """
    given = _by_code(answers, questionnaire)
    asked, met = dict.fromkeys(questionnaire.criteria, 0), dict.fromkeys(questionnaire.criteria, 0)
    for indicator in questionnaire.indicators:
        for criterion in indicator.criteria:
            asked[criterion] += 1
            met[criterion] += given.get(indicator.code, False)
    return {criterion: met[criterion] / asked[criterion] for criterion in questionnaire.criteria}


def _by_code(answers: Mapping[str, bool], questionnaire: Questionnaire) -> dict[str, bool]:
    known = dict.fromkeys(questionnaire.codes)
    return {code if code in known else questionnaire.indicator(code).code: yes for code, yes in answers.items()}


@cache
def levels(index: str = "losi") -> tuple[Level, ...]:
    """Return the levels of an index, highest first: `losi`, or `egdi` (for OSI too); else LookupError."""
    table = read_toml("scoring.toml")["levels"]
    if index not in table:
        raise LookupError(f"no levels for the index {index!r}; known are {', '.join(sorted(table))}")
    return tuple(Level(row["name"], row["from"], row["inclusive"], row["source"]) for row in table[index])


def level(score: float, index: str = "losi") -> str:
    """Return the name of the level of a score in 0..1; raise ValueError outside that range."""
    if not 0 <= score <= 1:
        raise ValueError(f"a score lies in 0..1, not {score}")
    return next(band.name for band in levels(index) if band.reached_by(score))


def competition_ranks(scores: Mapping[str, float]) -> dict[str, int]:
    """Return the rank of each unit, 1 for the highest score; ties share it and use up places (1, 2, 2, 4).

    Scores tie when they are equal as numbers: round them first if they come from different arithmetic.
    """
    first: dict[float, int] = {}
    for place, score in enumerate(sorted(scores.values(), reverse=True), start=1):
        first.setdefault(score, place)
    return {unit: first[score] for unit, score in scores.items()}


@cache
def osi_weights() -> Mapping[str, float]:
    """Return the weight of each OSI sub-index, in sum 1; from memory and unconfirmed, as the file says."""
    weights: dict[str, float] = read_toml("scoring.toml")["osi"]["weights"]
    return MappingProxyType(weights)


def osi_raw(shares: Mapping[str, float], weights: Mapping[str, float] | None = None) -> float:
    """Return the weighted sum of sub-index shares (each 0..1) before normalisation across countries.

    `shares` may hold more criteria than have a weight (e-government literacy has none); raise ValueError
    if one is missing.
    """
    weights = osi_weights() if weights is None else weights
    missing = [name for name in weights if name not in shares]
    if missing:
        raise ValueError(f"no share for the sub-index {', '.join(missing)}")
    return sum(weight * shares[name] for name, weight in weights.items())


def min_max(values: Mapping[str, float]) -> dict[str, float]:
    """Return (value - min) / (max - min), 0..1, for each unit; raise ValueError if no two values differ."""
    if not values:
        raise ValueError("min-max normalisation needs at least two different values")
    low, high = min(values.values()), max(values.values())
    return {unit: normalised(value, low, high) for unit, value in values.items()}


def normalised(value: float, low: float, high: float) -> float:
    """Return (value - low) / (high - low): how the Survey puts a country between the lowest and the highest assessed.

    Raise ValueError if these two do not differ. Source: `[osi.normalisation]` of the package's `scoring.toml`.
    """
    if low == high:
        raise ValueError("min-max normalisation needs at least two different values")
    return (value - low) / (high - low)


def egdi(osi: float, hci: float, tii: float) -> float:
    """Return the E-Government Development Index: the mean of the three normalised components, each 0..1.

    So from the edition of 2012 on. That of 2010 weighs the OSI with 0.34, the others with 0.33 each (derived from
    `published_results.csv`, where the `status` of a row tells which values of 0 are none of this formula).
    """
    return (osi + hci + tii) / 3


def mean_over(values: Mapping[str, float], units: Iterable[str]) -> float:
    """Return the mean over units, such as a region's members; KeyError if one has no value."""
    picked = [values[unit] for unit in units]
    if not picked:
        raise ValueError("a mean needs at least one unit")
    return sum(picked) / len(picked)


def as_published(score: float, places: int = 4) -> float:
    """Round as the Survey prints: to `places` decimals, a half upwards (0.90625 is printed 0.9063)."""
    step = Decimal(1).scaleb(-places)
    return float(Decimal(repr(score)).quantize(step, rounding=ROUND_HALF_UP))
