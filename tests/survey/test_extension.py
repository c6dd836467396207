"""A survey's own questionnaires and features stand beside those that ship, and are refused with file and line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from survey.extension import VARIABLE, folder
from survey.features import features, own_features
from survey.packaged import SurveyDataError
from survey.plan import UNJUDGED, effort_of, efforts, targets, targets_of
from survey.questionnaire import editions, language_of, load
from survey.questionnaire_file import parse_questionnaire, written

Write = Callable[[dict[str, str]], Path]

POOLS = "key,title,counts_as_yes\nleisure.pools,Pools,Hours of the pools\n"
QUESTIONS = """
edition = "towns-of-atlantis-2026"
title = "Towns"
year = 2026
kind = "city"
criteria = ["leisure"]
source = "Decree 12"

[[indicator]]
code = "P1"
criterion = "leisure"
title = "Pools"
counts_as_yes = "Hours are told"
features = ["leisure.pools"]
"""
BOOK = {"questionnaires/towns-of-atlantis-2026.toml": QUESTIONS}


@pytest.fixture
def extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes files into an extension that is in use."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.setenv(VARIABLE, str(tmp_path))
        return tmp_path

    return write


def test_without_an_extension_there_is_what_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert folder() is None
    assert own_features() == ()
    assert editions() == ("losi-2020", "losi-2022", "losi-2024", "osi-2024")


def test_an_edition_of_ones_own_asks_for_a_feature_of_ones_own(extension: Write) -> None:
    shipped = len(features())
    extension({"features.csv": POOLS, **BOOK})
    book = load("towns-of-atlantis-2026")
    assert book.indicator("P1").features == ("leisure.pools",)
    assert (book.denominator, book.unnamed, book.indicator("P1").status) == (1, (), "sourced")
    assert len(features()) == shipped + 1
    assert "towns-of-atlantis-2026" in editions()
    assert load("losi-2024").indicator("220").features == ("procurement.announcements",)


def test_an_edition_tells_the_language_of_its_questions(extension: Write) -> None:
    spoken = {
        name: text.replace('title = "Towns"', 'title = "Towns"\nlanguage = "pt-BR"') for name, text in BOOK.items()
    }
    assert language_of("losi-2024") == "en"
    extension({"features.csv": POOLS, **spoken})
    assert language_of("towns-of-atlantis-2026") == "pt-BR"
    assert language_of("an-edition-that-is-gone-2020") == ""


def test_a_language_that_no_page_could_say_is_refused(extension: Write) -> None:
    wrong = {
        name: text.replace('title = "Towns"', 'title = "Towns"\nlanguage = "Portuguese"') for name, text in BOOK.items()
    }
    extension({"features.csv": POOLS, **wrong})
    with pytest.raises(SurveyDataError, match=r"towns-of-atlantis-2026\.toml: language: "):
        load("towns-of-atlantis-2026")


def test_a_code_may_begin_with_the_name_of_its_edition(extension: Write) -> None:
    code = "towns-of-atlantis-2026:7"
    extension({"features.csv": POOLS, **{name: text.replace('"P1"', f'"{code}"') for name, text in BOOK.items()}})
    assert load("towns-of-atlantis-2026").indicator(code).code == code


def test_another_folder_is_read_for_itself(
    extension: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    extension({"features.csv": POOLS})
    assert [feature.key for feature in own_features()] == ["leisure.pools"]
    other = tmp_path_factory.mktemp("other")
    (other / "features.csv").write_text(POOLS.replace("pools", "parks"), encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(other))
    assert [feature.key for feature in own_features()] == ["leisure.parks"]


def test_what_a_row_leaves_out_is_a_topic_that_pages_prove(extension: Write) -> None:
    extension({"features.csv": POOLS})
    (pools,) = own_features()
    assert (pools.proof, pools.told_by, pools.area) == ("page", "topic", "leisure")


def test_what_only_a_person_can_tell_has_no_words(extension: Write) -> None:
    extension({"features.csv": "key,title,counts_as_yes,proof\naudit.reply,Reply,An answer comes,manual\n"})
    (reply,) = own_features()
    assert (reply.proof, reply.told_by) == ("manual", "")


def test_a_table_as_a_spreadsheet_saves_it_is_read(extension: Write) -> None:
    extension({"features.csv": "\ufeff" + POOLS.replace(",", ";").replace("\n", "\r\n")})
    assert [feature.title for feature in own_features()] == ["Pools"]


def test_empty_rows_and_columns_that_spreadsheets_save_are_none(extension: Write) -> None:
    extension({"features.csv": "key;title;counts_as_yes;;\nleisure.pools;Pools;Hours;;\n;;;;\n;;;;;\n"})
    assert [feature.title for feature in own_features()] == ["Pools"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("key,title\nleisure.pools,Pools\n", r"features\.csv: .*missing \['counts_as_yes'\]"),
        (POOLS.replace("title,", "titel,"), r"missing \['title'\], not known \['titel'\]"),
        (POOLS.replace(",Pools,", ",,"), r"features\.csv, line 2: title is empty"),
        (POOLS.replace("Hours of", "Hours, prices of"), "line 2: more cells than columns"),
        (POOLS.replace("yes\n", "yes,,\n").replace("pools\n", "pools,,x\n"), "line 2: more cells than columns"),
        (POOLS.replace("leisure.pools", "Pools"), r"features\.csv, line 2: 'Pools' is no key"),
        (POOLS.replace("leisure.pools", "general.pools"), "'general.pools' is no key"),
        (POOLS.replace("leisure.pools", "budget.publication"), "line 2: .*'budget.publication' is given twice"),
        ("key,title,counts_as_yes,proof\na.b,A,B,video\n", "line 2: .*proof is 'video'"),
        ("key,title,counts_as_yes,told_by\na.b,A,B,magic\n", "told_by is 'magic'"),
        ("key,title,counts_as_yes,proof,told_by\na.b,A,B,manual,topic\n", "told_by is of what a page proves"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(extension: Write, table: str, message: str) -> None:
    extension({"features.csv": table})
    with pytest.raises(SurveyDataError, match=message):
        features()


def test_words_of_the_table_may_have_capitals(extension: Write) -> None:
    extension({"features.csv": "key,title,counts_as_yes,proof,told_by\na.b,A,B,Page,Service\n"})
    (found,) = own_features()
    assert (found.proof, found.told_by) == ("page", "service")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("effort.csv", "feature,effort,reason,source\na.x,easy,R,S\n", "line 2: 'a.x' is no feature"),
        (
            "effort.csv",
            "feature,effort,reason,source\nbudget.publication,easy,R,S\n",
            "line 2: .* given twice, here or by what ships",
        ),
        ("sdgs.csv", "feature,goal,title,target,source\nleisure.pools,x,T,x.1,S\n", "line 2: .* does not fit goal x"),
        (
            "sdgs.csv",
            "feature,goal,title,target,source\nleisure.pools,13,Κλίμα,13.1,S\n",
            "13 is called 'Climate action'",
        ),
    ],
)
def test_a_wrong_row_of_a_plan_is_refused_with_its_place(extension: Write, name: str, text: str, message: str) -> None:
    extension({"features.csv": POOLS, name: text})
    with pytest.raises(SurveyDataError, match=message):
        {"effort.csv": efforts, "sdgs.csv": targets}[name]()


def test_faults_of_questions_are_told_together_and_by_code(extension: Write) -> None:
    extension({"features.csv": POOLS})
    wrong = QUESTIONS.replace("counts_as_yes", "count_as_yes").replace("year = 2026", "year = true")
    with pytest.raises(SurveyDataError) as refused:
        parse_questionnaire(wrong, features(), "book")
    assert str(refused.value) == (
        "book: year: Input should be a valid integer; indicator P1 counts_as_yes: Field required; "
        "indicator P1 count_as_yes: Extra inputs are not permitted"
    )


def test_a_table_that_is_no_utf_8_is_refused(extension: Write) -> None:
    place = extension({})
    (place / "features.csv").write_bytes(POOLS.replace("Pools", "Bäder").encode("latin-1"))
    with pytest.raises(SurveyDataError, match="save it as UTF-8"):
        features()


def test_an_edition_that_ships_cannot_be_replaced(extension: Write) -> None:
    extension({"questionnaires/losi-2024.toml": QUESTIONS.replace("towns-of-atlantis-2026", "losi-2024")})
    with pytest.raises(SurveyDataError, match=r"losi-2024\.toml: an edition of this name ships"):
        load("losi-2024")


def test_a_file_that_calls_itself_otherwise_is_refused(extension: Write) -> None:
    extension({"features.csv": POOLS, "questionnaires/towns-2026.toml": QUESTIONS})
    with pytest.raises(SurveyDataError, match=r"towns-2026\.toml calls itself towns-of-atlantis-2026"):
        load("towns-2026")


def test_a_question_for_an_unknown_feature_names_the_file(extension: Write) -> None:
    extension(BOOK)
    with pytest.raises(SurveyDataError, match=r"towns-of-atlantis-2026\.toml: .*unknown feature 'leisure\.pools'"):
        load("towns-of-atlantis-2026")


def test_a_variable_that_names_no_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(SurveyDataError, match="gone, which is no folder"):
        editions()


def test_plans_know_what_the_extension_says_of_effort_and_goals(extension: Write) -> None:
    extension(
        {
            "features.csv": POOLS,
            "effort.csv": "feature,effort,reason,source\nleisure.pools,hard,It takes a pool,ministry\n",
            "sdgs.csv": "feature,goal,title,target,source\n"
            "leisure.pools,11,Sustainable cities and communities,11.7,ministry\n",
            **BOOK,
        }
    )
    asked = load("towns-of-atlantis-2026").indicator("P1")
    assert effort_of(asked).reason == "It takes a pool"
    assert [each.target for each in targets_of(asked)] == ["11.7"]
    assert {"leisure.pools", "budget.publication"} <= efforts().keys() & targets().keys()


def test_a_feature_that_nobody_judged_is_no_obstacle_to_a_plan(extension: Write) -> None:
    extension({"features.csv": POOLS, **BOOK})
    asked = load("towns-of-atlantis-2026").indicator("P1")
    assert effort_of(asked) == UNJUDGED
    assert targets_of(asked) == ()


@pytest.mark.parametrize("edition", ["losi-2020", "losi-2022", "losi-2024", "osi-2024"])
def test_a_questionnaire_that_is_written_is_read_as_it_was(edition: str) -> None:
    assert parse_questionnaire(written(load(edition)), features()) == load(edition)


@pytest.mark.parametrize(("field", "longest"), [("code", 40), ("criterion", 200)])
def test_what_the_database_cannot_hold_is_refused(extension: Write, field: str, longest: int) -> None:
    extension({"features.csv": POOLS})
    short = {"code": "P1", "criterion": "leisure"}[field]
    parse_questionnaire(QUESTIONS.replace(f'"{short}"', f'"{"x" * longest}"'), features())
    with pytest.raises(SurveyDataError, match=rf"indicator \w+ {field}: .* at most {longest} characters"):
        parse_questionnaire(QUESTIONS.replace(f'"{short}"', f'"{"x" * (longest + 1)}"'), features())


def test_a_text_of_any_sign_is_written_so_that_it_is_read_again(extension: Write) -> None:
    extension({"features.csv": POOLS, **BOOK})
    strange = "".join(map(chr, (*range(160), 0x2028, 0xFEFF, 0x1F600)))
    book = replace(load("towns-of-atlantis-2026"), title=strange)
    assert parse_questionnaire(written(book), features()) == book


def test_a_score_is_divided_by_what_is_added_too(extension: Write) -> None:
    extension({"features.csv": POOLS, **BOOK})
    text = written(load("towns-of-atlantis-2026"))
    more = text + text[text.index("[[indicator]]") :].replace('"P1"', '"P2"')
    assert parse_questionnaire(more, features()).denominator == 2
