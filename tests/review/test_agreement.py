"""Agreement: equal to an independent computation, and to worked examples in print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped, unused-ignore]

from review.agreement import Figures, Share, difference, figures, wilson

ANSWERS = st.lists(st.tuples(*(st.sampled_from(["yes", "no", "unsure"]),) * 2), min_size=2, max_size=60)


def _pairs(table: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return [pair for pair, count in table.items() for _ in range(count)]


def test_the_paradox_of_gwet() -> None:
    """Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, Table 1: high agreement on a rare
    category; kappa is below zero, AC1 is not."""
    found = figures(_pairs({("yes", "yes"): 118, ("yes", "no"): 5, ("no", "yes"): 2, ("no", "no"): 0}))
    assert found.percent == pytest.approx(94.4)
    assert found.kappa == pytest.approx(-0.0234, abs=5e-5)
    assert found.ac1 == pytest.approx(0.9408, abs=5e-5)


def test_the_grants_of_cohens_kappa() -> None:
    """The textbook example of fifty grant proposals: kappa 0.40."""
    found = figures(_pairs({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}))
    assert found.percent == pytest.approx(70.0)
    assert found.kappa == pytest.approx(0.4)


def test_chance_is_shared_by_as_many_answers_as_there_are() -> None:
    """By hand, of yes, no and unsure (shares 0.5, 0.4, 0.1): chance (0.25 + 0.24 + 0.09) / 2 = 0.29."""
    found = figures(
        _pairs({("yes", "yes"): 4, ("no", "no"): 3, ("unsure", "unsure"): 1, ("yes", "no"): 1, ("no", "yes"): 1})
    )
    assert found.ac1 == pytest.approx((0.8 - 0.29) / (1 - 0.29))


@given(ANSWERS)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = figures(pairs)
    if len({*first, *second}) == 1:
        assert found.kappa is None
    else:
        assert found.kappa == pytest.approx(cohen_kappa_score(first, second))


@given(ANSWERS)
def test_figures_do_not_depend_on_who_is_first(pairs: list[tuple[str, str]]) -> None:
    found, turned = figures(pairs), figures([(b, a) for a, b in pairs])
    assert found.ac1 == pytest.approx(turned.ac1)
    assert found.kappa == (None if turned.kappa is None else pytest.approx(turned.kappa))


def test_nothing_to_compare() -> None:
    assert figures([]) == Figures(0, None, None, None)
    assert figures([("yes", "yes")] * 3).ac1 == 1.0


def test_intervals_of_shares() -> None:
    """Newcombe (1998), Statistics in Medicine 17: 81 of 263 (method 3), and 56/70 less 48/80 (method 10)."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert difference(Share(56, 70), Share(48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference(Share(0, 0), Share(1, 2)) is None
    assert difference(Share(1, 2), Share(0, 0)) is None
    assert Share(0, 0).interval == (0.0, 1.0)
    assert (wilson(0, 9)[0], wilson(20, 20)[1]) == (0.0, 1.0), "rounded they would lie beyond"
