"""What the atlas draws: running figures of a survey, and the shapes of its maps and plots in plain numbers."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from review.publish.answers import PortalAnswers
from review.publish.scores import Score
from review.publish.summary import Line, Summary
from survey.countries import countries
from survey.indicator import Indicator
from survey.scoring import level, levels

BINS = 20
"""Bins of an index from 0 to 1 in plots."""
TOP = 0.999999


@dataclass(frozen=True, slots=True)
class Tile:
    """A country on the map: `column` and `row` count tiles; index and level are None where none was assessed."""

    iso3: str
    name: str
    column: int
    row: int
    index: float | None
    level: str | None
    portals: int


@dataclass(frozen=True, slots=True)
class Dot:
    """Cities that lie together: the middles of the bins of their country's OSI and of their index, and their number."""

    osi: float
    index: float
    cities: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A question over all portals that were assessed: how many have the feature, how many of those are known."""

    indicator: Indicator
    yes: int
    known: int
    portals: int

    @property
    def share(self) -> float:
        """Share of the portals that have it, 0 to 1; what nobody knows counts as no."""
        return self.yes / self.portals


@dataclass(slots=True)
class Gathered:
    """Figures that grow with the questionnaires and the bins, not with the number of portals."""

    yes: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    asked: dict[str, Indicator] = field(default_factory=dict)
    portals: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)
    shares: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0]))

    def add(self, portal: PortalAnswers, score: Score) -> None:
        """Counts one portal, if it was assessed."""
        if score.index is None:
            return
        self.portals[score.visit.edition] += 1
        for said in portal.said:
            self.asked.setdefault(said.indicator.id, said.indicator)
            self.yes[said.indicator.id] += said.value == 1
            self.known[said.indicator.id] += said.value is not None
        for criterion, share in score.shares:
            pair = self.shares[score.visit.edition, criterion]
            pair[0] += share
            pair[1] += 1
        if score.below is not None and score.published is not None:
            self.pairs[_bin(score.published.osi), _bin(score.index)] += 1

    @property
    def dots(self) -> list[Dot]:
        """Cities against their countries, in bins."""
        return [Dot(_middle(osi), _middle(index), n) for (osi, index), n in sorted(self.pairs.items())]

    @property
    def editions(self) -> list[str]:
        """The editions of which there are scores."""
        return sorted(self.portals)

    def offers(self, edition: str) -> list[Offer]:
        """The questions of an edition in its order."""
        return [
            Offer(asked, self.yes[key], self.known[key], self.portals[edition])
            for key, asked in self.asked.items()
            if asked.edition == edition
        ]

    def criteria(self, edition: str) -> list[tuple[str, float]]:
        """The mean share answered yes by criterion of an edition."""
        return [(name, total / n) for (of, name), (total, n) in self.shares.items() if of == edition]


def tiles(lines: Iterable[Line], index: str = "losi") -> list[Tile]:
    """The countries of the map with their mean and its level; those without a place follow in a row below.

    `index` names the levels: `losi` or `egdi` (see `survey.scoring.levels`).
    """
    means = {line.key: line for line in lines if line.key}
    places = dict(tile_places())
    below = max(row for _, row in places.values()) + 2
    for number, iso3 in enumerate(sorted(means.keys() - places.keys())):
        places[iso3] = (number % 26, below + number // 26)
    return [_tile(iso3, *place, means.get(iso3), index) for iso3, place in sorted(places.items())]


@cache
def tile_places() -> Mapping[str, tuple[int, int]]:
    """Column and row of each Member State on the map, one tile each; the mapping is read-only."""
    text = files("review.publish").joinpath("data").joinpath("tiles.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return MappingProxyType({row["iso3"]: (int(row["column"]), int(row["row"])) for row in rows})


def histogram(summary: Summary) -> list[tuple[float, int]]:
    """The lower bound of each of `BINS` bins of the index, and the portals in it."""
    counted: Counter[int] = Counter()
    for index, number in summary.indices():
        counted[_bin(index)] += number
    return [(at / BINS, counted[at]) for at in range(BINS)]


def level_cuts(index: str) -> list[tuple[float, str]]:
    """The lower bounds of the levels above the lowest, and their names."""
    return [(band.lower, band.name) for band in levels(index) if band.lower > 0]


def _tile(iso3: str, column: int, row: int, line: Line | None, index: str) -> Tile:
    known = countries().get(iso3)
    mean = line.mean if line else None
    named = None if mean is None else level(mean, index)
    return Tile(iso3, known.name if known else iso3, column, row, mean, named, line.portals if line else 0)


def _bin(value: float) -> int:
    return int(min(value, TOP) * BINS)


def _middle(at: int) -> float:
    return (at + 0.5) / BINS
