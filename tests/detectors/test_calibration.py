"""The fitted numbers: how probable proof of a strength is, and that it was missed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.calibration import chance_of_miss, interpolate, moved, probability, rules
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


def test_the_curve_runs_through_the_points_that_were_fitted() -> None:
    curve = rules()["curve"]
    assert [probability(strength) for strength in curve["strength"]] == pytest.approx(curve["probability"])


def test_between_two_points_the_numbers_rise_steadily_and_beyond_them_not_at_all() -> None:
    assert [interpolate(x, [1, 2, 4], [10, 20, 80]) for x in (0, 1, 1.5, 2, 2.5, 4, 9)] == [10, 10, 15, 20, 35, 80, 80]


@pytest.mark.parametrize("exhausted", [False, True])
def test_a_thing_is_found_where_its_page_was_read_and_the_proof_on_it_was_seen(exhausted: bool) -> None:
    rule = rules()["absent"]
    unreached = rule["miss"][3] * (rule["exhausted_factor"] if exhausted else 1)
    found = (1 - unreached) * (1 - rule["unrecognised"])
    assert chance_of_miss(rule["miss_at"][3], exhausted) == pytest.approx(1 - found)


def test_what_is_told_of_features_is_told_of_known_ones_and_what_is_not_told_is_as_all() -> None:
    assert data("reliability")["log_odds"].keys() <= features().keys()
    assert probability(0.7, "a.b") == probability(0.7)
    assert moved(0.5, 0.7) == pytest.approx(2 / 3, abs=0.01)


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.booleans())
def test_a_wider_search_never_misses_more(one: int, other: int, exhausted: bool) -> None:
    few, many = sorted((one, other))
    assert 0.0 < chance_of_miss(many, exhausted) <= chance_of_miss(few, exhausted) < 1.0
    assert chance_of_miss(many, True) <= chance_of_miss(many, False)
