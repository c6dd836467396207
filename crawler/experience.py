"""What the visits so far teach about the links that wait: what is already seen, and where looking was in vain."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.prior import rules
from detectors.observation import PROOF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from crawler.frontier import Entry
    from crawler.promises import Promise
    from detectors.observation import Observation


class Fatigue:
    """Visits in vain per group of links, as a divisor that grows in steps, so that few links change at a time.

    What a visit tells (`novelty`) is credit: one unit of it pays for `credit` visits in vain, this one included. What
    is left of it after a visit shrinks to `fade`.
    """

    def __init__(self, rate: float, credit: float, fade: float, steps: list[int]) -> None:
        self._rate = rate
        self._pays = credit
        self._fade = fade
        self._steps = steps
        self._credit: dict[int, float] = {}
        self._misses: dict[int, float] = {}
        self._divisors: dict[int, float] = {}

    def learn(self, group: int, novelty: float) -> None:
        """Takes what a visit told that was new."""
        credit = self._credit.pop(group, 0.0) + novelty * self._pays
        if credit > 1.0:
            self._credit[group] = (credit - 1.0) * self._fade
            return
        misses = self._misses[group] = self._misses.get(group, 0.0) + 1.0 - credit
        passed = bisect_right(self._steps, misses + 1e-9)
        if passed:
            self._divisors[group] = 1.0 + self._rate * self._steps[passed - 1]

    def of(self, group: int) -> float:
        """The divisor of a group, 1 or more; it never falls."""
        return self._divisors.get(group, 1.0)


@dataclass(frozen=True, slots=True)
class _Weights:
    """The single numbers of `data/frontier.toml` that every weighing needs."""

    proven: float
    tries: float
    story: float
    labelled: float


class Experience:
    """Weighs links. A link's worth only falls while it waits: what is seen is not unseen, what was in vain stays so.

    `tries` counts the visits to links that promised each feature.
    """

    def __init__(self) -> None:
        table = rules()
        self._hint: float = table["hint"]
        self._weights = _Weights(table["proven"], table["tries"], table["story"], table["labelled"])
        self._lists, self._shapes, self._branches = (
            Fatigue(**table["fatigue"][name], fade=table["fade"], steps=table["steps"])
            for name in ("list", "shape", "branch")
        )
        self._seen: dict[str, float] = {}
        self.tries: Counter[str] = Counter()

    def tried(self, entry: Entry) -> None:
        """Takes that an entry is being visited."""
        self.tries.update(feature for feature, _ in entry.features)

    def learn(self, entry: Entry, observations: Iterable[Observation]) -> None:
        """Takes what a visit showed: the list, the template and the branch it came from tire if it was nothing new, and
        earn credit if it was."""
        novelty = self._novelty(observations)
        self._lists.learn(entry.source, novelty)
        self._shapes.learn(hash(entry.shape), novelty)
        self._branches.learn(entry.branch, novelty)

    def _novelty(self, observations: Iterable[Observation]) -> float:
        """How much stronger features are now seen than before, summed; hints count in part."""
        best: dict[str, float] = {}
        for o in observations:
            if o.polarity == "for" and o.strength > max(best.get(o.feature, 0.0), self._seen.get(o.feature, 0.0)):
                best[o.feature] = o.strength
        new = sum((s - self._seen.get(f, 0.0)) * (1.0 if s >= PROOF else self._hint) for f, s in best.items())
        self._seen.update(best)
        return new

    def scale(self, entry: Entry) -> tuple[float, float]:
        """What the place is worth by itself, and one unit of what a label promises there: both are divided by the
        fatigue of the list, the template and the branch. The same for all entries of one `Entry.group`."""
        weights = self._weights
        a, b, c = self._lists.of(entry.source), self._shapes.of(hash(entry.shape)), self._branches.of(entry.branch)
        place = entry.prior / (a * b * c)
        share = weights.labelled
        unit = 1.0 / ((1.0 + (a - 1.0) * share) * (1.0 + (b - 1.0) * share) * (1.0 + (c - 1.0) * share))
        return (place * weights.story, unit * weights.story) if entry.story else (place, unit)

    def gain(self, features: Promise, settled: Collection[str]) -> float:
        """What a label promises and is not yet proven; each further feature counts half of the one before."""
        seen, tries, rate, proven = self._seen, self.tries, self._weights.tries, self._weights.proven
        gains = []
        for feature, weight in features:
            known = seen.get(feature, 0.0)
            if known < proven and feature not in settled:
                gains.append(weight * (1.0 - known) / (1.0 + rate * min(tries.get(feature, 0), 64)))
        if len(gains) < 2:
            return sum(gains)
        gains.sort(reverse=True)
        return sum(gain / (1 << min(place, 20)) for place, gain in enumerate(gains))
