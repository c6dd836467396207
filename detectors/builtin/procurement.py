"""Procurement: announcements, results, and the platform where bids are submitted."""

from __future__ import annotations

from detectors.topic import TopicDetector


class ProcurementAnnouncements(TopicDetector):
    """Tenders, bids or calls, announced on the portal or on a platform it links."""

    name = "procurement-announcements"
    features = ("procurement.announcements",)


class ProcurementResults(TopicDetector):
    """Awarded contracts or the results of tenders. A contract register counts; a call does not."""

    name = "procurement-results"
    features = ("procurement.results",)


class EProcurement(TopicDetector):
    """The platform on which bids are submitted electronically."""

    name = "e-procurement"
    features = ("service.e_procurement",)


DETECTORS = (
    ProcurementAnnouncements,
    ProcurementResults,
    EProcurement,
)
