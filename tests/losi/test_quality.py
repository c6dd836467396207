"""Precision, recall and F1, and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losi.quality import JudgedPage, Label, Prediction, Score, measure, wilson


def page(name: str, labels: list[str], predictions: dict[str, float], language: str = "en") -> JudgedPage:
    return JudgedPage(
        name,
        f"https://{name}.example/",
        language,
        tuple(Label(feature, "link", f"label of {feature}") for feature in labels),
        tuple(Prediction(feature, strength, "link", f"seen {feature}") for feature, strength in predictions.items()),
    )


def test_wilson_reproduces_published_intervals() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3: 81/263 and 15/148; and 0/20.
    assert wilson(81, 263).low == pytest.approx(0.2553, abs=5e-5)
    assert wilson(81, 263).high == pytest.approx(0.3662, abs=5e-5)
    assert wilson(15, 148).low == pytest.approx(0.0624, abs=5e-5)
    assert wilson(15, 148).high == pytest.approx(0.1605, abs=5e-5)
    assert wilson(0, 20).low == 0.0
    assert wilson(0, 20).high == pytest.approx(0.1611, abs=5e-5)


def test_nothing_tried_says_nothing() -> None:
    assert (wilson(0, 0).value, wilson(0, 0).low, wilson(0, 0).high) == (None, 0.0, 1.0)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_f1_is_the_harmonic_mean_and_lies_in_its_interval(hits: int, false_positives: int, misses: int) -> None:
    score = Score(hits, false_positives, misses)
    precision, recall, f1 = score.precision.value, score.recall.value, score.f1
    if f1.value is None:
        assert hits + false_positives + misses == 0
        return
    assert 0 <= f1.low <= f1.value + 1e-12
    assert f1.value - 1e-12 <= f1.high <= 1
    if precision and recall:
        assert f1.value == pytest.approx(2 * precision * recall / (precision + recall))


def test_a_page_by_feature_is_judged_by_its_strongest_observation() -> None:
    twice = JudgedPage(
        "p", "https://p.example/", "en", (Label("a", "link", "A"),), (Prediction("a", 0.2), Prediction("a", 0.5))
    )
    assert measure([twice], threshold=0.5).overall == Score(1, 0, 0)


def test_scores_overall_by_feature_and_by_language() -> None:
    measured = measure(
        [
            page("one", ["a", "b"], {"a": 0.9, "c": 0.5}, "en"),
            page("two", ["a"], {"a": 0.49, "d": 0.4}, "fr"),
        ],
        threshold=0.5,
    )
    assert measured.overall == Score(hits=1, false_positives=1, misses=2)
    assert measured.features == {"a": Score(1, 0, 1), "b": Score(0, 0, 1), "c": Score(0, 1, 0)}
    assert measured.languages == {"en": Score(1, 1, 1), "fr": Score(0, 0, 1)}


def test_ignored_features_count_neither_way() -> None:
    measured = measure([page("one", ["a", "b"], {"b": 0.9, "c": 0.9})], threshold=0.5, ignored=frozenset("bc"))
    assert measured.overall == Score(0, 0, 1)


def test_errors_tell_what_was_seen_and_what_was_labelled() -> None:
    errors = measure([page("one", ["a"], {"a": 0.3, "c": 0.8})], threshold=0.5).errors
    assert [(case.verdict, case.feature) for case in errors] == [("miss", "a"), ("false positive", "c")]
    assert errors[0].label is not None
    assert errors[0].label.quote == "label of a"
    assert errors[0].prediction is not None
    assert errors[0].prediction.strength == 0.3
    assert errors[1].prediction is not None
    assert errors[1].prediction.quote == "seen c"
