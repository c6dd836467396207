"""How a portal's questions were answered, counted, and the index that this gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from review.publish.answers import value_of
from survey.indicator import Questionnaire
from survey.scoring import as_published, criterion_shares, losi_score, osi_raw, osi_weights


@dataclass(frozen=True, slots=True)
class Counts:
    """How many `questions`: answered `yes`, of `unknown` answer, `confirmed` by people and `prefilled` by the program;
    `is_open` where neither knows of one. `exact` is the index, `high` that if all of unknown answer were yes, `shares`
    are by criterion, `measure` is how the edition is scored (see `measure_of`)."""

    measure: str
    questions: int
    yes: int
    unknown: int
    confirmed: int
    prefilled: int
    is_open: bool
    exact: float
    high: float
    shares: tuple[tuple[str, float], ...]


def counts_of(questionnaire: Questionnaire, said: Iterable[tuple[str | None, str | None]]) -> Counts:
    """The counts of what is said of every question in its order: the program's state and people's verdict."""
    pairs = list(said)
    values = [value_of(*pair) for pair in pairs]
    known = {code: value == 1 for code, value in zip(questionnaire.codes, values, strict=True)}
    hoped = {code: value != 0 for code, value in zip(questionnaire.codes, values, strict=True)}
    shares = criterion_shares(known, questionnaire)
    return Counts(
        measure_of(questionnaire),
        len(pairs),
        values.count(1),
        values.count(None),
        sum(verdict is not None for _, verdict in pairs),
        sum(verdict is None and state is not None for state, verdict in pairs),
        any(verdict is None and value is None for (_, verdict), value in zip(pairs, values, strict=True)),
        _index(known, shares, questionnaire),
        _index(hoped, criterion_shares(hoped, questionnaire), questionnaire),
        tuple((name, as_published(share)) for name, share in shares.items()),
    )


def measure_of(questionnaire: Questionnaire) -> str:
    """How an edition is scored: `osi_weighted` where it has every sub-index that has a weight, else `losi`."""
    national = questionnaire.kind == "national" and set(osi_weights()) <= set(questionnaire.criteria)
    return "osi_weighted" if national else "losi"


def _index(answers: dict[str, bool], shares: dict[str, float], questionnaire: Questionnaire) -> float:
    if measure_of(questionnaire) == "losi":
        return losi_score(sum(answers.values()), questionnaire)
    return osi_raw(shares)
