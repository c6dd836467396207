"""Shows a measurement: tables for people, JSON and a list of errors for programs and detector authors."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from losi.cells import cell
from losi.terminal import table
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from losi.quality import Case, Interval, Macro, Measure, Score
    from losi.reliability import Reliability

INTERVALS = (
    "95 % intervals: Wilson's score interval for precision and recall; for F1 Wilson's interval of the share "
    "J = hits / (hits + false positives + misses), carried through F1 = 2J / (1 + J)."
)
RELIABILITY = (
    "Reliability: of every page and feature of which something was seen, the probability that conclusions give to it "
    "beside the share that readers labelled. Brier score: mean squared difference; expected calibration error: mean "
    "distance of a bin's two columns. Both are best at 0. It speaks of pages; of whole portals there are no labels."
)
ERROR_COLUMNS = (
    "error", "feature", "page", "url", "language", "strength", "kind", "quote", "href", "why",
    "label_kind", "label_quote", "label_href",
)  # fmt: skip


def quality_tables(measure: Measure) -> list[Table]:
    """Tables: overall, by language, by feature, macro averages, reliability."""
    return [
        score_table("Overall", "", {count_of(measure.pages, "page"): measure.overall}),
        score_table("By language", "language", measure.languages),
        score_table("By feature", "feature", measure.features),
        _macro_table({"features": measure.by_feature, "languages": measure.by_language}),
        reliability_table(measure.reliability),
    ]


def quality_document(measure: Measure, threshold: float) -> dict[str, Any]:
    """The measurement as JSON."""
    return {
        "schema": 1,
        "pages": measure.pages,
        "threshold": threshold,
        "intervals": INTERVALS,
        "overall": score_document(measure.overall),
        "languages": {name: score_document(score) for name, score in measure.languages.items()},
        "features": {name: score_document(score) for name, score in measure.features.items()},
        "macro": {
            "by_feature": _macro_document(measure.by_feature),
            "by_language": _macro_document(measure.by_language),
        },
        "reliability": reliability_document(measure.reliability),
    }


def errors_csv(measure: Measure) -> str:
    """False positives with what the detector saw, and misses with what the reader saw, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ERROR_COLUMNS)
    writer.writerows(_error_row(case) for case in measure.errors)
    return out.getvalue()


def _error_row(case: Case) -> list[str]:
    seen, label = case.prediction, case.label
    return [
        cell(value)
        for value in (
            case.verdict, case.feature, case.page.id, case.page.url, case.page.language,
            f"{seen.strength:.2f}" if seen else "", seen.kind if seen else "", seen.quote if seen else "",
            seen.href if seen else "", seen.why if seen else "",
            label.kind if label else "", label.quote if label else "", label.href if label else "",
        )
    ]  # fmt: skip


def score_table(title: str, name: str, scores: Mapping[str, Score]) -> Table:
    numbers = ("hits", "false pos.", "misses", "precision", "recall", "F1")
    made = table(title, (name, *numbers), right=numbers)
    for key, score in scores.items():
        made.add_row(
            key, str(score.hits), str(score.false_positives), str(score.misses),
            _interval(score.precision), _interval(score.recall), _interval(score.f1),
        )  # fmt: skip
    return made


def _macro_table(averages: Mapping[str, Macro]) -> Table:
    numbers = ("groups", "precision", "recall", "F1")
    made = table("Macro averages", ("mean over", *numbers), right=numbers)
    for name, macro in averages.items():
        made.add_row(name, str(macro.groups), *(_number(x) for x in (macro.precision, macro.recall, macro.f1)))
    return made


def reliability_table(found: Reliability) -> Table:
    numbers = ("number", "expected", "observed")
    title = f"Reliability: Brier score {found.brier:.4f}, expected calibration error {found.error:.4f}"
    made = table(title, ("confidence", *numbers), right=numbers)
    for each in found.bins:
        made.add_row(
            f"{each.low:.1f}–{each.high:.1f}", str(each.number), _number(each.expected), _number(each.observed)
        )
    return made


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(interval: Interval) -> str:
    if interval.value is None:
        return "–"
    return f"{interval.value:.3f} [{interval.low:.3f}–{interval.high:.3f}]"


def score_document(score: Score) -> dict[str, Any]:
    return {
        "hits": score.hits,
        "false_positives": score.false_positives,
        "misses": score.misses,
        **{name: _interval_document(getattr(score, name)) for name in ("precision", "recall", "f1")},
    }


def _macro_document(macro: Macro) -> dict[str, float | int | None]:
    values = {"precision": macro.precision, "recall": macro.recall, "f1": macro.f1}
    return {"groups": macro.groups, **{k: None if v is None else round(v, 4) for k, v in values.items()}}


def reliability_document(found: Reliability) -> dict[str, Any]:
    return {
        "number": found.number,
        "brier": round(found.brier, 4),
        "expected_calibration_error": round(found.error, 4),
        "bins": [
            {
                "low": each.low,
                "high": each.high,
                "number": each.number,
                "expected": round(each.expected, 4),
                "observed": round(each.observed, 4),
            }
            for each in found.bins
        ],
    }


def _interval_document(interval: Interval) -> dict[str, float | None]:
    value = None if interval.value is None else round(interval.value, 4)
    return {"value": value, "low": round(interval.low, 4), "high": round(interval.high, 4)}
