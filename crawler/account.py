"""The account of a run: what was searched and what was left out, as its row keeps it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.likely import likely_places
from detectors.conclude import SearchCertificate
from detectors.lexicon_set import lexicon_prints

if TYPE_CHECKING:
    from crawler.outcome import Judgement
    from crawler.result import RunResult
    from crawler.visit import Visit
    from detectors.facts import PortalFacts


def certificate_of(visit: Visit, judgement: Judgement) -> SearchCertificate:
    """What the crawl searched: the basis of every `absent`."""
    return SearchCertificate(
        pages=visit.tally.pages,
        languages=tuple(visit.tally.languages.most_common()),
        exhausted=visit.left == 0 and judgement.outcome == "ok",
        sitemap=visit.sitemaps.found,
        site_search=visit.search.asked,
        left=visit.left,
        outcome=judgement.outcome,
        cause=judgement.cause,
        likely=likely_places(visit.frontier),
    )


def account(visit: Visit, certificate: SearchCertificate, known: PortalFacts, result: RunResult) -> dict[str, Any]:
    """What a run's row keeps beside its counts, as JSON: the certificate, the facts that were measured, and what was
    not read and why."""
    return {
        **asdict(certificate),
        "read": visit.read,
        "external": visit.external,
        "gone": sorted(visit.gone.urls),
        "facts": asdict(known),
        "left_out": _left_out(visit),
        "robots_ignored": {"hosts": list(visit.options.robots_agreed), "requests": visit.opened},
        "problems": list(result.problems),
        "browser": visit.browsing.told() if visit.browsing is not None else {},
        "seconds": {"detect": result.seconds_detect, "render": result.seconds_render},
        "views": dict(result.views),
        "lexicons": lexicon_prints(result.languages),
    }


def languages_of(visit: Visit) -> list[str]:
    """The languages of the pages that were read, the most frequent first."""
    return [code for code, _ in visit.tally.languages.most_common() if code]


def _left_out(visit: Visit) -> dict[str, int]:
    """Why links were not followed and answers not read: reason and count."""
    counts = {**visit.frontier.cut, **{f"refused: {kind}": n for kind, n in visit.gate.refused.items()}}
    counts["robots.txt"] = visit.disallowed
    counts["not in the archive"] = visit.missing
    counts["queue was full"] = visit.frontier.dropped
    return {reason: count for reason, count in counts.items() if count}
