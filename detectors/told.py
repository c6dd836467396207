"""What the words of a page tell at all: where they tell nothing of a feature, nobody need look closer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detectors.beside import told_beside
from detectors.compositions import GENERAL, OPENING, Composition, ways_told
from detectors.lexicon import OPENINGS
from detectors.views import view

if TYPE_CHECKING:
    from detectors.page import Page


@dataclass(frozen=True, slots=True)
class Told:
    """`names` are the features with a term on the page, the general lists it touches (`general.<list>`), and the
    features of which it holds every part of a composition; `ways` are those compositions, by feature."""

    names: frozenset[str]
    ways: Mapping[str, Sequence[Composition]]


@view
def told_on(page: Page) -> Told:
    """What the page's words tell."""
    hits = page.hits
    lists = set().union(*hits.general.values())
    words = frozenset((*hits.by_feature, *hits.urls, *map(GENERAL.__add__, lists)))
    ways = ways_told(words.union(*_in_compounds(page)))
    return Told(words.union(ways), ways)


def _in_compounds(page: Page) -> Iterator[frozenset[str]]:
    """The names that are told behind the openings of compounds."""
    for name in OPENINGS:
        for hit in page.hits.feature(f"{OPENING}{name}"):
            yield told_beside(page, hit).names
