"""Links to, and pages made with, systems built for one purpose: open data, participation, procurement, payment ..."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detectors.base import PageDetector
from detectors.observation import Observation
from detectors.page import Page
from detectors.platform_kinds import told_by_link, told_by_page


class Platforms(PageDetector):
    """A link to a platform built for the purpose (an open-data catalogue, a participation tool, a tender system ...),
    or a page made with one. A link to an official external platform counts as proof."""

    name = "platforms"
    version = "2"
    features = (
        "open_data.provision",
        "participation.deliberation",
        "participation.announcements",
        "participation.land_use_plan",
        "participation.report_issue",
        "participation.council_meetings",
        "procurement.announcements",
        "service.e_procurement",
        "payment.fees",
        "payment.fines",
        "budget.publication",
        "service.building_permit",
        "service.vacancies",
        "account.authentication",
        "satisfaction.method",
    )
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """Links first, one per platform; then the page itself."""
        yield from self._links(page)
        for platform, mark in page.platforms:
            for feature, strength in platform.features:
                yield told_by_page(page, feature, round(strength * 0.9, 3), platform, mark)

    def _links(self, page: Page) -> Iterator[Observation]:
        seen: set[str] = set()
        for link, platform in page.linked_platforms:
            if platform.key not in seen:
                seen.add(platform.key)
                for feature, strength in platform.features:
                    yield told_by_link(page, link, feature, strength, platform)


DETECTORS = (Platforms,)
