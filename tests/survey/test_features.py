"""Features are what detectors flag: every key is well formed, explained and asked for by some edition."""

from __future__ import annotations

import re

import pytest

from survey.features import features, parse_features
from survey.packaged import SurveyDataError
from survey.questionnaire import editions, load

ROW = {"key": "a.b", "title": "A", "counts_as_yes": "B", "proof": "page", "area": "content"}
UNASKED = {"policy.accessibility_statement", "policy.cookies", "policy.terms"}


def test_keys_are_an_area_word_and_a_name() -> None:
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", key) for key in features())


def test_each_feature_says_what_counts_as_yes() -> None:
    assert all(f.title and f.counts_as_yes for f in features().values())
    assert {f.area for f in features().values()} == {
        "institution", "content", "services", "participation", "literacy", "technology",
    }  # fmt: skip


def test_every_feature_but_the_extra_policies_answers_an_indicator() -> None:
    asked = {key for edition in editions() for key in load(edition).features}
    assert features().keys() - asked == UNASKED


def test_titles_tell_features_apart() -> None:
    titles = [f.title for f in features().values()]
    assert len(titles) == len(set(titles))


def test_questions_that_only_a_person_can_answer_are_manual() -> None:
    manual = {key for key, feature in features().items() if feature.proof == "manual"}
    assert manual == {
        "contact.responsiveness", "contact.reply_quality", "technology.findability", "service.benefits",
    }  # fmt: skip


def test_the_mapping_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        features()["a.b"] = features()["technology.https"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("rows", "message"),
    [([ROW, ROW], "'a.b' is given twice"), ([ROW | {"proof": "guess"}], "proof is 'guess', not one of page")],
)
def test_faulty_rows_are_refused(rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(SurveyDataError, match=message):
        parse_features(rows)
