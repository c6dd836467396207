"""The rows of the published tables, each a tuple in the order of its table's columns (see `schema`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.publish.answers import PortalAnswers, Said
from review.publish.claims import Beside
from review.publish.scores import Score
from review.publish.summary import BY, Coverage, Line, Summary

Row = tuple[Any, ...]


def portal_rows(scores: Iterable[Score], figures: Mapping[str, Summary]) -> Iterator[Row]:
    """The rows of `portals`; `figures` are the summaries by measure."""
    return (portal_row(score, figures[score.measure]) for score in scores)


def portal_row(score: Score, summary: Summary) -> Row:
    """A row of `portals`; the summary is that of the score's measure."""
    visit, place, published = score.visit, score.visit.place, score.published
    return (
        visit.portal, visit.url, visit.name, visit.country or None, place.name or None, place.region or None,
        place.subregion or None, place.income or None, "|".join(place.groups) or None, visit.district or None,
        visit.kind, visit.language or None, visit.edition, visit.run, visit.visited, score.status, score.basis,
        score.measure, score.index, score.high, score.level, summary.rank(score), score.yes, score.unknown,
        score.confirmed, score.questions, published.osi if published else None, published.year if published else None,
        score.below, summary.normalised(score),
    )  # fmt: skip


def answer_rows(portal: PortalAnswers) -> Iterator[Row]:
    """The rows of `answers` of a portal, in the questionnaire's order."""
    for said in portal.said:
        asked = said.indicator
        yield (
            portal.visit.portal, asked.edition, asked.code, asked.criterion, asked.title, said.value, said.basis,
            said.verdict, said.state, _confidence(said), said.evidence_url or None, said.run,
        )  # fmt: skip


def _confidence(said: Said) -> float | None:
    """The program's confidence where it said yes or no: elsewhere there is no probability to tell."""
    return said.confidence if said.state in ("present", "absent") else None


def criterion_rows(score: Score) -> Iterator[Row]:
    """The rows of `criteria` of a portal."""
    return ((score.visit.portal, score.visit.edition, name, share) for name, share in score.shares)


def claim_row(beside: Beside) -> Row:
    """A row of `claims`."""
    claim, said = beside.claim, beside.said
    return (
        claim.portal_id, claim.edition, claim.code, claim.source, claim.says, claim.url, claim.comment, claim.given,
        said.value, said.basis, beside.agrees,
    )  # fmt: skip


def group_rows(measure: str, summary: Summary) -> Iterator[Row]:
    """The rows of `groups` of one measure: all portals, then every kind of group."""
    yield group_row(measure, summary.total)
    for by in BY:
        yield from (group_row(measure, line) for line in summary.lines(by))


def group_row(measure: str, line: Line) -> Row:
    """A row of `groups`."""
    return (
        measure, line.by, line.key or None, line.portals, line.assessed, line.questions, line.confirmed, line.mean,
        line.median, line.lowest, line.highest, *(count for _, count in line.levels), line.below, line.compared,
    )  # fmt: skip


def coverage_row(region: Coverage) -> Row:
    """A row of `coverage`."""
    return region.region, region.states, region.assessed, region.no_portal, region.unread, region.unlisted
