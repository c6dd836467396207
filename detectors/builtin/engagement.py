"""E-participation as OSI 2024 asks for it: the portal, petitions, rural areas, reports of corruption and abuse."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.base import PageDetector
from detectors.composite import ComposedDetector
from detectors.hits import Hit
from detectors.observation import Observation
from detectors.page import Page
from detectors.platform_kinds import of_kind
from detectors.strengths import Strengths
from detectors.together import within
from detectors.topic import TopicDetector


class ParticipationPortal(TopicDetector):
    """A portal or section of its own for participation: a label that says just that, or a link to a participation
    platform. One consultation is not yet a portal."""

    name = "participation-portal"
    version = "2"
    features = ("participation.portal",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Platforms first, then words."""
        yield from of_kind(page, self.features[0], "participation")
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but a weak term ("participation") must be all that is said, in titles too."""
        value = super().weigh(page, hit, table)
        return value if hit.whole or hit.term.role == "strong" else min(value, 0.45)


class EPetition(PageDetector):
    """Starting or signing a petition online: a term of taking part online that speaks of petitions ("sign a petition",
    "e-petitions"). The bare word, as in the name of a committee, is none."""

    name = "e-petition"
    features = ("participation.e_petition",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """A petition system first, then the best label."""
        yield from of_kind(page, self.features[0], "petitions")
        yield from within(page, self.features[0], "participation.deliberation", "petition")


class RuralAreas(ComposedDetector):
    """Participation or open data that concerns people in rural or remote areas: words for both in one label."""

    name = "rural-areas"
    features = ("participation.rural_areas",)


class ReportCorruption(TopicDetector):
    """A way to report corruption. The anti-corruption agency, policy or news are none: the words must name the
    report."""

    name = "report-corruption"
    features = ("participation.report_corruption",)


class ReportLabourViolation(TopicDetector):
    """A way to report a violation of labour law. The labour inspectorate's own page is none: the words must name the
    report or complaint."""

    name = "report-labour-violation"
    features = ("participation.report_labour_violation",)


DETECTORS = (ParticipationPortal, EPetition, RuralAreas, ReportCorruption, ReportLabourViolation)
