"""What OSI 2024 asks sector by sector: health, education, employment, social protection, environment, justice."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.composite import SectorDetector
from detectors.observation import Observation
from detectors.page import Page
from detectors.section import SectionDetector
from detectors.together import named


class MinistryLinks(SectorDetector):
    """A link to, or the name of, the ministry or department of the sector: by its own name
    ("Gesundheitsministerium"), or by words for a ministry beside those for the sector."""

    name = "ministry-links"
    version = "2"
    family = "ministry"

    def needs(self) -> frozenset[str]:
        """Its features, told either way."""
        return frozenset(self.features)

    def observe(self, page: Page) -> Iterable[Observation]:
        """The best place of each name, then the compositions."""
        for feature in self.features:
            yield from named(page, feature)
        yield from super().observe(page)


class SectorPolicy(SectorDetector):
    """A policy, strategy or law of the sector: a label that names both ("Education Act", "National health strategy").
    The sector's section alone is information, not policy; the name of a body that holds both ("Ministry of Social
    Policy") is none."""

    name = "sector-policy"
    version = "2"
    family = "sector_policy"
    spurned = SectionDetector.names_bodies


class SectorExpenditure(SectorDetector):
    """What the government spends on the sector."""

    name = "sector-expenditure"
    version = "2"
    family = "expenditure"


class SectorBudgetData(SectorDetector):
    """Budget data of the sector."""

    name = "sector-budget-data"
    version = "2"
    family = "budget_data"


class SectorOpenData(SectorDetector):
    """Open datasets of the sector."""

    name = "sector-open-data"
    version = "2"
    family = "open_data"


class SectorConsultation(SectorDetector):
    """A consultation, forum or petition on the sector's policy."""

    name = "sector-consultation"
    family = "consultation"


class SectorDecision(SectorDetector):
    """What came of a consultation in the sector."""

    name = "sector-decision"
    family = "decision"


class SectorService(SectorDetector):
    """A service of the sector that can be done online."""

    name = "sector-service"
    family = "service"


class SectorMobileService(SectorDetector):
    """An app of the sector."""

    name = "sector-mobile-service"
    version = "2"
    family = "mobile_service"


class SectorSmsAlert(SectorDetector):
    """Alerts of the sector by SMS, e-mail or push."""

    name = "sector-sms-alert"
    family = "sms_alert"


DETECTORS = (
    MinistryLinks,
    SectorPolicy,
    SectorExpenditure,
    SectorBudgetData,
    SectorOpenData,
    SectorConsultation,
    SectorDecision,
    SectorService,
    SectorMobileService,
    SectorSmsAlert,
)
