"""Every edition says what the UN's questionnaires ask, and a file that contradicts itself is refused."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from survey.features import features
from survey.packaged import SurveyDataError, read_text
from survey.questionnaire import (
    UnknownEditionError,
    UnknownIndicatorError,
    editions,
    indicator,
    indicators_answered_by,
    load,
)
from survey.questionnaire_file import parse_questionnaire

LOSI_2024 = {
    "institutional framework": 6,
    "content provision": 30,
    "services provision": 22,
    "participation and engagement": 15,
    "e-government literacy": 10,
    "technology": 12,
}
OSI_2024 = {
    "institutional framework": 26,
    "content provision": 8,
    "services provision": 59,
    "e-participation": 56,
    "technology": 16,
    "e-government literacy": 18,
}
LOSI_2020 = {
    "technology": 11,
    "content provision": 33,
    "services provision": 25,
    "participation and engagement": 11,
}
SAME_QUESTION = {
    "028": "220", "030": "221", "010": "215", "011": "216", "015": "212", "088": "289", "014": "234",
    "029": "265", "046": "264", "047": "253", "048": "262", "050": "259", "051": "260", "052": "261",
    "054": "254", "055": "263", "056": "256", "057": "255", "058": "266", "059": "257", "062": "286",
    "063": "287", "033": "277", "034": "272", "037": "236", "193": "275", "002": "202", "004": "207",
    "005": "205", "008": "214", "022": "246", "023": "247", "071": "204", "09a": "270b", "195": "209",
    "196": "208", "003": "206", "006": "240", "007": "273", "009": "270a", "016": "241", "017": "245",
    "036a": "225a", "036b": "225b", "038": "237", "339": "224", "341": "235",
}  # fmt: skip

SMALL = """
edition = "losi-2030"
title = "A small questionnaire"
year = 2030
kind = "city"
criteria = ["technology"]
denominator = 1
denominator_reason = "one question"
source = "a test"
note = ""
unnamed = []

