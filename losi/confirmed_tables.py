"""Shows what confirmations say of the program: the tables, JSON and list of errors of `losi quality --confirmed`."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from losi.cells import cell
from losi.quality import Score
from losi.quality_tables import reliability_document, reliability_table, score_document, score_table
from losi.reliability import Outcome, reliability
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rich.table import Table

    from losi.reliability import Reliability
    from review.confirmed import Confirmations, Confirmed

UNIT = (
    "The unit is the settled answer to one question of one portal. Suggested present and confirmed: hit; present and "
    "rejected: false positive; absent, but people found it: miss. Questions on which the program suggested nothing "
    "count neither way. A hit or false positive counts for the detector of the best proof, a miss for every detector "
    "that looked."
)
VIEWS = (
    "By view: single decisions, before they were settled. With the suggestion in view people follow it more easily; "
    "the figures without it are the fairer ones."
)
ERROR_COLUMNS = (
    "error", "features", "detectors", "portal", "edition", "code", "language", "state", "verdict", "confidence", "run",
    "url", "quote", "why",
)  # fmt: skip


def confirmed_tables(found: Confirmations) -> list[Table]:
    """Tables: overall, by view, by language, by detector, by feature, reliability."""
    answers = found.answers
    return [
        score_table("Overall", "", {count_of(len(answers), "answer"): _score(each.outcome for each in answers)}),
        score_table("By view of the suggestion", "suggestion", _views(found)),
        score_table("By language", "language", _grouped(answers, lambda each: (each.language,))),
        score_table("By detector", "detector", _grouped(answers, lambda each: each.detectors)),
        score_table("By feature", "feature", _grouped(answers, lambda each: each.features)),
        reliability_table(reliable(answers)),
    ]


def left_open(found: Confirmations) -> str:
    """One line on the questions on which nothing was suggested."""
    said = found.left_open
    answers = count_of(said.total(), "answer")
    return f"Left open by the program: {answers}, of which {said['yes']} were yes and {said['no']} no."


def confirmed_document(found: Confirmations, cycle: str | None) -> dict[str, Any]:
    """The same as JSON."""
    answers = found.answers
    return {
        "schema": 1,
        "cycle": cycle,
        "answers": len(answers),
        "unit": UNIT,
        "overall": score_document(_score(each.outcome for each in answers)),
        "views": _documents(_views(found)),
        "languages": _documents(_grouped(answers, lambda each: (each.language,))),
        "detectors": _documents(_grouped(answers, lambda each: each.detectors)),
        "features": _documents(_grouped(answers, lambda each: each.features)),
        "left_open": {"yes": found.left_open["yes"], "no": found.left_open["no"]},
        "reliability": reliability_document(reliable(answers)),
    }


def confirmed_errors(found: Confirmations) -> str:
    """False positives and misses as CSV, by feature."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ERROR_COLUMNS)
    wrong = [each for each in found.answers if each.outcome in ("false positive", "miss")]
    for each in sorted(wrong, key=lambda each: (each.features, each.outcome, each.portal, each.code)):
        confidence = "" if each.confidence is None else f"{each.confidence:.4f}"
        values = (
            each.outcome, " ".join(each.features), " ".join(each.detectors), each.portal, each.edition, each.code,
            each.language, each.state, each.verdict, confidence, str(each.run), each.url, each.quote, each.why,
        )  # fmt: skip
        writer.writerow(cell(value) for value in values)
    return out.getvalue()


def reliable(answers: Sequence[Confirmed]) -> Reliability:
    """The probability that the suggested state was right, against whether people agreed."""
    return reliability(
        [
            Outcome(each.confidence, each.outcome in ("hit", "true negative"))
            for each in answers
            if each.confidence is not None and each.outcome != "left open"
        ]
    )


def _views(found: Confirmations) -> dict[str, Score]:
    return {name: _score(counted.elements()) for name, counted in found.views.items()}


def _grouped(answers: Iterable[Confirmed], keys: Callable[[Confirmed], Sequence[str]]) -> dict[str, Score]:
    groups: dict[str, list[str]] = defaultdict(list)
    for each in answers:
        for key in keys(each):
            groups[key].append(each.outcome)
    return {key: score for key in sorted(groups) if _counts(score := _score(groups[key]))}


def _score(outcomes: Iterable[str]) -> Score:
    counted = Counter(outcomes)
    return Score(counted["hit"], counted["false positive"], counted["miss"])


def _counts(score: Score) -> bool:
    return bool(score.hits or score.false_positives or score.misses)


def _documents(scores: Mapping[str, Score]) -> dict[str, Any]:
    return {name: score_document(score) for name, score in scores.items()}
