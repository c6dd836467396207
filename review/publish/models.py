"""Portals to learn from: for every question, portals that have it, of the same region, language or level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from review.publish.answers import PortalAnswers
from review.publish.scope import Visit
from review.publish.scores import score_of

SHOWN = 3
KEPT = 6
"""Portals kept for a question and a trait; what is kept does not grow with the number of portals."""
Trait = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """A portal that has a feature, the page that proves it, and the traits it shares with who asks.

    `shared` are of `district`, `region` (M49 sub-region), `language`, `level`. `run` is the visit that
    found it; `confirmed` tells whether people settled it.
    """

    portal: int
    name: str
    url: str
    country: str
    evidence_url: str
    run: int | None
    confirmed: bool
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Portal:
    """What all candidates of one portal share."""

    number: int
    name: str
    url: str
    country: str
    traits: frozenset[Trait]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One portal's proof of one feature."""

    portal: _Portal
    evidence_url: str
    run: int | None
    confirmed: bool

    def told(self, shared: tuple[str, ...]) -> Model:
        portal, confirmed = self.portal, self.confirmed
        return Model(
            portal.number, portal.name, portal.url, portal.country, self.evidence_url, self.run, confirmed, shared
        )


class Models:
    """Takes portals one by one, and proposes those to learn from; `only` keeps those that have one of these traits."""

    def __init__(self, only: frozenset[Trait] | None = None) -> None:
        self._only = only
        self._kept: dict[tuple[str, Trait], list[_Candidate]] = defaultdict(list)

    def add(self, portal: PortalAnswers) -> None:
        """Keeps a portal for the questions that it answers with yes and proof."""
        visit = portal.visit
        traits = traits_of(visit, score_of(portal).level)
        wanted = [trait for trait in traits if self._only is None or trait in self._only]
        ours = _Portal(visit.portal, visit.name, visit.url, visit.country, frozenset(traits))
        for said in portal.said if wanted else ():
            if said.value == 1 and said.evidence_url:
                found = _Candidate(ours, said.evidence_url, said.run, said.basis == "confirmed")
                for trait in wanted:
                    _keep(self._kept[said.indicator.id, trait], found)

    def of(self, indicator: str, visit: Visit, level: str | None) -> tuple[Model, ...]:
        """At most `SHOWN` other portals, each once: those that share most first, then confirmed before found."""
        wanted = traits_of(visit, level)
        names = [name for name, _ in wanted]
        found: dict[int, tuple[tuple[int, bool, int, int], Model]] = {}
        for each in chain.from_iterable(self._kept.get((indicator, trait), ()) for trait in wanted):
            shared = tuple(name for name, value in wanted if (name, value) in each.portal.traits)
            rank = (-len(shared), not each.confirmed, names.index(shared[0]), each.portal.number)
            found[each.portal.number] = (rank, each.told(shared))
        found.pop(visit.portal, None)
        return tuple(model for _, model in sorted(found.values(), key=lambda pair: pair[0])[:SHOWN])


def _keep(kept: list[_Candidate], new: _Candidate) -> None:
    """Keeps the first ones, and confirmed ones rather than those that only the program found."""
    if len(kept) < KEPT:
        kept.append(new)
        return
    weak = next((at for at, each in enumerate(kept) if new.confirmed and not each.confirmed), None)
    if weak is not None:
        kept[weak] = new


def traits_of(visit: Visit, level: str | None) -> tuple[Trait, ...]:
    """What a portal may share with another: part of the country, M49 sub-region, language, level."""
    district = f"{visit.country} {visit.district}" if visit.district else ""
    named = (
        ("district", district),
        ("region", visit.place.subregion),
        ("language", visit.language),
        ("level", level or ""),
    )
    return tuple(trait for trait in named if trait[1])


def models_for(own: PortalAnswers, portals: Iterable[PortalAnswers]) -> Models:
    """The portals among these that one portal may learn from."""
    made = Models(frozenset(traits_of(own.visit, score_of(own).level)))
    for portal in portals:
        made.add(portal)
    return made
