"""The words for states, verdicts and the like, marked for translation; the keys are those of database and data."""

from __future__ import annotations

from types import MappingProxyType


def N_(message: str) -> str:  # noqa: N802
    """Marks a message for the catalogues; it is translated where it is shown."""
    return message


_STATES = {
    "present": N_("Found"),
    "absent": N_("Not found"),
    "unknown": N_("Cannot tell"),
    "manual": N_("Only a person can tell"),
    "not_applicable": N_("Does not apply"),
}
_SUGGESTIONS = {
    "present": N_("Yes, it is there"),
    "absent": N_("No, it is not there"),
    "unknown": N_("No suggestion: the search could not tell"),
    "manual": N_("No suggestion: only a person can tell"),
    "not_applicable": N_("Does not apply"),
}
_VERDICTS = {"yes": N_("Yes"), "no": N_("No"), "unsure": N_("Unsure"), "skip": N_("Skipped")}
_STATUSES = {
    "open": N_("Open"),
    "decided": N_("Decided"),
    "agreed": N_("Agreed"),
    "disputed": N_("Disagreement"),
    "adjudicated": N_("Adjudicated"),
}
_REASONS = {
    "blocked": N_("the portal turned the crawler away"),
    "unreachable": N_("the portal could not be reached"),
    "budget": N_("what was searched is not enough to tell"),
    "robots": N_("robots.txt forbids the pages that could tell"),
    "login": N_("what could tell lies behind a login"),
    "language": N_("there is no reviewed word list of the portal’s language"),
    "error": N_("the program failed on the pages that could tell"),
    "tool": N_("no tool of this installation measures it"),
}
_ROLES = {
    "admin": N_("Administrator"),
    "supervisor": N_("Supervisor"),
    "assessor": N_("Assessor"),
    "owner": N_("Portal owner"),
}
_OUTCOMES = {
    "ok": N_("Read"),
    "partial": N_("Read in part"),
    "blocked": N_("Blocked"),
    "unreachable": N_("Unreachable"),
    "no_portal": N_("No portal"),
    "pending": N_("Not yet visited"),
    "unknown_edition": N_("Edition not known"),
    "running": N_("Running"),
}
_CHANGES = {
    "new": N_("New"),
    "same": N_("As in the last cycle"),
    "state": N_("Answer changed since the last cycle"),
    "proof": N_("Proof changed since the last cycle"),
}
_CAUSES = {
    "site": N_("The site changed"),
    "detector": N_("The detector changed"),
    "crawl": N_("The crawl went differently"),
    "unclear": N_("Cause not known"),
}
_CONTESTS = {
    "received": N_("Received, the page will be looked at"),
    "checked": N_("The page was looked at"),
    "failed": N_("The page could not be fetched"),
    "accepted": N_("Accepted"),
    "rejected": N_("Rejected"),
}
_FETCHES = {
    "queued": N_("Waiting to be archived"),
    "running": N_("Being archived"),
    "done": N_("Archived"),
    "failed": N_("Could not be archived"),
}
_NOTES = {
    "proof_changed": N_("The proof changed after the decision"),
    "contested": N_("Contested by the portal’s owner"),
}
_CRITERIA = {
    "institutional framework": N_("Institutional framework"),
    "content provision": N_("Content provision"),
    "services provision": N_("Services provision"),
    "participation and engagement": N_("Participation and engagement"),
    "e-participation": N_("E-participation"),
    "e-government literacy": N_("E-government literacy"),
    "technology": N_("Technology"),
}
_REGIONS = {
    "Africa": N_("Africa"),
    "Americas": N_("Americas"),
    "Asia": N_("Asia"),
    "Europe": N_("Europe"),
    "Oceania": N_("Oceania"),
    "": N_("No country given"),
}
_GROUPS = {
    "LDC": N_("Least developed countries"),
    "LLDC": N_("Landlocked developing countries"),
    "SIDS": N_("Small island developing States"),
}
_LEVELS = {"very high": N_("Very high"), "high": N_("High"), "middle": N_("Middle"), "low": N_("Low")}
_MEASURES = {"losi": N_("Local Online Service Index"), "osi_weighted": N_("Online Service Index, before normalisation")}
_KINDS = {"city": N_("City"), "national": N_("National")}
_STAGES = {"open": N_("To decide"), "decided": N_("Decided"), "all": N_("All")}
_CONFIDENCE = {
    "certain": N_("almost certain"),
    "very": N_("very likely"),
    "likely": N_("likely"),
    "rather": N_("more likely than not"),
    "doubtful": N_("doubtful"),
}
_PLACES = {
    "link": N_("Link"),
    "menu link": N_("Menu link"),
    "header link": N_("Header link"),
    "footer link": N_("Footer link"),
    "side-column link": N_("Side-column link"),
    "breadcrumb link": N_("Breadcrumb link"),
    "consent-notice link": N_("Link of the consent notice"),
    "button or field": N_("Button or field"),
    "embedded frame": N_("Embedded frame"),
    "image": N_("Image"),
    "heading": N_("Heading"),
    "page title": N_("Page title"),
    "form": N_("Form"),
    "text": N_("Text"),
    "page address": N_("Address of the page"),
}
_SEEN = {
    "words": N_("%(place)s with the words “%(words)s”"),
    "address": N_("%(place)s to an address with the words “%(words)s”"),
    "beside": N_("%(place)s with the words “%(words)s” and further words of the topic"),
    "together": N_("%(place)s whose words tell the topic together"),
    "group": N_("%(place)s with the words “%(words)s”, on a page about this group of people"),
    "gone": N_("%(place)s with the words “%(words)s”, to a page that does not exist"),
}
WORDS = MappingProxyType(
    {
        "state": _STATES,
        "suggestion": _SUGGESTIONS,
        "verdict": _VERDICTS,
        "status": _STATUSES,
        "reason": _REASONS,
        "role": _ROLES,
        "outcome": _OUTCOMES,
        "change": _CHANGES,
        "cause": _CAUSES,
        "contest": _CONTESTS,
        "fetch": _FETCHES,
        "note": _NOTES,
        "criterion": _CRITERIA,
        "region": _REGIONS,
        "group": _GROUPS,
        "level": _LEVELS,
        "measure": _MEASURES,
        "kind": _KINDS,
        "stage": _STAGES,
        "confidence": _CONFIDENCE,
        "place": _PLACES,
        "seen": _SEEN,
    }
)
"""Tables of words by what they speak of; a key that a table lacks is shown as it is."""
_BANDS = ((0.95, "certain"), (0.85, "very"), (0.7, "likely"), (0.5, "rather"))


def confidence_band(value: float) -> str:
    """The key of the words for a probability of 0..1, as rounded beside them; the bands are those of the detectors'
    explanations."""
    return next((name for bound, name in _BANDS if round(value, 2) >= bound), "doubtful")
