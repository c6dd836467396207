"""Effort and goals: every feature has them, they fit each other, and broken rows are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey.features import features
from survey.packaged import SurveyDataError
from survey.plan import GRADES, effort_of, efforts, parse_efforts, parse_targets, targets, targets_of
from survey.questionnaire import editions, load


def test_every_feature_has_an_effort_and_a_target() -> None:
    assert efforts().keys() == features().keys()
    assert targets().keys() == features().keys()


def test_what_is_our_judgement_says_so() -> None:
    assert {effort.source for effort in efforts().values()} == {"ours"}
    assert {target.source for each in targets().values() for target in each} == {"ours"}


def test_goals_are_the_seventeen_of_the_agenda() -> None:
    assert {target.goal for each in targets().values() for target in each} <= set(range(1, 18))


@pytest.mark.parametrize(
    ("feature", "grade"),
    [("technology.https", "easy"), ("institution.organization_chart", "easy"), ("participation.budgeting", "moderate"),
     ("payment.fines", "hard"), ("service.birth_certificate", "hard")],
)  # fmt: skip
def test_grades_follow_what_it_takes(feature: str, grade: str) -> None:
    assert efforts()[feature].grade == grade


@pytest.mark.parametrize(
    ("feature", "target"),
    [("service.birth_certificate", "16.9"), ("info.public_transport", "11.2"), ("procurement.results", "12.7"),
     ("institution.access_to_information", "16.10"), ("participation.land_use_plan", "11.3")],
)  # fmt: skip
def test_targets_are_those_of_the_subject(feature: str, target: str) -> None:
    assert target in {each.target for each in targets()[feature]}


@pytest.mark.parametrize("edition", editions())
def test_an_indicator_takes_the_least_effort_of_its_features(edition: str) -> None:
    for indicator in load(edition).indicators:
        easiest = min(GRADES.index(efforts()[key].grade) for key in indicator.features)
        assert GRADES.index(effort_of(indicator).grade) == easiest
        served = [each.target for each in targets_of(indicator)]
        assert served
        assert len(served) == len(set(served))


def test_targets_stand_in_the_order_of_the_agenda() -> None:
    asked = load("losi-2024").indicators[0]
    keys = (
        "institution.access_to_information",
        "participation.rural_areas",
        "info.emergency",
        "participation.land_use_plan",
    )
    numbers = [each.target for each in targets_of(replace(asked, features=keys))]
    assert numbers == ["11.3", "11.5", "11.a", "13.1", "16.7", "16.10"]


EFFORT = {"feature": "info.news", "effort": "easy", "reason": "x", "source": "ours"}
TARGET = {"feature": "info.news", "goal": "16", "title": "Peace", "target": "16.10", "source": "ours"}


@pytest.mark.parametrize("change", [{"effort": "trivial"}, {"feature": "info.no_such"}])
def test_a_broken_effort_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(SurveyDataError):
        parse_efforts([EFFORT | change], features())


def test_an_effort_given_twice_is_refused() -> None:
    with pytest.raises(SurveyDataError, match="twice"):
        parse_efforts([EFFORT, EFFORT], features())


@pytest.mark.parametrize("change", [{"target": "11.2"}, {"feature": "info.no_such"}])
def test_a_broken_target_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(SurveyDataError):
        parse_targets([TARGET | change], features())


def test_a_goal_has_one_title() -> None:
    with pytest.raises(SurveyDataError, match="is called 'Peace', not 'Something else'"):
        parse_targets([TARGET, TARGET | {"title": "Something else"}], features())
