"""The index of every portal, its level, and how it stands to its country's published Online Service Index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlalchemy.orm import Session

from review.publish.answers import PortalAnswers, Said, portal_answers
from review.publish.scope import Scope, Visit
from survey.indicator import Questionnaire
from survey.published import published_results
from survey.scoring import as_published, criterion_shares, level, losi_score, osi_raw, osi_weights

Basis = Literal["confirmed", "mixed", "prefilled", "none"]


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
    return (score_of(each) for each in portal_answers(session, scope))


def score_of(portal: PortalAnswers) -> Score:
    """The score of one portal."""
    assessed = portal.status == "assessed" and portal.questionnaire is not None
    exact, high, shares = _indices(portal) if assessed else (None, None, ())
    index = None if exact is None else printed(exact)
    measure = _measure(portal)
    confirmed = portal.confirmed
    prefilled = sum(each.basis == "prefilled" for each in portal.said)
    return Score(
        portal.visit,
        portal.status,
        _basis(confirmed, len(portal.said)) if assessed else "none",
        measure,
        sum(each.value == 1 for each in portal.said),
        sum(each.value is None for each in portal.said),
        confirmed,
        prefilled,
        len(portal.said),
        index,
        None if high is None else printed(high),
        None if index is None else level(index, "losi" if measure == "losi" else "egdi"),
        published_osi().get(portal.visit.country),
        shares,
        exact,
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


def measure_of(questionnaire: Questionnaire) -> str:
    """How an edition is scored: `osi_weighted` where it has every sub-index that has a weight, else `losi`."""
    national = questionnaire.kind == "national" and set(osi_weights()) <= set(questionnaire.criteria)
    return "osi_weighted" if national else "losi"


def _indices(portal: PortalAnswers) -> tuple[float, float, tuple[tuple[str, float], ...]]:
    """The index, the index if what nobody knows were yes, and the shares by criterion as published."""
    questionnaire = portal.questionnaire
    assert questionnaire is not None
    known, hoped = _answers(portal.said, 0), _answers(portal.said, 1)
    shares, best = criterion_shares(known, questionnaire), criterion_shares(hoped, questionnaire)
    told = tuple((name, as_published(share)) for name, share in shares.items())
    if measure_of(questionnaire) == "losi":
        return losi_score(sum(known.values()), questionnaire), losi_score(sum(hoped.values()), questionnaire), told
    return osi_raw(shares), osi_raw(best), told


def _measure(portal: PortalAnswers) -> str:
    if portal.questionnaire is not None:
        return measure_of(portal.questionnaire)
    return "losi" if portal.visit.kind == "city" else "osi_weighted"


def _answers(said: tuple[Said, ...], unknown: int) -> dict[str, bool]:
    return {each.indicator.code: bool(unknown if each.value is None else each.value) for each in said}


def _basis(confirmed: int, questions: int) -> Basis:
    if not confirmed:
        return "prefilled"
    return "confirmed" if confirmed == questions else "mixed"
