"""The curve from combined strength to probability: isotonic regression on pages, with the old curve as a weak prior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from sklearn.isotonic import IsotonicRegression

from detectors.calibration import interpolate, told
from detectors.observation import PROOF
from losi.reliability import Outcome, brier, calibration_error
from scripts.fitting.pages import folds, judge

if TYPE_CHECKING:
    from detectors.inspector import Inspector
    from scripts.fitting.pages import Judged, LabelledPage

HINTS_END = 0.49
KNOTS = (0.0, 0.15, 0.3, 0.45, HINTS_END, PROOF, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Strengths at which the curve is written down; it jumps between the last hint and the first proof."""
PRIOR_WEIGHT = 10.0
"""A knot of the old curve counts as so many pages."""
_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Curve:
    """Piecewise linear through (strength, probability), level beyond both ends."""

    strength: tuple[float, ...]
    probability: tuple[float, ...]

    def __call__(self, strength: float) -> float:
        """The probability that a feature with proof of this strength is there."""
        return interpolate(strength, self.strength, self.probability)


@dataclass(frozen=True, slots=True)
class Trial:
    """Brier score and expected calibration error of two ways of telling, on the same pages x features."""

    pairs: int
    before: tuple[float, float]
    after: tuple[float, float]


def outcomes(judged: Sequence[Judged], curve: Curve, log_odds: Mapping[str, float] = _NONE) -> list[Outcome]:
    """Expected and observed for every feature of which something was seen on a page; `log_odds` move the curve where
    that is proof."""
    return [
        Outcome(told(curve, strength, log_odds.get(feature, 0.0)), feature in each.page.labels)
        for each in judged
        for feature, strength in each.strengths.items()
    ]


def fit(judged: Sequence[Judged], prior: Curve) -> Curve:
    """The rising curve nearest to what was observed. Hints and proof are fitted apart: the rule treats them apart."""
    pairs = [(x, feature in each.page.labels) for each in judged for feature, x in each.strengths.items()]
    low, high = [k for k in KNOTS if k < PROOF], [k for k in KNOTS if k >= PROOF]
    values = [
        *_isotonic([pair for pair in pairs if pair[0] < PROOF], low, prior),
        *_isotonic([pair for pair in pairs if pair[0] >= PROOF], high, prior),
    ]
    return Curve(KNOTS, tuple(round(float(value), 3) for value in np.maximum.accumulate(values)))


def _isotonic(pairs: list[tuple[float, bool]], knots: list[float], prior: Curve) -> list[float]:
    """Isotonic regression over the knots: at each the posterior mean of the pairs that lie nearest to it."""
    nearest = [int(np.argmin(np.abs(np.array(knots) - x))) for x, _ in pairs]
    right = np.bincount(nearest, weights=[float(y) for _, y in pairs], minlength=len(knots))
    weights = np.bincount(nearest, minlength=len(knots)) + PRIOR_WEIGHT
    means = (right + PRIOR_WEIGHT * np.array([prior(knot) for knot in knots])) / weights
    model = IsotonicRegression(y_min=0.01, y_max=0.99)
    return [float(value) for value in model.fit_transform(knots, means, sample_weight=weights)]


def cross_validate(pages: Sequence[LabelledPage], inspector: Inspector, hand: Curve, number: int) -> Trial:
    """The hand-set curve beside the one fitted on the other folds."""
    old: list[Outcome] = []
    new: list[Outcome] = []
    for fitted_on, tested_on in folds(pages, number):
        curve = fit(judge(fitted_on, inspector), hand)
        judged = judge(tested_on, inspector)
        old += outcomes(judged, hand)
        new += outcomes(judged, curve)
    return Trial(len(old), (brier(old), calibration_error(old)), (brier(new), calibration_error(new)))
