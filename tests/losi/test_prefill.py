"""Answers follow from findings: any feature present is yes, and only a search in vain for all of them is no."""

from __future__ import annotations

import pytest

from crawler.prefill import prefill, summarise
from detectors.conclude import Finding, State
from survey.questionnaire import load

EDITION_2020 = load("losi-2020")
TWO_FEATURES = next(i for i in EDITION_2020.indicators if i.features == ("support.live_chat", "support.chatbot"))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("present", "absent", "present"),
        ("absent", "present", "present"),
        ("unknown", "present", "present"),
        ("absent", "unknown", "unknown"),
        ("absent", "absent", "absent"),
        ("manual", "absent", "manual"),
    ],
)
def test_an_indicator_with_two_features(first: State, second: State, expected: State) -> None:
    findings = (
        Finding("support.live_chat", first, "", 0.9),
        Finding("support.chatbot", second, "", 0.7),
    )
    answer = next(a for a in prefill(EDITION_2020, findings) if a.indicator == TWO_FEATURES)
    assert answer.state == expected


def test_an_absence_of_two_features_is_as_sure_as_the_less_sure_one() -> None:
    findings = (Finding("support.live_chat", "absent", "", 0.9), Finding("support.chatbot", "absent", "", 0.7))
    answer = next(a for a in prefill(EDITION_2020, findings) if a.indicator == TWO_FEATURES)
    assert answer.confidence == 0.7


def test_a_feature_that_nobody_looked_for_is_no_absence(findings: tuple[Finding, ...]) -> None:
    questionnaire = load("losi-2024")
    by_code = {answer.indicator.code: answer for answer in prefill(questionnaire, findings)}
    assert (by_code["220"].state, by_code["220"].finding.reason) == ("unknown", "tool")
    assert by_code["252"].state == "manual"


def test_every_indicator_is_answered_and_counted_once(findings: tuple[Finding, ...]) -> None:
    questionnaire = load("losi-2024")
    answers = prefill(questionnaire, findings)
    summary = summarise(questionnaire, answers)
    assert tuple(a.indicator.code for a in answers) == questionnaire.codes
    assert (summary.present, summary.absent) == (2, 1)
    assert summary.present + summary.absent + summary.unknown + summary.manual == summary.total == 95
    assert summary.share == pytest.approx(2 / 96)
