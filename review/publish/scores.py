"""The index of every portal, its level, and how it stands to its country's published Online Service Index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlalchemy.orm import Session

from review.publish.answers import PortalAnswers, status_of
from review.publish.counts import Counts, counts_of
from review.publish.scope import Scope, Visit
from review.publish.tallied import tallied
from survey.indicator import Questionnaire
from survey.published import published_results
from survey.scoring import as_published, level, losi_score

Basis = Literal["confirmed", "mixed", "prefilled", "none"]
_NOTHING = Counts("", 0, 0, 0, 0, 0, False, 0.0, 0.0, ())


@dataclass(frozen=True, slots=True)
class Published:
    """A country's published Online Service Index, 0..1, and the year of its edition."""

    osi: float
    year: int


@dataclass(frozen=True, slots=True)
class Score:
    """One portal's index, 0..1 to four places, and what it rests on; index, high and level are None without a score.

    `status` is `assessed` or why there is no score. `yes` and `unknown` count questions; `confirmed` are people's
    answers, `prefilled` the program's. What nobody knows counts as no, as in the Survey; `high` is the index if all of
    that were yes. `measure` is `losi` (the share answered yes, over the edition's denominator) or `osi_weighted` (the
    weighted sum of the sub-indices before normalisation across countries, see `Summary.normalised`). `exact` is the
    index before it was rounded. `shares` are by criterion.
    """

    visit: Visit
    status: str
    basis: Basis
    measure: str
    yes: int
    unknown: int
    confirmed: int
    prefilled: int
    questions: int
    index: float | None
    high: float | None
    level: str | None
    published: Published | None
    shares: tuple[tuple[str, float], ...]
    exact: float | None = None

    @property
    def below(self) -> bool | None:
        """Whether a city scores below its country's published OSI; None where that cannot be said."""
        if self.index is None or self.published is None or self.visit.kind != "city":
            return None
        return self.index < self.published.osi


def scores(session: Session, scope: Scope) -> Iterator[Score]:
    """The scores of a scope's portals, by country and name; never all in memory."""
    return (score_from(visit, counts) for visit, counts in tallied(session, scope))


def score_of(portal: PortalAnswers) -> Score:
    """The score of one portal whose answers are at hand."""
    asked = portal.questionnaire
    told = counts_of(asked, ((each.state, each.verdict) for each in portal.said)) if asked is not None else None
    return score_from(portal.visit, told)


def score_from(visit: Visit, counts: Counts | None) -> Score:
    """The score of a visit whose answers are counted; None for an edition that is not known."""
    known = counts is not None
    counts = counts or _NOTHING
    status = status_of(visit, known=known, confirmed=counts.confirmed, is_open=counts.is_open)
    assessed, questions = status == "assessed", counts.questions
    measure = counts.measure or ("losi" if visit.kind == "city" else "osi_weighted")
    index = printed(counts.exact) if assessed else None
    return Score(
        visit,
        status,
        _basis(counts.confirmed, questions) if assessed else "none",
        measure,
        counts.yes,
        counts.unknown,
        counts.confirmed,
        counts.prefilled,
        questions,
        index,
        printed(counts.high) if assessed else None,
        None if index is None else level(index, "losi" if measure == "losi" else "egdi"),
        published_osi().get(visit.country),
        counts.shares if assessed else (),
        counts.exact if assessed else None,
    )


@cache
def published_osi() -> dict[str, Published]:
    """The newest published OSI of each country, by alpha-3 code."""
    rows = (row for row in published_results() if row.level == "country" and row.osi is not None)
    return {row.iso3: Published(row.osi or 0.0, row.edition) for row in sorted(rows, key=lambda row: row.edition)}


def printed(value: float) -> float:
    """A figure of indices as these are published, a half upwards; what arithmetic adds far behind the comma is none."""
    return as_published(round(value, 10))


def in_percent(share: float) -> str:
    """A share in whole percent; nothing and all (0, 100) are said only where they are so."""
    whole = f"{100 * share:.0f}"
    if share > 0 and whole == "0":
        return "<1"
    return ">99" if share < 1 and whole == "100" else whole


def index_of(yes: int, questionnaire: Questionnaire) -> float:
    """The LOSI of so many questions answered yes, as published."""
    return as_published(losi_score(yes, questionnaire))


def _basis(confirmed: int, questions: int) -> Basis:
    if not confirmed:
        return "prefilled"
    return "confirmed" if confirmed == questions else "mixed"
