"""Scores, levels and ranks follow the Survey's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.published import published_results
from survey.questionnaire import UnknownIndicatorError, load
from survey.scoring import (
    as_published,
    competition_ranks,
    criterion_shares,
    egdi,
    level,
    levels,
    losi_score,
    mean_over,
    min_max,
    normalised,
    ones,
    osi_raw,
    osi_weights,
)

SCORES = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 5).map(lambda n: n / 5), min_size=1)


@pytest.mark.parametrize(
    ("edition", "met", "score"),
    [("losi-2024", 96, 1.0), ("losi-2024", 0, 0.0), ("losi-2022", 43, 0.5), ("losi-2020", 20, 0.25)],
)
def test_losi_is_the_share_over_the_edition_denominator(edition: str, met: int, score: float) -> None:
    assert losi_score(met, load(edition)) == score


@pytest.mark.parametrize("met", [-1, 97])
def test_losi_refuses_counts_that_cannot_be(met: int) -> None:
    with pytest.raises(ValueError, match="losi-2024 counts 0 to 96"):
        losi_score(met, load("losi-2024"))


def test_ones_counts_yes_and_refuses_unknown_codes() -> None:
    assert ones({"220": True, "221": False, "losi-2024:219": True}, load("losi-2024")) == 2
    with pytest.raises(UnknownIndicatorError):
        ones({"999": True}, load("losi-2024"))


def test_all_yes_gives_every_criterion_in_full() -> None:
    for edition in ("losi-2024", "osi-2024"):
        questionnaire = load(edition)
        shares = criterion_shares(dict.fromkeys(questionnaire.codes, True), questionnaire)
        assert shares == dict.fromkeys(questionnaire.criteria, 1.0)


def test_an_indicator_listed_in_two_modules_counts_in_both() -> None:
    shares = criterion_shares({"117": True}, load("osi-2024"))
    assert shares["content provision"] == 1 / 8
    assert shares["services provision"] == 1 / 59
    assert shares["e-participation"] == 0


def test_criterion_shares_take_ids_as_well_as_codes() -> None:
    assert criterion_shares({"losi-2024:281": True}, load("losi-2024"))["institutional framework"] == 1 / 6


@pytest.mark.parametrize(
    ("score", "name"),
    [(1.0, "very high"), (0.7501, "very high"), (0.75, "high"), (0.5, "high"), (0.4999, "middle"),
     (0.25, "middle"), (0.2499, "low"), (0.0, "low")],
)  # fmt: skip
def test_losi_levels_at_their_boundaries(score: float, name: str) -> None:
    assert level(score) == name


def test_more_than_three_quarters_of_96_is_73() -> None:
    questionnaire = load("losi-2024")
    assert [level(losi_score(met, questionnaire)) for met in (72, 73)] == ["high", "very high"]


def test_egdi_levels_take_the_upper_boundary_in() -> None:
    assert [level(score, "egdi") for score in (0.75, 0.5, 0.25, 0.0)] == [
        "very high",
        "high",
        "middle",
        "low",
    ]


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan")])
def test_a_level_needs_a_score_in_range(score: float) -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        level(score)


def test_levels_of_an_unknown_index_are_refused() -> None:
    with pytest.raises(LookupError, match="known are egdi, losi"):
        levels("gdp")


def test_each_level_says_where_its_cut_comes_from() -> None:
    assert [band.source.split(":")[0] for band in levels("losi")] == [
        "sourced",
        "inferred",
        "inferred",
        "inferred",
    ]
    assert all("memory" in band.source for band in levels("egdi"))


def test_ties_share_a_rank_and_use_up_places() -> None:
    met = {"a": 95, "b": 94, "c": 93, "d": 87, "e": 87, "f": 87, "g": 87, "h": 85}
    ranks = competition_ranks({unit: losi_score(n, load("losi-2024")) for unit, n in met.items()})
    assert list(ranks.values()) == [1, 2, 3, 4, 4, 4, 4, 8]


def test_no_units_have_no_ranks() -> None:
    assert competition_ranks({}) == {}


@given(SCORES)
def test_a_rank_is_one_more_than_the_number_of_better_units(scores: dict[str, float]) -> None:
    ranks = competition_ranks(scores)
    assert all(ranks[u] == 1 + sum(other > s for other in scores.values()) for u, s in scores.items())


def test_osi_is_the_weighted_sum_of_its_five_sub_indices() -> None:
    assert sum(osi_weights().values()) == pytest.approx(1)
    assert osi_raw(dict.fromkeys(osi_weights(), 1.0)) == pytest.approx(1)
    assert osi_raw(dict.fromkeys(osi_weights(), 0.0) | {"services provision": 1.0}) == pytest.approx(0.45)


def test_literacy_does_not_enter_the_osi() -> None:
    shares = criterion_shares({"003": True}, load("osi-2024"))
    assert shares["e-government literacy"] > 0
    assert osi_raw(shares) == 0


def test_osi_takes_other_weights_and_names_what_is_missing() -> None:
    assert osi_raw({"x": 0.5}, {"x": 1.0}) == 0.5
    with pytest.raises(ValueError, match="no share for the sub-index technology"):
        osi_raw({name: 1.0 for name in osi_weights() if name != "technology"})


def test_min_max_runs_from_nought_to_one() -> None:
    assert min_max({"a": 3, "b": 5, "c": 4}) == {"a": 0, "b": 1, "c": 0.5}


@pytest.mark.parametrize("values", [{}, {"a": 1.0}, {"a": 2.0, "b": 2.0}])
def test_min_max_needs_two_different_values(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="two different values"):
        min_max(values)


def test_egdi_is_the_mean_of_three() -> None:
    assert egdi(0.9, 0.6, 0.3) == pytest.approx(0.6)


def test_a_mean_names_its_units() -> None:
    assert mean_over({"a": 1, "b": 2, "c": 9}, ["a", "b"]) == 1.5
    with pytest.raises(ValueError, match="at least one"):
        mean_over({"a": 1}, [])
    with pytest.raises(KeyError):
        mean_over({"a": 1}, ["b"])


@pytest.mark.parametrize(("score", "printed"), [(0.90625, 0.9063), (0.84375, 0.8438), (79 / 86, 0.9186), (0, 0)])
def test_scores_are_printed_with_halves_up(score: float, printed: float) -> None:
    assert as_published(score) == printed


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30).filter(lambda found: min(found) < max(found)))
def test_min_max_keeps_the_order_and_spans_from_nought_to_one(found: list[int]) -> None:
    units = {str(number): value / 1000 for number, value in enumerate(found)}
    made = min_max(units)
    assert (min(made.values()), max(made.values())) == (0.0, 1.0)
    assert competition_ranks(made) == competition_ranks(units)
    assert all(made[unit] == normalised(value, min(found) / 1000, max(found) / 1000) for unit, value in units.items())


def test_every_published_osi_runs_from_nought_to_one_as_the_rule_says() -> None:
    published: dict[int, list[float]] = {}
    for row in published_results():
        if row.level == "country" and row.osi is not None:
            published.setdefault(row.edition, []).append(row.osi)
    assert len(published) >= 5
    for year, values in published.items():
        assert len(values) > 190, year
        assert (min(values), max(values)) == (0.0, 1.0), year
