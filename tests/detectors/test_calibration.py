"""The fitted numbers: how probable proof of a strength is, and that it was missed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.calibration import chance_of_miss, moved, probability
from detectors.observation import PROOF
from detectors.packaged import data
from survey.features import features


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_strength_is_never_less_probable(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 < probability(low) <= probability(high) < 1.0


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([*data("reliability")["log_odds"]]))
def test_a_greater_strength_is_never_less_probable_for_any_feature(one: float, other: float, feature: str) -> None:
    low, high = sorted((one, other))
    assert 0.0 < probability(low, feature) <= probability(high, feature) < 1.0


def test_the_strongest_hint_says_no_more_than_the_weakest_proof() -> None:
    for feature in data("reliability")["log_odds"]:
        assert probability(0.495, feature) <= probability(PROOF, feature)


def test_hints_are_improbable_and_proof_is_probable() -> None:
    assert probability(0.49) < 0.5 < probability(PROOF)


def test_what_is_told_of_features_is_told_of_known_ones_and_what_is_not_told_is_as_all() -> None:
    assert data("reliability")["log_odds"].keys() <= features().keys()
    assert probability(0.7, "a.b") == probability(0.7)
    assert moved(0.5, 0.7) == pytest.approx(2 / 3, abs=0.01)


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.booleans())
def test_a_wider_search_never_misses_more(one: int, other: int, exhausted: bool) -> None:
    few, many = sorted((one, other))
    assert 0.0 < chance_of_miss(many, exhausted) <= chance_of_miss(few, exhausted) < 1.0
    assert chance_of_miss(many, True) <= chance_of_miss(many, False)
