"""The pre-filled answers of one edition, as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.prefill import prefill
from storage.records import AnswerRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detectors.conclude import Finding
    from survey.indicator import Questionnaire


def answers(questionnaire: Questionnaire, findings: Iterable[Finding]) -> Iterator[AnswerRecord]:
    """One answer per indicator, in the questionnaire's order; the value is left to the person who decides."""
    for answer in prefill(questionnaire, findings):
        yield AnswerRecord(
            questionnaire.edition,
            answer.indicator.code,
            answer.state,
            confidence=answer.confidence,
            evidence_url=answer.evidence_url or None,
        )
