"""Shows a measurement: tables for people, JSON and a list of errors for programs and detector authors."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from losi.cells import cell
from losi.terminal import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from losi.quality import Case, Interval, Measure, Score

INTERVALS = (
    "95 % intervals: Wilson's score interval for precision and recall; for F1 Wilson's interval of the share "
    "J = hits / (hits + false positives + misses), carried through F1 = 2J / (1 + J)."
)
ERROR_COLUMNS = (
    "error", "feature", "page", "url", "language", "strength", "kind", "quote", "href", "why",
    "label_kind", "label_quote", "label_href",
)  # fmt: skip


def quality_tables(measure: Measure) -> list[Table]:
    """Three tables: overall, by language, by feature."""
    return [
        _table("Overall", "", {f"{measure.pages} pages": measure.overall}),
        _table("By language", "language", measure.languages),
        _table("By feature", "feature", measure.features),
    ]


def quality_document(measure: Measure, threshold: float) -> dict[str, Any]:
    """The measurement as JSON."""
    return {
        "schema": 1,
        "pages": measure.pages,
        "threshold": threshold,
        "intervals": INTERVALS,
        "overall": _score_document(measure.overall),
        "languages": {name: _score_document(score) for name, score in measure.languages.items()},
        "features": {name: _score_document(score) for name, score in measure.features.items()},
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


def _table(title: str, name: str, scores: Mapping[str, Score]) -> Table:
    numbers = ("hits", "false pos.", "misses", "precision", "recall", "F1")
    made = table(title, (name, *numbers), right=numbers)
    for key, score in scores.items():
        made.add_row(
            key, str(score.hits), str(score.false_positives), str(score.misses),
            _interval(score.precision), _interval(score.recall), _interval(score.f1),
        )  # fmt: skip
    return made


def _interval(interval: Interval) -> str:
    if interval.value is None:
        return "–"
    return f"{interval.value:.3f} [{interval.low:.3f}–{interval.high:.3f}]"


def _score_document(score: Score) -> dict[str, Any]:
    return {
        "hits": score.hits,
        "false_positives": score.false_positives,
        "misses": score.misses,
        **{name: _interval_document(getattr(score, name)) for name in ("precision", "recall", "f1")},
    }


def _interval_document(interval: Interval) -> dict[str, float | None]:
    value = None if interval.value is None else round(interval.value, 4)
    return {"value": value, "low": round(interval.low, 4), "high": round(interval.high, 4)}
