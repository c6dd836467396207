"""From findings on features to pre-filled answers, question by question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detectors.conclude import Finding
from survey.features import features

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detectors.conclude import State
    from detectors.observation import Observation
    from survey.indicator import Indicator, Questionnaire

_PRECEDENCE: tuple[State, ...] = ("present", "unknown", "manual", "absent", "not_applicable")
"""Any feature present answers yes; only when every feature was searched for in vain is the answer no."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The pre-filled answer to one indicator, and the findings (one per feature) that it rests on.

    `finding` is the one that decides. A person confirms or rejects the answer; it is never a score by itself.
    """

    indicator: Indicator
    finding: Finding
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """The state of the deciding finding."""
        return self.finding.state

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that `state` is right."""
        return self.finding.confidence

    @property
    def best(self) -> Observation | None:
        """The strongest proof, when there is any."""
        return self.finding.evidence[0] if self.finding.evidence else None

    @property
    def evidence_url(self) -> str:
        """The page that holds the strongest proof of a present feature; else empty."""
        return self.best.url if self.best is not None and self.state == "present" else ""


@dataclass(frozen=True, slots=True)
class Summary:
    """How many indicators are in which state; `denominator` is what the edition divides a score by."""

    present: int
    absent: int
    unknown: int
    manual: int
    not_applicable: int
    total: int
    denominator: int

    @property
    def share(self) -> float:
        """The indicators found present over the denominator, 0..1: a pre-fill, not a score."""
        return self.present / self.denominator


def prefill(questionnaire: Questionnaire, findings: Iterable[Finding]) -> tuple[Answer, ...]:
    """Answer every indicator of an edition, in its order; a feature without finding is `unknown` or `manual`."""
    by_feature = {finding.feature: finding for finding in findings}
    return tuple(_answer(indicator, by_feature) for indicator in questionnaire.indicators)


def summarise(questionnaire: Questionnaire, answers: Iterable[Answer]) -> Summary:
    """Count the states of the answers."""
    states = [answer.state for answer in answers]
    return Summary(
        present=states.count("present"),
        absent=states.count("absent"),
        unknown=states.count("unknown"),
        manual=states.count("manual"),
        not_applicable=states.count("not_applicable"),
        total=len(states),
        denominator=questionnaire.denominator,
    )


def _answer(indicator: Indicator, by_feature: Mapping[str, Finding]) -> Answer:
    found = tuple(by_feature.get(key) or _not_looked_for(key) for key in indicator.features)
    best = min(found, key=lambda finding: (_PRECEDENCE.index(finding.state), -finding.confidence))
    if best.state == "absent":
        best = replace(best, confidence=min(finding.confidence for finding in found))
    return Answer(indicator, best, found)


def _not_looked_for(feature: str) -> Finding:
    if features()[feature].proof == "manual":
        return Finding(feature, "manual", "", 1.0, explanation="Only a person can tell.")
    return Finding(feature, "unknown", "tool", 0.0, explanation="No detector of this installation looks for it.")
