"""What OSI 2024 asks sector by sector: health, education, employment, social protection, environment, justice."""

from __future__ import annotations

from detectors.composite import SectorDetector


class MinistryLinks(SectorDetector):
    """A link to, or the name of, the ministry or department of the sector."""

    name = "ministry-links"
    family = "ministry"
    acts = frozenset(("portal.official", "institution.department_heads"))


class SectorExpenditure(SectorDetector):
    """What the government spends on the sector."""

    name = "sector-expenditure"
    family = "expenditure"
    acts = frozenset(("budget.publication",))


class SectorBudgetData(SectorDetector):
    """Budget data of the sector."""

    name = "sector-budget-data"
    family = "budget_data"
    acts = frozenset(("budget.publication",))


class SectorOpenData(SectorDetector):
    """Open datasets of the sector."""

    name = "sector-open-data"
    family = "open_data"
    acts = frozenset(("open_data.provision",))


class SectorConsultation(SectorDetector):
    """A consultation, forum or petition on the sector's policy."""

    name = "sector-consultation"
    family = "consultation"
    acts = frozenset(("participation.deliberation", "participation.announcements"))


class SectorDecision(SectorDetector):
    """What came of a consultation in the sector."""

    name = "sector-decision"
    family = "decision"
    acts = frozenset(("participation.outcomes",))


class SectorService(SectorDetector):
    """A service of the sector that can be done online."""

    name = "sector-service"
    family = "service"
    marks = frozenset(("online", "apply"))


class SectorMobileService(SectorDetector):
    """An app of the sector."""

    name = "sector-mobile-service"
    family = "mobile_service"
    acts = frozenset(("portal.mobile_apps",))


class SectorSmsAlert(SectorDetector):
    """Alerts of the sector by SMS, e-mail or push."""

    name = "sector-sms-alert"
    family = "sms_alert"
    acts = frozenset(("alerts.subscription",))


DETECTORS = (
    MinistryLinks,
    SectorExpenditure,
    SectorBudgetData,
    SectorOpenData,
    SectorConsultation,
    SectorDecision,
    SectorService,
    SectorMobileService,
    SectorSmsAlert,
)
