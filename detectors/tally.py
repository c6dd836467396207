"""The observations of a run as they come in: the best of each feature, what they come to together, what is settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detectors.accidents import Apart
from detectors.calibration import proves, rules
from detectors.standing import standing

if TYPE_CHECKING:
    from detectors.observation import Observation

_HELD = 2
"""So many times the observations that are told are held."""

_Order = tuple[float, int, tuple[str, ...], tuple[tuple[int, int], ...]]


@dataclass(slots=True)
class _Kept:
    """The best observations of one feature, one per page and target, in memory that does not grow. `last` is what a
    further one must surpass, by polarity, where no more are kept; `apart` tells accidents."""

    best: list[Observation] = field(default_factory=list)
    against: list[Observation] = field(default_factory=list)
    apart: Apart = field(default_factory=Apart)
    last: dict[str, _Order] = field(default_factory=dict)

    def add(self, observation: Observation, keep: int) -> bool:
        """Whether the observation is among the best, and was not yet."""
        place, last = _order(observation), self.last.get(observation.polarity)
        if last is not None and place >= last:
            return False
        kept = self.best if observation.polarity == "for" else self.against
        alike = next((other for other in kept if _key(other) == _key(observation)), None)
        if alike is not None:
            if place >= _order(alike):
                return False
            kept.remove(alike)
        kept.append(observation)
        kept.sort(key=_order)
        del kept[keep:]
        if len(kept) == keep:
            self.last[observation.polarity] = _order(kept[-1])
        return True


def _key(observation: Observation) -> tuple[str, str]:
    """Sightings with the same words and target (a menu on every page) are one."""
    return observation.quote, observation.href or observation.url


def _order(observation: Observation) -> _Order:
    """Strongest first; then the earliest capture; then by all that is written, so that the order of arrival never
    matters."""
    o = observation
    capture = o.capture if o.capture is not None else 1 << 60
    words = (o.url, o.quote, o.href, o.kind, o.zone, o.detector, o.version, o.why, o.gloss, o.language, o.selector)
    return -standing(o), capture, words, o.matched


class Tally:
    """Observations of a run as they come in: the best of each feature, and what is settled."""

    def __init__(self, features: Iterable[str]) -> None:
        self._kept: dict[str, _Kept] = {feature: _Kept() for feature in features}
        self._settled: set[str] = set()
        self.languages: Counter[str] = Counter()
        self.pages = 0

    def add(self, language: str, observations: Iterable[Observation]) -> None:
        """Count one page read in `language` (empty: unknown) with what was seen on it."""
        self.pages += 1
        self.languages[language] += 1
        self.note(observations)

    def note(self, observations: Iterable[Observation]) -> None:
        """Observations that belong to no page (transport, browser, site structure)."""
        keep, settled_from = int(rules()["keep"]), float(rules()["settled_from"])
        for observation in observations:
            kept = self._kept.get(observation.feature)
            if kept is None:
                continue
            if observation.is_proof:
                kept.apart.add(observation)
            if not kept.add(observation, _HELD * keep) or observation.feature in self._settled:
                continue
            strength = combined(kept.best[:keep])
            if strength >= settled_from and proves(strength, observation.feature):
                self._settled.add(observation.feature)

    @property
    def settled(self) -> Collection[str]:
        """Features with so much proof that more would change nothing."""
        return self._settled

    @property
    def features(self) -> Collection[str]:
        """The features that are tallied."""
        return self._kept.keys()

    def best(self, feature: str) -> list[Observation]:
        """The best observations for the feature, strongest first."""
        return self.held(feature)[: int(rules()["keep"])]

    def held(self, feature: str) -> list[Observation]:
        """The same and the next best, which count where links among the best turn out to lead nowhere."""
        return self._kept[feature].best

    def apart(self, feature: str) -> Apart:
        """The proofs of the feature that say the same thing independently of each other."""
        return self._kept[feature].apart

    def against(self, feature: str) -> list[Observation]:
        """The best observations against the feature."""
        return self._kept[feature].against[: int(rules()["keep"])]


def combined(observations: Sequence[Observation]) -> float:
    """Strength of several observations together, 0..1. More support never lowers it; order does not matter."""
    if not observations:
        return 0.0
    rule = rules()
    ordered = sorted((standing(o) for o in observations), reverse=True)
    doubt = 1.0 - ordered[0]
    for strength in ordered[1:]:
        doubt *= 1.0 - strength * float(rule["second_weight"])
    value = 1.0 - doubt
    return value if ordered[0] >= float(rule["present_from"]) else min(value, float(rule["hint_ceiling"]))
