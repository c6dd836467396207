"""From findings on features to the pre-filled answers of one edition, as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import AnswerRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from detectors.conclude import Finding, State
    from survey.indicator import Indicator, Questionnaire

_PRECEDENCE: tuple[State, ...] = ("present", "unknown", "manual", "absent", "not_applicable")
"""Any feature present answers yes; only when every feature was searched for in vain is the answer no."""


def answers(questionnaire: Questionnaire, findings: Iterable[Finding]) -> Iterator[AnswerRecord]:
    """One answer per indicator, in the questionnaire's order; the value is left to the person who decides."""
    by_feature = {finding.feature: finding for finding in findings}
    for indicator in questionnaire.indicators:
        yield _answer(questionnaire.edition, indicator, by_feature)


def _answer(edition: str, indicator: Indicator, by_feature: Mapping[str, Finding]) -> AnswerRecord:
    found = [by_feature[key] for key in indicator.features if key in by_feature]
    if not found:
        return AnswerRecord(edition, indicator.code, "unknown", confidence=0.0)
    best = min(found, key=lambda finding: (_PRECEDENCE.index(finding.state), -finding.confidence))
    confidence = min(f.confidence for f in found) if best.state == "absent" else best.confidence
    url = best.evidence[0].url if best.state == "present" and best.evidence else None
    return AnswerRecord(edition, indicator.code, best.state, confidence=confidence, evidence_url=url)
