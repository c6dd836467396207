"""The fitted numbers of conclusions: how sure a strength is, and how much a search of some breadth still misses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import exp
from typing import Any

from detectors.packaged import data


def rules() -> Mapping[str, Any]:
    """The table of `data/conclusions.toml`."""
    return data("conclusions")


def probability(strength: float, feature: str = "") -> float:
    """The probability, 0..1, that a feature is there, from the combined strength of what was seen: what the curve says
    of all features, for proof moved by how often proof of this one has held (`data/reliability.toml`). It never falls
    as the strength grows. Fitted on labelled pages (docs/accuracy.md)."""
    return told(_of_all, strength, data("reliability")["log_odds"].get(feature, 0.0))


def told(curve: Callable[[float], float], strength: float, log_odds: float) -> float:
    """The probability by a curve that rises, moved by so much where the strength is proof; no proof says less than the
    strongest hint."""
    rule = rules()
    strongest_hint = float(rule["hint_ceiling"])
    if strength < rule["present_from"]:
        return curve(min(strength, strongest_hint))
    return max(moved(curve(strength), log_odds), curve(strongest_hint))


def _of_all(strength: float) -> float:
    curve = rules()["curve"]
    return interpolate(strength, curve["strength"], curve["probability"])


def proves(strength: float, feature: str) -> bool:
    """Whether the combined strength is proof, and proof of this feature holds more often than not."""
    rule = rules()
    return bool(strength >= rule["present_from"] and probability(strength, feature) >= rule["least_likely"])


def moved(chance: float, log_odds: float) -> float:
    """A probability in (0, 1) whose natural log-odds are so much greater."""
    return chance / (chance + (1.0 - chance) * exp(-log_odds))


def chance_of_miss(pages: int, exhausted: bool) -> float:
    """The chance, 0..1, that a feature which the portal has was not found on so many pages.

    Either no page with proof was among them (less likely when no page was left), or the proof was not seen at all.
    """
    rule = rules()["absent"]
    unreached = interpolate(pages, rule["miss_at"], rule["miss"])
    if exhausted:
        unreached *= float(rule["exhausted_factor"])
    return unreached + (1.0 - unreached) * float(rule["unrecognised"])


def interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Piecewise linear through (xs, ys), level beyond both ends; `xs` must rise."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    index = bisect_right(xs, x)
    share = (x - xs[index - 1]) / (xs[index] - xs[index - 1])
    return ys[index - 1] + share * (ys[index] - ys[index - 1])
