"""What the visits so far teach about the links that wait: what is already seen, and where looking was in vain."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crawler.urls import read_data
from detectors.observation import PROOF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from crawler.frontier import Entry, Promise
    from detectors.observation import Observation

_BREAK = re.compile(r"[-_+]|%20")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_DATE = re.compile(r"[/=_-](?:19|20)\d\d[/_-](?:0?[1-9]|1[0-2])(?:[/_-]|$)")


@cache
def _rules() -> Mapping[str, Any]:
    return read_data("frontier.toml")


@cache
def zone_prior(zone: str) -> float:
    """What an unlabelled link in this zone is worth before anything is known."""
    zones: Mapping[str, float] = _rules()["zone"]
    return zones.get(zone, zones["main"])


def is_story(url: str, label: str) -> bool:
    """Whether a link leads to one news item or paper among many: its label or its address is a sentence or is dated."""
    rules = _rules()
    longest = rules["wide_length"] if _SPACELESS.search(label) else rules["headline_length"]
    if len(label) >= longest or label.count(" ") >= rules["headline_words"] - 1:
        return True
    path = url.partition("?")[0].rstrip("/")
    return len(_BREAK.findall(path, path.rfind("/"))) >= rules["slug_words"] - 1 or bool(_DATE.search(url))


class Fatigue:
    """Visits in vain per group of links, as a divisor that grows in steps, so that few links change at a time."""

    def __init__(self, rate: float, steps: list[int]) -> None:
        self._rate = rate
        self._steps = steps
        self._misses: dict[int, float] = {}
        self._divisors: dict[int, float] = {}

    def miss(self, group: int, amount: float) -> None:
        """Counts a visit that told nothing new (`amount` 1) or little (less)."""
        misses = self._misses[group] = self._misses.get(group, 0.0) + amount
        passed = bisect_right(self._steps, misses + 1e-9)
        if passed:
            self._divisors[group] = 1.0 + self._rate * self._steps[passed - 1]

    def of(self, group: int) -> float:
        """The divisor of a group, 1 or more; it never falls."""
        return self._divisors.get(group, 1.0)


@dataclass(frozen=True, slots=True)
class _Weights:
    """The single numbers of `data/frontier.toml` that every weighing needs."""

    depth: float
    tries: float
    story: float
    labelled: float
    front: float


class Experience:
    """Weighs links. A link's worth only falls while it waits: what is seen is not unseen, what was in vain stays so.

    `tries` counts the visits to links that promised each feature.
    """

    def __init__(self) -> None:
        rules = _rules()
        self._weights = _Weights(rules["depth"], rules["tries"], rules["story"], rules["labelled"], rules["front"])
        self._lists, self._shapes, self._branches = (
            Fatigue(rules["fatigue"][name], rules["steps"]) for name in ("list", "shape", "branch")
        )
        self._seen: dict[str, float] = {}
        self.tries: Counter[str] = Counter()
        self._credit: dict[int, float] = {}

    def tried(self, entry: Entry) -> None:
        """Takes that an entry is being visited."""
        self.tries.update(feature for feature, _ in entry.features)

    def learn(self, entry: Entry, observations: Iterable[Observation]) -> None:
        """Takes what a visit showed; nothing new tires the list, the template and the branch it came from."""
        rules = _rules()
        novelty = self._novelty(observations, rules["hint"])
        miss = max(0.0, 1.0 - novelty / rules["novelty"])
        self._lists.miss(entry.source, miss)
        self._shapes.miss(hash(entry.shape), miss)
        credit = self._credit.get(entry.branch, 0.0) + novelty * rules["credit"]
        self._branches.miss(entry.branch, max(0.0, 1.0 - credit))
        self._credit[entry.branch] = max(0.0, credit - 1.0) * rules["fade"]

    def _novelty(self, observations: Iterable[Observation], hint: float) -> float:
        """How much stronger features are now seen than before, summed; hints count in part."""
        best: dict[str, float] = {}
        for o in observations:
            if o.polarity == "for" and o.strength > max(best.get(o.feature, 0.0), self._seen.get(o.feature, 0.0)):
                best[o.feature] = o.strength
        new = sum((s - self._seen.get(f, 0.0)) * (1.0 if s >= PROOF else hint) for f, s in best.items())
        self._seen.update(best)
        return new

    def scale(self, entry: Entry) -> tuple[float, float]:
        """What the place is worth by itself, and one unit of what a label promises there: both are divided by the
        fatigue of the list, the template and the branch. The same for all entries of one `Entry.group`."""
        weights = self._weights
        a, b, c = self._lists.of(entry.source), self._shapes.of(hash(entry.shape)), self._branches.of(entry.branch)
        a = 1.0 + (a - 1.0) * weights.front if entry.depth <= 1 else a
        place = (zone_prior(entry.zone) + weights.depth / (1 + entry.depth)) / (a * b * c)
        share = weights.labelled
        unit = 1.0 / ((1.0 + (a - 1.0) * share) * (1.0 + (b - 1.0) * share) * (1.0 + (c - 1.0) * share))
        return (place * weights.story, unit * weights.story) if entry.story else (place, unit)

    def gain(self, features: Promise, settled: Collection[str]) -> float:
        """What a label promises and is not yet seen; each further feature counts half of the one before."""
        seen, tries, rate = self._seen, self.tries, self._weights.tries
        gains = sorted(
            (
                weight * max(0.0, 1.0 - seen.get(feature, 0.0)) / (1.0 + rate * min(tries[feature], 64))
                for feature, weight in features
                if feature not in settled
            ),
            reverse=True,
        )
        return sum(gain / (1 << min(place, 20)) for place, gain in enumerate(gains))
