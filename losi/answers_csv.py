"""Pre-filled answers as CSV, a row for each question of each portal."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from crawler.prefill import prefill
from losi.cells import cell
from survey.questionnaire import load

if TYPE_CHECKING:
    from crawler.prefill import Answer
    from crawler.result import RunResult

COLUMNS = (
    "portal", "url", "country", "kind", "run", "outcome", "edition", "code", "criterion", "title", "state", "reason",
    "confidence", "evidence_url", "excerpt", "in_english", "why", "capture",
)  # fmt: skip


def header_line() -> str:
    """The line that names the columns."""
    return _line(COLUMNS)


def answer_lines(result: RunResult) -> str:
    """The lines of one run."""
    return "".join(_line(_row(result, answer)) for answer in prefill(load(result.edition), result.findings))


def _row(result: RunResult, answer: Answer) -> tuple[str, ...]:
    portal, best = result.portal, answer.best
    decided = answer.state in ("present", "absent")
    return (
        portal.name, portal.url, portal.country, portal.kind, str(result.run_id or ""), result.outcome, result.edition,
        answer.indicator.code, answer.indicator.criterion, answer.indicator.title, answer.state, answer.finding.reason,
        f"{answer.confidence:.4f}" if decided else "", answer.evidence_url,
        *((best.quote, best.gloss, best.why) if best else ("", "", "")),
        str(best.capture) if best and best.capture is not None else "",
    )  # fmt: skip


def _line(values: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cell(value) for value in values)
    return out.getvalue()
