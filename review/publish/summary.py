"""A survey in figures: means and levels by region, group and country, ranks, cities below their country, coverage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from review.publish.scores import Score, printed
from survey.countries import countries, member_states
from survey.questionnaire import editions, load, ships
from survey.scoring import levels, normalised

By = Literal["country", "region", "subregion", "group", "income", "level", "kind", "district", "language", "edition"]
BY: tuple[By, ...] = get_args(By)
KINDS = {"losi": "Cities", "osi_weighted": "Countries"}
"""What the portals of a measure are."""
LEVELS = tuple(band.name for band in levels())


@dataclass(frozen=True, slots=True)
class Line:
    """The scores of one group of portals; means and the like are None when none was assessed.

    `portals` were looked at, `assessed` have an index, `confirmed` of their `questions` were settled by people.
    `below` of `compared` cities score below their country's published OSI. `levels` counts portals, highest first.
    """

    by: str
    key: str
    portals: int
    assessed: int
    questions: int
    confirmed: int
    mean: float | None
    median: float | None
    lowest: float | None
    highest: float | None
    levels: tuple[tuple[str, int], ...]
    below: int
    compared: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The Member States of a region by what became of their cities' portals, each state under the best of its cities.

    `assessed`: a city's portal has an index. `no_portal`: a visit found none at the address. `unread`: it could not be
    read, or not yet. `unlisted`: the survey lists no city's portal.
    """

    region: str
    states: int
    assessed: int
    no_portal: int
    unread: int
    unlisted: int


@dataclass(slots=True)
class _Tally:
    """Running figures of one group; what it keeps grows with the number of distinct indices, not of portals."""

    portals: int = 0
    questions: int = 0
    confirmed: int = 0
    below: int = 0
    compared: int = 0
    indices: Counter[float] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)

    def add(self, score: Score) -> None:
        self.portals += 1
        if score.index is None:
            return
        self.indices[score.index] += 1
        self.levels[score.level or ""] += 1
        self.questions += score.questions
        self.confirmed += score.confirmed
        self.compared += score.below is not None
        self.below += bool(score.below)

    def line(self, by: str, key: str) -> Line:
        n = self.indices.total()
        return Line(
            by,
            key,
            self.portals,
            n,
            self.questions,
            self.confirmed,
            printed(sum(value * count for value, count in self.indices.items()) / n) if n else None,
            printed(_median(self.indices)) if n else None,
            min(self.indices, default=None),
            max(self.indices, default=None),
            tuple((name, self.levels[name]) for name in LEVELS),
            self.below,
            self.compared,
        )


class Summary:
    """Takes scores one by one and gives their figures, by the groups that are wanted; its memory does not grow with the
    number of portals."""

    def __init__(self, groups: Iterable[By] = BY) -> None:
        self._all = _Tally()
        self._groups: dict[By, dict[str, _Tally]] = {by: defaultdict(_Tally) for by in groups}
        self._editions: dict[str, Counter[float]] = defaultdict(Counter)
        self._ends: dict[str, tuple[float, float]] = {}
        self._states: dict[str, str] = {}

    def add(self, score: Score) -> None:
        """Counts one portal."""
        self._all.add(score)
        for by, found in self._groups.items():
            for key in keys_of(score, by):
                found[key].add(score)
        if score.index is not None:
            self._editions[score.visit.edition][score.index] += 1
        if score.exact is not None:
            low, high = self._ends.get(score.visit.edition, (score.exact, score.exact))
            self._ends[score.visit.edition] = min(low, score.exact), max(high, score.exact)
        if score.visit.kind == "city":
            self._cover(score)

    @property
    def total(self) -> Line:
        """All portals."""
        return self._all.line("all", "")

    def lines(self, by: By) -> list[Line]:
        """The groups of a kind: levels highest first, the others by name, portals without the fact last."""
        found = self._groups[by]
        order = sorted(found, key=lambda key: (LEVELS.index(key) if by == "level" and key else 0, not key, key))
        return [found[key].line(by, key) for key in order]

    def indices(self) -> list[tuple[float, int]]:
        """Every index that occurs, and how many portals have it, from the lowest."""
        return sorted(self._all.indices.items())

    @property
    def mixed(self) -> tuple[str, ...]:
        """The editions that portals with an index answered, by name, where these are several: what is said of all of
        them together then compares answers to different questions."""
        return tuple(sorted(self._editions)) if len(self._editions) > 1 else ()

    @property
    def own(self) -> str:
        """The title of the questionnaire of one's own that all portals with an index answered; "" where it was one of
        the UN's, or several."""
        (only, *others) = [*self._editions] or [""]
        return load(only).title if not others and only in editions() and not ships(only) else ""

    def rank(self, score: Score) -> int | None:
        """The competition rank (1, 2, 2, 4) of a portal among those of its edition; None without an index."""
        if score.index is None:
            return None
        return 1 + sum(n for index, n in self._editions[score.visit.edition].items() if index > score.index)

    def normalised(self, score: Score) -> float | None:
        """A country's index stretched so that the lowest of its edition's portals here has 0 and the highest 1.

        So the Survey makes the Online Service Index of the countries it assessed; over another set of portals it is
        another number. None for cities, without an index, and where no two portals differ.
        """
        if score.measure != "osi_weighted" or score.exact is None:
            return None
        low, high = self._ends[score.visit.edition]
        return printed(normalised(score.exact, low, high)) if low < high else None

    def coverage(self) -> list[Coverage]:
        """The regions, by name."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for state in member_states():
            counted[state.region][self._states.get(state.iso3, "unlisted")] += 1
        return [
            Coverage(name, n.total(), n["assessed"], n["no_portal"], n["unread"], n["unlisted"])
            for name, n in sorted(counted.items())
        ]

    def _cover(self, score: Score) -> None:
        if score.visit.country not in countries():
            return
        ranked = ("unlisted", "no_portal", "unread", "assessed")
        now = score.status if score.status in ranked else "unread"
        before = self._states.get(score.visit.country, "unlisted")
        self._states[score.visit.country] = max(before, now, key=ranked.index)


def summarise(scores: Iterable[Score], groups: Sequence[By] = BY) -> dict[str, Summary]:
    """The figures of scores by their measure, `losi` first: indices of cities and of countries do not mix."""
    made: dict[str, Summary] = {}
    for score in scores:
        if score.measure not in made:
            made[score.measure] = Summary(groups)
        made[score.measure].add(score)
    return dict(sorted(made.items()))


def keys_of(score: Score, by: By) -> Iterator[str]:
    """The groups of a kind that a portal belongs to; an empty key where the fact is not known."""
    place = score.visit.place
    if by == "group":
        yield from place.groups
    elif by == "level":
        if score.level is not None:
            yield score.level
    elif by == "country":
        yield score.visit.country
    elif by == "district":
        yield f"{score.visit.country} {score.visit.district}" if score.visit.district else ""
    elif by in ("kind", "language", "edition"):
        yield str(getattr(score.visit, by))
    else:
        yield str(getattr(place, by))


def _median(values: Counter[float]) -> float:
    """The middle of counted values; of an even number the mean of the two in the middle."""
    n = values.total()
    wanted, seen = ((n - 1) // 2, n // 2), 0
    found: list[float] = []
    for value in sorted(values):
        seen += values[value]
        while len(found) < 2 and wanted[len(found)] < seen:
            found.append(value)
    return sum(found) / 2
