"""How likely the words that prove a feature stand on a portal by accident: more pages read, more accidents."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from typing import TYPE_CHECKING

from detectors.calibration import interpolate, rules
from detectors.standing import is_placed, standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.observation import Observation

_KEPT = 5


@dataclass(slots=True)
class Apart:
    """The proofs of one feature that are independent of each other: the strongest of each folder and wording, for pages
    of one kind repeat each other. None is kept once one is `placed` where portals put what is to be found: on the front
    page, in a menu; or was measured. Memory does not grow, order does not matter."""

    placed: bool = False
    strongest: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, proof: Observation) -> None:
        """One more proof."""
        if self.placed:
            return
        if is_placed(proof):
            self.placed = True
            self.strongest.clear()
            return
        kept, key, worth = self.strongest, (_folder(proof.url), _words(proof)), standing(proof)
        kept[key] = max(kept.get(key, 0.0), worth)
        if len(kept) > _KEPT:
            del kept[min(kept, key=kept.__getitem__)]

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Apart:
        """What is apart among these, of which only proof counts."""
        made = cls()
        for observation in observations:
            if observation.is_proof:
                made.add(observation)
        return made

    def surest(self, pages: int) -> float:
        """The probability, 0..1, that these proofs among so many pages are none by accident, be the feature as likely
        there as not.

        False sightings in the content of pages come at a steady rate (`[accident]` in `data/conclusions.toml`), so
        their number among the pages read is Poisson distributed.
        """
        if not self.strongest:
            return 1.0
        strengths = sorted(self.strongest.values(), reverse=True)
        accident = min(_chance(count, pages * _rate(strength)) for count, strength in enumerate(strengths, 1))
        return 1.0 / (1.0 + accident)


def remark(pages: int) -> str:
    """What is to be said of a conclusion that is less sure because of accidents."""
    return f"seen in the content of pages alone, in no menu: among {pages} pages such words also stand by accident"


def _folder(url: str) -> str:
    return url.partition("?")[0].rstrip("/").rpartition("/")[0]


def _words(observation: Observation) -> str:
    """The words that matched, or all that was quoted."""
    matched = " ".join(observation.quote[start:end] for start, end in observation.matched)
    return (matched or observation.quote).casefold()


def _rate(strength: float) -> float:
    """False sightings of such a strength or more, per page and feature."""
    table = rules()["accident"]
    return interpolate(strength, table["strength"], table["per_page"])


def _chance(count: int, expected: float) -> float:
    """The chance of so many accidents or more, where so many are expected."""
    fewer, term = 0.0, exp(-expected)
    for number in range(count):
        fewer += term
        term *= expected / (number + 1)
    return max(0.0, 1.0 - fewer)
