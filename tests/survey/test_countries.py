"""The country table and the dated groups."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from survey.countries import UnknownCountryError, countries, country, member_states, members_by_region
from survey.groups import UnknownGroupError, groups, groups_of, members

IN_2022 = date(2022, 9, 28)


def test_193_member_states_by_region() -> None:
    assert len(member_states()) == 193
    counts = {region: len(units) for region, units in members_by_region().items()}
    assert counts == {"Africa": 54, "Americas": 35, "Asia": 47, "Europe": 43, "Oceania": 14}


def test_codes_are_well_formed_and_unique() -> None:
    everyone = countries().values()
    assert all(re.fullmatch(r"[A-Z]{2}", c.iso2) and re.fullmatch(r"[A-Z]{3}", c.iso3) for c in everyone)
    assert all(re.fullmatch(r"\d{3}", c.m49) for c in everyone if c.iso3 != "XKX")
    for codes in ([c.iso2 for c in everyone], [c.m49 for c in everyone], [c.name for c in everyone]):
        assert len(set(codes)) == len(codes)


def test_every_member_state_has_a_region_and_official_languages() -> None:
    for found in member_states():
        assert found.region
        assert found.subregion
        assert found.languages
        assert all(re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", tag) for tag in found.languages)


def test_income_groups_as_the_list_counts_them() -> None:
    counted = Counter(c.income for c in member_states())
    assert counted == {"high": 60, "upper middle": 52, "lower middle": 54, "low": 26, "": 1}
    assert country("VEN").income == ""


@pytest.mark.parametrize(
    ("asked", "iso3"),
    [("JO", "JOR"), ("jor", "JOR"), ("Jordan", "JOR"), ("South Korea", "KOR"), ("republic of korea", "KOR"),
     ("Cote d’Ivoire", "CIV"), ("CÔTE D'IVOIRE", "CIV"), ("Türkiye", "TUR"), ("turkey", "TUR"), ("NA", "NAM"),
     ("Viet Nam", "VNM"), (" united  states ", "USA"), ("UK", "GBR"), ("Congo", "COG"), ("Niger", "NER")],
)  # fmt: skip
def test_a_country_is_found_by_code_or_name(asked: str, iso3: str) -> None:
    assert country(asked).iso3 == iso3


@pytest.mark.parametrize("name", [c.name for c in member_states()])
def test_every_member_state_is_found_by_its_own_name(name: str) -> None:
    assert country(name).name == name


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("Jordann", r"unknown country 'Jordann'; did you mean Jordan \(JOR\)\?"),
        ("Untied Kingdom", r"did you mean United Kingdom of Great Britain and Northern Ireland \(GBR\)"),
        ("Atlantis-on-Sea", "give an ISO 3166 code or an English name"),
        ("", "unknown country ''"),
    ],
)
def test_an_unknown_country_is_refused_with_the_nearest(asked: str, message: str) -> None:
    with pytest.raises(UnknownCountryError, match=message):
        country(asked)


def test_territories_are_there_but_no_members() -> None:
    for code in ("HKG", "PSE", "VAT", "BMU", "AIA", "IMN", "XKX"):
        assert not country(code).member


@pytest.mark.parametrize(
    ("code", "languages"),
    [("CH", ("de", "fr", "it", "rm")), ("US", ("en",)), ("FI", ("fi", "sv")), ("RS", ("sr", "sr-Latn"))],
)
def test_official_languages(code: str, languages: tuple[str, ...]) -> None:
    assert country(code).languages == languages


def test_group_sizes_at_the_2022_survey() -> None:
    assert {key: len(members(key, IN_2022)) for key in groups()} == {"LDC": 46, "LLDC": 32, "SIDS": 37}


def test_group_members_are_member_states() -> None:
    states = {c.iso3 for c in member_states()}
    assert all(members(key, IN_2022) <= states for key in groups())


@pytest.mark.parametrize(
    ("on", "count", "left"),
    [
        (date(2023, 12, 12), 46, set()),
        (date(2023, 12, 13), 45, {"BTN"}),
        (date(2025, 1, 1), 44, {"BTN", "STP"}),
    ],
)
def test_graduations_apply_from_their_day(on: date, count: int, left: set[str]) -> None:
    now = members("LDC", on)
    assert len(now) == count
    assert members("LDC", IN_2022) - now == left


def test_groups_of_a_country_on_a_day() -> None:
    assert groups_of("BTN", IN_2022) == ("LDC", "LLDC")
    assert groups_of("BTN", date(2024, 1, 1)) == ("LLDC",)
    assert groups_of("DEU", IN_2022) == ()


def test_a_list_does_not_speak_of_days_before_it() -> None:
    with pytest.raises(ValueError, match="the list of LDC is of 2021-11-01"):
        members("LDC", date(2020, 1, 1))


def test_an_unknown_group_names_the_known_ones() -> None:
    with pytest.raises(UnknownGroupError, match="known are LDC, LLDC, SIDS"):
        members("G77", IN_2022)


def test_every_group_and_change_names_its_source() -> None:
    assert all(g.source and all(c.source for c in g.changes) for g in groups().values())
