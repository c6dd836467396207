"""Two topics in one place: finds the labels in which the words of one stand beside those of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detectors.beside import beside
from detectors.compositions import GENERAL, OPENING, Composition, Part
from detectors.lexicon import is_opening
from detectors.mentions import only_mentions
from detectors.normalise import normalise
from detectors.observation import PROOF, Observation
from detectors.strengths import strengths
from detectors.told import told_on
from detectors.topic import describe

if TYPE_CHECKING:
    from detectors.hits import Hit, Segment
    from detectors.page import Page

_STRENGTH = {"link": 0.66, "control": 0.62, "heading": 0.64, "title": 0.66, "form": 0.6, "frame": 0.6, "text": 0.3}
_PER_WORD = 0.045
_FILLER = 3


def composed(page: Page, features: Iterable[str], spurned: frozenset[str] = frozenset()) -> Iterator[Observation]:
    """The best place of each feature that is told by several topics together, where none of `spurned` is told too."""
    ways, shunned = told_on(page).ways, page.hits.speaking(*spurned)
    for feature in filter(ways.__contains__, features):
        found = [place for way in ways[feature] for place in _places(page, way)]
        told = (place for place in found if place.segment.number not in shunned)
        places = sorted(told, key=lambda place: -place.strength)
        best = next((each for each in places if each.is_told(page) and not each.is_mention(page, feature)), None)
        if best is not None:
            yield best.observation(page, feature)


def within(page: Page, feature: str, other: str, mark: str) -> Iterator[Observation]:
    """The best sighting of a strong term of `other` in a label with words of the general list `mark`, as proof of
    `feature`: what `other` gathers from many things is told apart by the mark. A term of one word is no more than the
    mark itself and needs a word for doing it online."""
    table = strengths()
    hits = [hit for hit in page.hits.feature(other) if mark in page.hits.marks(hit.segment) and _says_more(page, hit)]
    best = max(hits, key=table.of, default=None)
    if best is not None:
        shown = describe(page, feature, best, table.of(best))
        yield shown._replace(why=f"{shown.why} of {other}, with words for {mark}")


def named(page: Page, feature: str) -> Iterator[Observation]:
    """The best sighting of the feature's own terms, where it is more than a mention."""
    table = strengths()
    hits = (hit for hit in page.hits.feature(feature) if not only_mentions(page, hit, feature))
    best = max(hits, key=table.of, default=None)
    if best is not None:
        yield describe(page, feature, best, table.of(best))


def _says_more(page: Page, hit: Hit) -> bool:
    words = len(normalise(hit.term.text.replace("*", "")).split())
    return hit.term.role == "strong" and (words > 1 or "online" in page.hits.marks(hit.segment))


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that touches every part of `way`; `hit` is the term of the first part, if that is a feature's."""

    strength: float
    segment: Segment
    hit: Hit | None
    way: Composition

    def is_told(self, page: Page) -> bool:
        """Whether the other parts are touched beside the term: it may be what touches them. Asked of few places, since
        the text is read again for each."""
        return self.hit is None or all(beside(page, self.hit, part) for part in self.way[1:])

    def is_mention(self, page: Page, feature: str) -> bool:
        """Whether the place would be proof but for what it is: a story, a document."""
        return self.strength >= PROOF and self.hit is not None and only_mentions(page, self.hit, feature)

    def observation(self, page: Page, feature: str) -> Observation:
        """The place as proof of the feature."""
        together = " with ".join(map(_said, self.way))
        if self.hit is not None:
            shown = describe(page, feature, self.hit, self.strength)
            return shown._replace(why=f"{shown.why}; in one place: {together}")
        segment = self.segment
        element = segment.link or segment.control or segment.heading or segment.form or segment.block
        return Observation(
            feature,
            "content" if segment.link is None else "link",
            round(self.strength, 3),
            segment.text[:240],
            f"{segment.kind} in the {segment.zone}; in one place: {together}",
            href=segment.link.href if segment.link is not None else "",
            selector=page.selector(element.element) if element is not None else "",
            zone=segment.zone,
        )


def _places(page: Page, way: Composition) -> Iterator[_Place]:
    """The places that touch every part of the composition; within a compound, the words alone do not show it."""
    first, *others = way
    numbers = set.intersection(*(_touched(page, part) for part in others))
    if is_general(first):
        for segment in (page.hits.segments[number] for number in sorted(numbers & _touched(page, first))):
            yield _Place(_worth(segment, None), segment, None, way)
        return
    for hit in hits_of(page, first):
        if hit.segment.number in numbers or is_opening(hit.term):
            yield _Place(_worth(hit.segment, hit), hit.segment, hit, way)


def _said(part: Part) -> str:
    return "/".join(name.text for name in part if not name.text.startswith(OPENING))


def is_general(part: Part) -> bool:
    """Whether the part names general vocabulary alone."""
    return all(name.is_general for name in part)


def hits_of(page: Page, part: Part) -> Iterator[Hit]:
    """The terms of the part's features on the page."""
    for name in part:
        for hit in page.hits.feature(name.text):
            if not name.strong or hit.term.role == "strong":
                yield hit


def _touched(page: Page, part: Part) -> set[int]:
    """Numbers of the segments that touch one of the general lists, or speak of one of the features."""
    numbers: set[int] = set()
    for name in part:
        if name.is_general:
            numbers |= page.hits.touching.get(name.text.removeprefix(GENERAL), set())
        else:
            numbers |= page.hits.speaking(name.text)
    return numbers


def _worth(segment: Segment, hit: Hit | None) -> float:
    """Strength of a place: a label that says little else tells most, a headline that happens to hold both little."""
    if hit is not None:
        more = hit.extra - (2 if hit.term.role == "strong" else 1)
    else:
        more = max(sum(len(word) > _FILLER for word in segment.text.split()), len(segment.text) // 14) - 3
    return _STRENGTH.get(segment.kind, 0.0) - _PER_WORD * min(max(0, more), 6)
