"""The base of the detectors that find a section on a sector."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from detectors.hosts import host_of
from detectors.single_items import is_below_single_items, names_single_item
from detectors.telling import asks
from detectors.topic import OF_MENTION, TopicDetector
from detectors.views import view

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.page import Page
    from detectors.strengths import Strengths

_TAG = re.compile(r"[/?&]tag(?:(?<=/tag)s?/|(?<=[?&]tag)=)", re.I)
_FEW_LINKS = 8
"""Fewer links of a site do not tell its folders."""


class SectionDetector(TopicDetector):
    """Finds a section on a sector (health, education ...).

    No section are the name of a body or an office that holds the word ("Ministry of Health", "Minister of Education"),
    the name of one measure ("Healthcare Reform"), what is listed below the news or below those who govern ("/news/41",
    "/cabinet/portfolios/health"), and a tag.
    """

    names_bodies: ClassVar[frozenset[str]] = frozenset(("portal.official", "institution.department_heads"))
    lists: ClassVar[tuple[str, ...]] = ("info.news", "institution.department_heads")
    others: ClassVar[tuple[str, ...]] = ("service.vacancies",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where the label names a body or an office, or an item of a list."""
        value = super().weigh(page, hit, table)
        if value <= OF_MENTION:
            return value
        if asks(hit.segment.text):
            return OF_MENTION
        named = hit.segment.number in page.hits.speaking(*self.names_bodies)
        single = hit.extra > 0 and names_single_item(hit.segment.text, hit.term.language)
        return OF_MENTION if named or single or self._is_item(page, hit) else value

    def _is_item(self, page: Page, hit: Hit) -> bool:
        """Whether the sighting is a link below another section, or one of the content to an item of a list."""
        link = hit.segment.link
        if link is None:
            return False
        if is_below_single_items(link.url) and not _is_folder_of_site(page):
            return True
        if link.url in page.hits.below(*self.others):
            return True
        if link.zone not in ("main", "aside"):
            return False
        return link.url in page.hits.below(*self.lists) or bool(_TAG.search(link.url))


@view
def _is_folder_of_site(page: Page) -> bool:
    """Whether most of the site's own links lead below single items, so that the step is a folder of everything."""
    host = host_of(page.url)
    own = [link.url for link in page.links if host_of(link.url) == host]
    return 2 * sum(map(is_below_single_items, own)) > len(own) >= _FEW_LINKS