[[indicator]]
code = "1"
criterion = "technology"
title = "HTTPS"
counts_as_yes = "Served over HTTPS"
features = ["technology.https"]
status = "sourced"
"""


def test_the_four_editions_are_known() -> None:
    assert editions() == ("losi-2020", "losi-2022", "losi-2024", "osi-2024")


@pytest.mark.parametrize("edition", editions())
def test_each_edition_has_unique_codes_known_features_and_a_source(edition: str) -> None:
    questionnaire = load(edition)
    assert max(Counter((*questionnaire.codes, *questionnaire.unnamed)).values()) == 1
    assert set(questionnaire.features) <= features().keys()
    assert questionnaire.source.startswith("https://")
    assert questionnaire.year == int(edition[-4:])
    assert {i.id for i in questionnaire.indicators} == {f"{edition}:{code}" for code in questionnaire.codes}


@pytest.mark.parametrize("edition", editions())
def test_inferred_indicators_say_why(edition: str) -> None:
    assert all(i.note for i in load(edition).indicators if i.status == "inferred")


def test_losi_2024_has_95_indicators_by_criterion() -> None:
    questionnaire = load("losi-2024")
    assert len(questionnaire.indicators) == 95
    assert {c: len(questionnaire.indicators_in(c)) for c in questionnaire.criteria} == LOSI_2024
    assert len(questionnaire.features) == 95
    assert questionnaire.denominator == 96
    assert "1/96" in questionnaire.denominator_reason
    assert [i.code for i in questionnaire.indicators if i.status == "inferred"] == ["235"]


def test_losi_2022_has_86_inferred_indicators() -> None:
    questionnaire = load("losi-2022")
    assert (len(questionnaire.indicators), questionnaire.denominator) == (86, 86)
    assert {i.status for i in questionnaire.indicators} == {"inferred"}
    assert max(int(code[:3]) for code in questionnaire.codes) == 290


def test_losi_2020_lists_the_codes_whose_meaning_was_not_found() -> None:
    questionnaire = load("losi-2020")
    assert questionnaire.unnamed == ("203", "211", "213", "244", "248", "249", "251")
    assert len(questionnaire.indicators) + len(questionnaire.unnamed) == questionnaire.denominator == 80
    assert sum(LOSI_2020.values()) == 80


def test_losi_2020_criteria_have_the_published_sizes_once_unnamed_codes_are_added() -> None:
    questionnaire = load("losi-2020")
    counted = Counter(i.criterion for i in questionnaire.indicators)
    counted.update({"technology": 2, "content provision": 2, "services provision": 3})  # 203 211, 213 244, 248 249 251
    assert counted == LOSI_2020


def test_losi_2020_reads_items_split_later_as_one() -> None:
    both = load("losi-2020").indicator("225").features
    assert both == ("access.free_internet", "access.assisted_points")


def test_osi_2024_has_183_places_by_module() -> None:
    questionnaire = load("osi-2024")
    placed = {c: len(questionnaire.indicators_in(c)) for c in questionnaire.criteria}
    assert placed == OSI_2024
    assert sum(placed.values()) == questionnaire.denominator == 183
    assert {i.code: i.also_in for i in questionnaire.indicators if i.also_in} == {
        "014": ("e-government literacy",),
        "117": ("services provision",),
    }
    assert questionnaire.kind == "national"


@pytest.mark.parametrize(("osi", "losi"), SAME_QUESTION.items())
def test_an_osi_question_that_losi_asks_too_has_the_same_feature(osi: str, losi: str) -> None:
    assert load("osi-2024").indicator(osi).features == load("losi-2024").indicator(losi).features


def test_osi_074_is_answered_by_https() -> None:
    assert load("osi-2024").indicator("074").features == ("technology.https",)


def test_features_that_every_sector_has_stand_in_separate_indicators() -> None:
    consulted = [key for key in load("osi-2024").features if key.startswith("consultation.")]
    assert len(consulted) == 12  # six sectors and six groups


def test_a_feature_leads_back_to_the_indicators_of_every_edition() -> None:
    ids = [i.id for i in indicators_answered_by("procurement.announcements")]
    assert ids == ["losi-2020:220", "losi-2022:220", "losi-2024:220", "osi-2024:028"]
    assert indicators_answered_by("policy.cookies") == ()


def test_an_indicator_is_found_by_code_and_by_id() -> None:
    assert load("losi-2024").indicator("220") == load("losi-2024").indicator("losi-2024:220")
    assert indicator("losi-2024:220").features == ("procurement.announcements",)


def test_an_unknown_edition_names_the_known_ones() -> None:
    with pytest.raises(UnknownEditionError, match=r"losi-2023.*losi-2020, losi-2022, losi-2024, osi-2024"):
        load("losi-2023")


@pytest.mark.parametrize("name", ["../scoring", "", "LOSI-2024"])
def test_an_edition_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(UnknownEditionError):
        load(name)


@pytest.mark.parametrize(
    ("id_", "message"),
    [
        ("losi-2024:27", "no indicator '27'; did you mean 2"),
        ("losi-2020:203", "meaning was not found"),
        ("220", "write edition:code"),
        ("osi-2024:220", "osi-2024 has no indicator '220'"),
    ],
)
def test_an_unknown_indicator_is_refused_with_the_mend(id_: str, message: str) -> None:
    with pytest.raises(UnknownIndicatorError, match=message):
        indicator(id_)


def test_the_small_questionnaire_is_read() -> None:
    assert parse_questionnaire(SMALL, features().keys()).indicator("1").title == "HTTPS"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("technology.https", "technology.htps"),
            "losi-2030: indicator 1 names the unknown feature 'technology.htps'",
        ),
        (
            ('criterion = "technology"', 'criterion = "tech"'),
            "indicator 1 is in the unlisted criterion 'tech'",
        ),
        (('["technology"]', '["technology", "money"]'), "the criterion 'money' has no indicator"),
        (("unnamed = []", 'unnamed = ["1"]'), "the code 1 is given 2 times"),
        (('"sourced"', '"guessed"'), "indicator 1 status: Input should be 'sourced' or 'inferred'"),
        (("denominator = 1\n", "denominator = 0\n"), "denominator: Input should be greater than 0"),
        (('code = "1"\n', ""), "indicator 1 code: Field required"),
        (('code = "1"', "code = 1"), "indicator 1 code: Input should be a valid string"),
        (('title = "HTTPS"', 'titel = "HTTPS"'), "indicator 1 title: Field required; indicator 1 titel: Extra inputs"),
        (('edition = "losi-2030"', "edition = "), "no valid TOML"),
    ],
)
def test_a_faulty_file_is_refused_naming_the_fault(change: tuple[str, str], message: str) -> None:
    assert change[0] in SMALL
    with pytest.raises(SurveyDataError, match=message):
        parse_questionnaire(SMALL.replace(*change), features().keys())


def test_a_code_given_twice_is_refused() -> None:
    twice = SMALL + SMALL[SMALL.index("[[indicator]]") :]
    with pytest.raises(SurveyDataError, match="the code 1 is given 2 times"):
        parse_questionnaire(twice, features().keys())


def test_files_name_themselves_as_their_edition() -> None:
    for edition in editions():
        named = re.search(r'^edition = "(.+)"$', read_text(f"questionnaires/{edition}.toml"), re.MULTILINE)
        assert named is not None
        assert named[1] == edition
