"""Participation and engagement: budget, complaints, consultation, decisions, council."""

from __future__ import annotations

import re

from detectors.dates import names_weekday
from detectors.hits import Hit
from detectors.observation import PROOF
from detectors.page import Page
from detectors.promise import is_document
from detectors.strengths import Strengths
from detectors.topic import RecentTopicDetector, TopicDetector

_FEW_WORDS = 2
_OLD = 0.3
"""What is too long ago counts this much at most."""

_YEAR = re.compile(r"(?:FY|\b)(?:19|20|25|1[34])\d\d\b", re.I)
"""A year of the Common Era, a Buddhist or a Persian one."""


class BudgetPublication(RecentTopicDetector):
    """Budget documents, figures or a budget section, of recent years where years are named. Participatory budgeting is
    another question."""

    name = "budget-publication"
    version = "3"
    features = ("budget.publication",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a recent topic; a short label that names the budget and its year leads to the budget of that year."""
        value = super().weigh(page, hit, table)
        short = hit.segment.link is not None and hit.extra <= _FEW_WORDS and value > _OLD
        return max(value, 0.55) if short and _YEAR.search(hit.segment.text) else value


class ToolDetector(TopicDetector):
    """A topic that is something to use: a document about it (a procedure, guidelines) is not the tool, a form that can
    be filled in is."""

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where the link leads to a document that its label does not call a form."""
        value = super().weigh(page, hit, table)
        link = hit.segment.link
        paper = link is not None and is_document(link.url) and "form" not in page.hits.marks(hit.segment)
        return min(value, _OLD) if paper else value


class ReportDiscrimination(ToolDetector):
    """A way to report discrimination online. The bare topic ("Discrimination") is none, and an address names the law or
    the topic, seldom the report."""

    name = "report-discrimination"
    version = "3"
    features = ("participation.report_discrimination",)
    address_completes = False
    common_words_prove = False

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """Never proof by itself."""
        return min(0.45, super().weigh_url(page, hit, table))


class Feedback(ToolDetector):
    """A form or link for complaints, suggestions or feedback; writing to the mayor or minister counts."""

    name = "feedback"
    version = "2"
    features = ("participation.feedback",)


class Deliberation(ToolDetector):
    """A forum, poll, petition, or public consultation tool for input to policy. "Forum" among other words names an
    occasion or a place."""

    name = "deliberation"
    version = "2"
    features = ("participation.deliberation",)
    address_completes = False


class ReportIssue(TopicDetector):
    """Reporting a problem in public space (street, lamp, rubbish). A general complaint form is another
    question."""

    name = "report-issue"
    version = "2"
    features = ("participation.report_issue",)


class ParticipatoryBudgeting(RecentTopicDetector):
    """Participatory budgeting of recent years."""

    name = "participatory-budgeting"
    version = "2"
    features = ("participation.budgeting",)


_HOUR = re.compile(r"(?<![\d:.])(?:(?:[01]?\d|2[0-3])[:.h][0-5]\d(?![\d.])|(?:1[0-2]|[1-9])\s?[ap]\.?\s?m\b)", re.I)
_NEAR = 160
_ANNOUNCED = 0.56
_LABELS = frozenset(("link", "heading", "title"))
_CONSULTATIONS = frozenset(("participation.announcements", "participation.deliberation"))
_CONSULTED = 0.6


class LandUsePlanParticipation(RecentTopicDetector):
    """Participation in, or publication for comment of, the land-use or territorial plan. The plan's bare name is none;
    it counts in a label that speaks of a consultation too ("Master Plan 2041: objections invited")."""

    name = "land-use-plan-participation"
    version = "4"
    features = ("participation.land_use_plan",)

    def suffices(self, page: Page, hit: Hit) -> bool:
        """A plan's name needs words for a consultation in its label."""
        if hit.segment.kind not in _LABELS:
            return False
        beside = page.hits.speaking(*_CONSULTATIONS)
        return hit.segment.number in beside or "consultation" in page.hits.marks(hit.segment)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a recent topic; more beside words for a consultation."""
        value = super().weigh(page, hit, table)
        if hit.term.role == "strong" or self._is_old(page, hit.segment) or not self.suffices(page, hit):
            return value
        return max(value, _CONSULTED)


class ParticipationAnnouncements(TopicDetector):
    """Announcements or a calendar of consultations, surveys, hearings."""

    name = "participation-announcements"
    features = ("participation.announcements",)


class ParticipationOutcomes(TopicDetector):
    """What came of a consultation: report of results, decision that followed."""

    name = "participation-outcomes"
    features = ("participation.outcomes",)


class EVoting(TopicDetector):
    """Electronic voting in local decisions or elections."""

    name = "e-voting"
    features = ("participation.e_voting",)


class CouncilMeetings(TopicDetector):
    """Announcements, agendas, minutes or recordings of the meetings of council, board or parliament. A text that names
    their weekday and hour announces them."""

    name = "council-meetings"
    version = "2"
    features = ("participation.council_meetings",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic; more where the text says when they are held."""
        value = super().weigh(page, hit, table)
        if value >= PROOF or hit.segment.kind != "text" or hit.term.role != "strong":
            return value
        start, end = hit.span()
        near = hit.segment.text[max(0, start - _NEAR) : end + _NEAR]
        return _ANNOUNCED if _HOUR.search(near) and names_weekday(near, page.languages) else value


DETECTORS = (
    BudgetPublication,
    ReportDiscrimination,
    Feedback,
    Deliberation,
    ReportIssue,
    ParticipatoryBudgeting,
    LandUsePlanParticipation,
    ParticipationAnnouncements,
    ParticipationOutcomes,
    EVoting,
    CouncilMeetings,
)
