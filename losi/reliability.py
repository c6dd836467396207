"""How far confidences are to be believed: what they expect against what readers saw. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """A confidence, 0..1, and whether it came true."""

    expected: float
    observed: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """The outcomes whose confidence lies in [low, high): their number, mean confidence and observed share."""

    low: float
    high: float
    number: int
    expected: float
    observed: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins that hold something, and two scores: 0 is best, and 0.25 is a coin's Brier score."""

    number: int
    brier: float
    error: float
    bins: tuple[Bin, ...]


def reliability(outcomes: Sequence[Outcome], bins: int = BINS) -> Reliability:
    """Reliability by bins of equal width."""
    return Reliability(len(outcomes), brier(outcomes), calibration_error(outcomes, bins), _bins(outcomes, bins))


def brier(outcomes: Sequence[Outcome]) -> float:
    """The mean squared difference between confidence and outcome (Brier 1950); 0 for no outcomes."""
    return sum((o.expected - o.observed) ** 2 for o in outcomes) / max(1, len(outcomes))


def calibration_error(outcomes: Sequence[Outcome], bins: int = BINS) -> float:
    """Expected calibration error: the mean over outcomes of |expected - observed| of their bin (Naeini et al. 2015)."""
    gaps = sum(each.number * abs(each.expected - each.observed) for each in _bins(outcomes, bins))
    return gaps / max(1, len(outcomes))


def _bins(outcomes: Sequence[Outcome], bins: int) -> tuple[Bin, ...]:
    groups: list[list[Outcome]] = [[] for _ in range(bins)]
    for outcome in outcomes:
        groups[min(int(outcome.expected * bins), bins - 1)].append(outcome)
    return tuple(
        Bin(
            place / bins,
            (place + 1) / bins,
            len(group),
            sum(o.expected for o in group) / len(group),
            sum(o.observed for o in group) / len(group),
        )
        for place, group in enumerate(groups)
        if group
    )
