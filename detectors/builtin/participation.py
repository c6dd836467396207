"""Participation and engagement: budget, complaints, consultation, decisions, council."""

from __future__ import annotations

from detectors.topic import RecentTopicDetector, TopicDetector


class BudgetPublication(TopicDetector):
    """Budget documents, figures or a budget section. Participatory budgeting is another question."""

    name = "budget-publication"
    features = ("budget.publication",)


class ReportDiscrimination(TopicDetector):
    """A way to report discrimination online."""

    name = "report-discrimination"
    features = ("participation.report_discrimination",)


class Feedback(TopicDetector):
    """A form or link for complaints, suggestions or feedback; writing to the mayor or minister counts."""

    name = "feedback"
    features = ("participation.feedback",)


class Deliberation(TopicDetector):
    """A forum, poll, petition, or public consultation tool for input to policy."""

    name = "deliberation"
    features = ("participation.deliberation",)


class ReportIssue(TopicDetector):
    """Reporting a problem in public space (street, lamp, rubbish). A general complaint form is another
    question."""

    name = "report-issue"
    features = ("participation.report_issue",)


class ParticipatoryBudgeting(RecentTopicDetector):
    """Participatory budgeting of recent years."""

    name = "participatory-budgeting"
    features = ("participation.budgeting",)


class LandUsePlanParticipation(RecentTopicDetector):
    """Participation in, or publication for comment of, the land-use or territorial plan."""

    name = "land-use-plan-participation"
    features = ("participation.land_use_plan",)


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
    """Announcements, agendas, minutes or recordings of the meetings of council, board or parliament."""

    name = "council-meetings"
    features = ("participation.council_meetings",)


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
