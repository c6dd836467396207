"""The formulas reproduce what the UN published."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from survey.countries import member_states, members_by_region
from survey.groups import members
from survey.published import PublishedResult, published_cities, published_countries, published_results
from survey.questionnaire import load
from survey.scoring import as_published, competition_ranks, egdi, losi_score, mean_over, min_max

SURVEY_2022 = date(2022, 9, 28)
MET_IN_2024 = {
    "Copenhagen": 87, "New York": 87, "Dubai": 87, "Berlin": 85, "Singapore": 84, "Seoul": 84, "London": 84,
    "Tokyo": 82, "Vienna": 81, "Zurich": 78, "Paris": 78, "Toronto": 76, "Amsterdam": 75,
}  # fmt: skip
REGIONS = {
    "Africa": (54, 0.4054, 0.3670),
    "Americas": (35, 0.6438, 0.5585),
    "Asia": (47, 0.6493, 0.6137),
    "Europe": (43, 0.8305, 0.7699),
    "Oceania": (14, 0.5081, 0.4201),
}
GROUPS = {"LDC": (46, 0.3498, 0.3308), "LLDC": (32, 0.4847, 0.4642), "SIDS": (37, 0.5262, 0.3931)}


def column(index: str, edition: int = 2022) -> dict[str, float]:
    """One published index of every country of an edition that has it, by alpha-3 code."""
    values = {r.iso3: getattr(r, index) for r in published_countries(edition)}
    return {iso3: value for iso3, value in values.items() if value is not None}


def components(result: PublishedResult) -> tuple[float, float, float]:
    assert result.osi is not None
    assert result.hci is not None
    assert result.tii is not None
    return result.osi, result.hci, result.tii


def test_the_table_holds_the_published_editions() -> None:
    assert Counter((r.level, r.edition) for r in published_results()) == {
        **{("country", year): 193 for year in (2010, 2012, 2014, 2016, 2018, 2022)},
        ("city", 2018): 17,
        ("city", 2022): 6,
        ("city", 2024): 14,
    }
    assert all(r.source and r.status for r in published_results())


def test_every_edition_covers_the_member_states() -> None:
    for edition in (2010, 2012, 2014, 2016, 2018, 2022):
        assert {r.iso3 for r in published_countries(edition)} == {c.iso3 for c in member_states()}


def test_dubai_2022_met_79_of_86() -> None:
    dubai = next(r for r in published_cities(2022) if r.name == "Dubai")
    assert as_published(losi_score(79, load("losi-2022"))) == dubai.losi == 0.9186


@pytest.mark.parametrize(("name", "met"), MET_IN_2024.items())
def test_losi_2024_values_are_shares_of_96(name: str, met: int) -> None:
    city = next(r for r in published_cities(2024) if r.name == name)
    assert as_published(losi_score(met, load("losi-2024"))) == city.losi


def test_every_published_losi_2024_value_is_reproduced_and_none_by_a_share_of_95() -> None:
    scored = {r.name: r.losi for r in published_cities(2024) if r.losi is not None}
    assert scored.keys() == MET_IN_2024.keys()
    shares_of_95 = {as_published(k / 95) for k in range(96)}
    assert not shares_of_95 & set(scored.values())


def test_the_known_losi_2024_ranks_follow_from_the_scores() -> None:
    cities = {r.name: r for r in published_cities(2024) if r.losi is not None}
    ranks = competition_ranks({name: losi_score(MET_IN_2024[name], load("losi-2024")) for name in cities})
    published = {name: city.losi_rank for name, city in cities.items()}
    assert competition_ranks({name: -float(rank or 0) for name, rank in published.items()}) == ranks
    assert [published[n] for n in ("Copenhagen", "New York", "Dubai", "Berlin")] == [4, 4, 4, 8]


def test_the_ranks_of_the_first_17_cities_of_2018_are_reproduced() -> None:
    cities = published_cities(2018)
    ranks = competition_ranks({r.name: r.losi for r in cities if r.losi is not None})
    assert ranks == {r.name: r.losi_rank for r in cities}


def test_losi_2018_counted_60_indicators() -> None:
    for city in published_cities(2018):
        assert city.losi == as_published((sum(city.parts.values()) - 1) / 60)  # the source's parts sum to one more


def test_the_egdi_of_every_edition_follows_from_its_components_or_its_row_says_why_not() -> None:
    told = []
    for result in published_results():
        if result.level == "country":
            parts = [each for each in (result.osi, result.hci, result.tii) if each is not None]
            weights = (0.34, 0.33, 0.33) if result.edition == 2010 else (1 / 3, 1 / 3, 1 / 3)
            whole = len(parts) == 3 and result.egdi is not None
            made = sum(w * each for w, each in zip(weights, parts, strict=True)) if whole else -1.0
            if abs(made - (result.egdi or 0)) > 7e-5:
                told.append((result.edition, result.iso3))
                assert result.status != "published dataset", result
                assert not result.egdi
    assert Counter(edition for edition, _ in told) == {2010: 10, 2012: 3}


def test_egdi_2022_is_the_mean_of_its_components_for_all_193() -> None:
    results = published_countries(2022)
    errors = [abs(egdi(*components(r)) - (r.egdi or 0)) for r in results]
    assert len(errors) == 193
    assert max(errors) < 7e-5


def test_egdi_2022_ranks_follow_from_the_values() -> None:
    assert competition_ranks(column("egdi")) == {r.iso3: r.egdi_rank for r in published_countries(2022)}


def test_osi_and_epi_2022_are_normalised_already() -> None:
    for index, first in (("osi", "EST"), ("epi", "JPN")):
        values = column(index)
        assert max(values, key=values.__getitem__) == first
        assert min_max(values) == values


@pytest.mark.parametrize(
    ("index", "mean"),
    [("egdi", 0.6102), ("osi", 0.5554), ("epi", 0.4450), ("hci", 0.7001), ("tii", 0.5751)],
)
def test_world_means_of_2022(index: str, mean: float) -> None:
    values = column(index)
    assert len(values) == 193
    assert as_published(mean_over(values, values)) == mean


@pytest.mark.parametrize(("region", "published"), REGIONS.items())
def test_regional_means_of_2022(region: str, published: tuple[int, float, float]) -> None:
    units = members_by_region()[region]
    means = (as_published(mean_over(column(index), units)) for index in ("egdi", "osi"))
    assert (len(units), *means) == published


@pytest.mark.parametrize(("group", "published"), GROUPS.items())
def test_group_means_of_2022(group: str, published: tuple[int, float, float]) -> None:
    units = sorted(members(group, SURVEY_2022))
    means = (as_published(mean_over(column(index), units)) for index in ("egdi", "osi"))
    assert (len(units), *means) == published
