"""How much more, or less, proof of one feature is worth than proof of all: log-odds by feature, drawn towards none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scipy.optimize import brentq

from detectors.calibration import moved
from losi.reliability import brier, calibration_error
from scripts.fitting import curve as curves
from scripts.fitting.pages import folds, judge

if TYPE_CHECKING:
    from detectors.inspector import Inspector
    from losi.reliability import Outcome
    from scripts.fitting.curve import Curve, Trial
    from scripts.fitting.pages import Judged, LabelledPage

PRIOR_VARIANCE = 1.0
"""Of the log-odds of features about those of all: most lie within a factor of 2.7 of the odds."""
_FURTHEST = 50.0
"""No log-odds lie beyond: the prior keeps them within a few units for any number of pages."""


def fit(judged: Sequence[Judged], curve: Curve) -> dict[str, float]:
    """Per feature of which proof was seen, the log-odds by which the curve is moved for proof (posterior mode under a
    normal prior)."""
    pairs: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for each in judged:
        for feature in each.proved:
            strength = each.strengths[feature]
            pairs[feature].append((curve(strength), feature in each.page.labels))
    return {feature: round(_offset(pairs[feature]), 2) + 0.0 for feature in sorted(pairs)}


def _offset(pairs: Sequence[tuple[float, bool]]) -> float:
    """Where the slope of the posterior, which falls, is nought."""

    def slope(offset: float) -> float:
        return sum(seen - moved(told, offset) for told, seen in pairs) - offset / PRIOR_VARIANCE

    return float(brentq(slope, -_FURTHEST, _FURTHEST))


def cross_validate(pages: Sequence[LabelledPage], inspector: Inspector, hand: Curve, number: int) -> Trial:
    """The curve fitted on the other folds, alone and moved by feature."""
    alone: list[Outcome] = []
    both: list[Outcome] = []
    for fitted_on, tested_on in folds(pages, number):
        known, judged = judge(fitted_on, inspector), judge(tested_on, inspector)
        curve = curves.fit(known, hand)
        alone += curves.outcomes(judged, curve)
        both += curves.outcomes(judged, curve, fit(known, curve))
    return curves.Trial(len(alone), (brier(alone), calibration_error(alone)), (brier(both), calibration_error(both)))
