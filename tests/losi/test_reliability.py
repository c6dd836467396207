"""Confidences against outcomes: bins, Brier score, expected calibration error; macro averages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losi.quality import JudgedPage, Label, Score, macro, measure
from losi.reliability import Outcome, brier, calibration_error, reliability

OUTCOMES = st.lists(st.builds(Outcome, st.floats(0, 1), st.booleans()), max_size=40)


def test_bins_brier_and_error_by_hand() -> None:
    found = reliability([Outcome(0.95, True), Outcome(0.95, True), Outcome(0.95, False), Outcome(0.25, False)])
    assert [(b.low, b.number, round(b.expected, 3), round(b.observed, 3)) for b in found.bins] == [
        (0.2, 1, 0.25, 0.0),
        (0.9, 3, 0.95, 0.667),
    ]
    assert found.brier == pytest.approx((2 * 0.05**2 + 0.95**2 + 0.25**2) / 4)
    assert found.error == pytest.approx((3 * (0.95 - 2 / 3) + 0.25) / 4)


def test_certainty_that_comes_true_is_perfect() -> None:
    outcomes = [Outcome(1.0, True)] * 5 + [Outcome(0.0, False)] * 5
    assert (brier(outcomes), calibration_error(outcomes)) == (0.0, 0.0)


def test_no_outcomes_give_no_bins() -> None:
    assert reliability([]).bins == ()


@given(OUTCOMES)
def test_every_outcome_is_in_one_bin_and_scores_are_shares(outcomes: list[Outcome]) -> None:
    found = reliability(outcomes)
    assert sum(each.number for each in found.bins) == found.number == len(outcomes)
    assert 0.0 <= found.brier <= 1.0
    assert 0.0 <= found.error <= 1.0
    assert all(each.low <= each.expected + 1e-9 and each.expected <= each.high + 1e-9 for each in found.bins)


@given(OUTCOMES)
def test_the_calibration_error_is_never_more_than_the_root_of_the_brier_score(outcomes: list[Outcome]) -> None:
    assert calibration_error(outcomes) <= brier(outcomes) ** 0.5 + 1e-9


def test_macro_averages_count_each_group_alike() -> None:
    found = macro([Score(98, 2, 0), Score(1, 1, 1), Score(0, 0, 2)])
    assert found.groups == 3
    assert found.precision == pytest.approx(0.74)
    assert found.recall == pytest.approx(0.5)
    assert found.f1 == pytest.approx((2 * 98 / 198 + 0.5 + 0) / 3)


def test_macro_of_nothing_has_no_value() -> None:
    assert (macro([]).precision, macro([]).f1) == (None, None)


def test_a_measurement_compares_confidences_with_labels() -> None:
    page = JudgedPage(
        "p", "https://p.example/", "en", (Label("a.b", "link", "q"),), (), (("a.b", 0.9), ("c.d", 0.2), ("e.f", 0.7))
    )
    found = measure([page], threshold=0.5, ignored=frozenset(["e.f"])).reliability
    assert [(each.number, each.observed) for each in found.bins] == [(1, 0.0), (1, 1.0)]
