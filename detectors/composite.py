"""The bases of detectors that need two topics in one place: an act, and the sector, group or thing that it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from detectors.base import PageDetector
from detectors.beside import beside
from detectors.compositions import GENERAL, Name, compositions
from detectors.observation import Observation
from detectors.together import composed, hits_of, is_general
from detectors.topic import TopicDetector, describe
from detectors.views import view

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.page import Page
    from detectors.strengths import Strengths

SECTORS = ("health", "education", "employment", "social_protection", "environment", "justice")
"""The six sectors of OSI 2024."""

GROUPS = ("poverty", "disability", "older_persons", "migrants", "women", "youth")
"""The six groups of people in vulnerable situations of OSI 2024."""

_SUBJECT = 0.56
_BARE = 0.40


class ComposedDetector(PageDetector):
    """Finds features told by two topics in one label, heading or caption; which they are is data.

    The words of the one must stand beside those of the other: a word that speaks of both is one topic. A label that
    also speaks of one of `spurned` does not count.
    """

    spurned: ClassVar[frozenset[str]] = frozenset()

    def needs(self) -> frozenset[str] | None:
        """Its features, unless a leaf observes more than compositions."""
        return frozenset(self.features) if type(self).observe is ComposedDetector.observe else None

    def observe(self, page: Page) -> Iterable[Observation]:
        """The best place per feature."""
        return composed(page, self.features, self.spurned)


class TopicOrComposedDetector(TopicDetector):
    """A topic that is also told by two others in one place."""

    def needs(self) -> frozenset[str] | None:
        """Its feature, told either way, unless a leaf observes more."""
        return frozenset(self.features) if type(self).observe is TopicOrComposedDetector.observe else None

    def observe(self, page: Page) -> Iterable[Observation]:
        """Its own words, then the composition."""
        yield from super().observe(page)
        yield from composed(page, self.features)


class SectorDetector(ComposedDetector):
    """A family of features, one for each sector; a leaf names the family (`ministry` for `ministry.health` ...)."""

    family: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.features = tuple(f"{cls.family}.{sector}" for sector in SECTORS)


class GroupDetector(ComposedDetector):
    """A family of features, one for each group of people.

    Beside one label that names act and group, the act counts in the content of a page whose title or main heading
    names that group and no other.
    """

    family: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.features = tuple(f"{cls.family}.{group}" for group in GROUPS)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Labels first; then the acts on the page of a group."""
        yield from super().observe(page)
        groups = _groups_of(page)
        if len(groups) == 1:
            yield from self._on_page_of(page, *groups)

    def _on_page_of(self, page: Page, group: str) -> Iterator[Observation]:
        feature = f"{self.family}.{group}"
        for act in (part for way in compositions().get(feature, ()) for part in way if not is_general(part)):
            for hit in hits_of(page, act):
                if hit.segment.zone == "main" and hit.segment.kind in ("link", "heading", "control") and hit.extra <= 2:
                    shown = describe(page, feature, hit, _SUBJECT)
                    yield shown._replace(why=f"{shown.why}, on a page about this group")
                    return


class CompanionDetector(TopicDetector):
    """A topic whose weak terms name the subject alone: they count beside a word of the general lists `companions`
    ("artificial intelligence" beside "strategy"), or where they hold one and are the whole label. The strong terms name
    the whole."""

    companions: ClassVar[frozenset[str]]
    address_completes = False

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic; a subject without its companion is a mention."""
        value = super().weigh(page, hit, table)
        if hit.term.role == "strong":
            return value
        if hit.segment.kind == "text" or not page.hits.marks(hit.segment) & self.companions:
            return min(value, _BARE)
        if hit.whole or beside(page, hit, tuple(Name(f"{GENERAL}{name}") for name in self.companions)):
            return max(value, 0.62 - 0.02 * min(hit.extra, 8))
        return min(value, _BARE)

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """An address names the subject, seldom the whole."""
        return min(_BARE, table.of_url(hit))


@view
def _groups_of(page: Page) -> set[str]:
    """The groups that the title and the main headings name."""
    marks = (page.hits.general.get(number, set()) for number in page.hits.tops)
    return set().union(*marks).intersection(GROUPS)
