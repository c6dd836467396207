"""The workbook in the six languages: what it says in each, and that answers come back in any of them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from losi.workbook import Wanted, export_books
from review.errors import Refused
from review.i18n import LANGUAGES
from review.service.accounts import set_language
from review.workbook.gathering import about
from review.workbook.instructions import HOW, how_to
from review.workbook.language import Wording, verdict_of
from review.workbook.layout import (
    ANSWER,
    COLUMNS,
    INSTRUCTIONS,
    MEANING,
    MEMORY,
    OPEN,
    QUESTION,
    SAID,
    STATE,
    WHY,
    WORDS,
    Line,
    Part,
    lines_of,
)
from review.workbook.writing import write_book
from storage.models import Finding
from survey.extension import VARIABLE
from survey.questionnaire import editions, load
from tests.review.conftest import EDITION, World
from tests.review.workbooks import SINGLE, Office, answer, answer_in, cell, edited, questions

ONE, TWO, THREE = (each.code for each in SINGLE[:3])
OTHERS = [each for each in LANGUAGES if each != "en"]
ISOLATES = {"\u200e", "\u2068", "\u2069"}


@pytest.fixture
def office(small: World, tmp_path: Path) -> Office:
    return Office(small, tmp_path)


def book_of(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


def drop_down(sheet: Worksheet) -> list[str]:
    (rule,) = sheet.data_validations.dataValidation
    return str(rule.formula1).strip('"').split(",")


@pytest.mark.parametrize("language", LANGUAGES)
def test_out_and_back_in_each_language(office: Office, language: str) -> None:
    path = office.export(language=language)
    offered = drop_down(questions(book_of(path))[0])
    answer_in(path, language, {ONE: (offered[0], "vu"), TWO: offered[1], THREE: offered[2]})
    made = office.take(path)
    assert (made.plan.problems, made.plan.conflicts, made.plan.notes) == ([], [], [])
    assert office.verdicts(office.ana) == {ONE: "yes", TWO: "no", THREE: "unsure"}
    assert [review.comment for review in office.reviews() if review.comment] == ["vu"]
    book = book_of(office.export(language=language))
    assert [cell(book, code, ANSWER, language).value for code in (ONE, TWO, THREE)] == offered
    assert [row[5] for row in book[MEMORY].iter_rows(values_only=True) if row[3] == ONE] == ["yes"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_in_any_language_come_back_from_each(office: Office, language: str) -> None:
    typed = [(Wording(spoken).answer(verdict), verdict) for spoken, verdict in product(LANGUAGES, WORDS)]
    said = {each.code: pair for each, pair in zip(SINGLE, typed, strict=False)}
    path = office.export(language=language)
    answer_in(path, language, {code: f" {word.swapcase().replace(' ', '  ')} " for code, (word, _) in said.items()})
    assert office.take(path).plan.problems == []
    assert office.verdicts(office.ana) == {code: verdict for code, (_, verdict) in said.items()}


def test_no_answer_of_one_language_is_another_answer_of_another() -> None:
    for spoken, verdict, reader in product(LANGUAGES, WORDS, LANGUAGES):
        assert verdict_of(Wording(spoken).answer(verdict), reader) == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("OUI", "yes"),
        ("  oui ", "yes"),
        ("Si", "yes"),
        ("Si\u0301", "yes"),
        ("\u200fنعم", "yes"),
        ("غير\xa0متاكد", "unsure"),
        ("НЕТ", "no"),
        ("skip", None),
        ("Passée", None),
        ("oui, oui", None),
        ("是否", None),
    ],
)
def test_case_blanks_accents_and_direction_do_not_matter(text: str, verdict: str | None) -> None:
    assert {verdict_of(text, language) for language in LANGUAGES} == {verdict}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_word_is_told_with_its_cell_and_the_words_of_the_workbook(office: Office, language: str) -> None:
    path = office.export(language=language)
    answer_in(path, language, {ONE: "Jein", TWO: Wording(language).answer("yes")})
    found = cell(book_of(path), ONE, ANSWER, language)
    (problem,) = office.take(path).plan.problems
    assert problem.place == f"'{found.parent.title}'!{found.coordinate}"
    assert problem.message == "'Jein' is no answer"
    assert problem.mend == f"choose {', '.join(Wording(language).answer(each) for each in WORDS)} or leave it empty"
    assert office.reviews() == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_column_that_is_missing_is_told_by_its_title_in_the_workbook(office: Office, language: str) -> None:
    path, title = office.export(language=language), Wording(language).said(ANSWER)
    with edited(path) as book:
        next(each for each in questions(book)[-1][1] if each.value == Wording(language).said("Comment")).value = "?"
        cell(book, TWO, ANSWER, language).value = "=1+1"
    told = sorted(problem.message for problem in office.take(path).plan.problems)
    assert told == sorted([f"the column {Wording(language).said('Comment')} is missing", f"{title} is a formula"])


@pytest.mark.parametrize("language", OTHERS)
def test_all_that_it_says_is_in_the_language(office: Office, language: str) -> None:
    book, words = book_of(office.export("Sue", language)), Wording(language)
    assert book.sheetnames[0] == words.said(INSTRUCTIONS) != INSTRUCTIONS
    same = {"Code", "Question", "Questionnaire", "Questions"} if language == "fr" else {"Portal"}
    for sheet in questions(book):
        titles = [str(each.value) for each in sheet[1]]
        assert titles == [words.said(title) for title, _ in COLUMNS]
        assert {title for title, _ in COLUMNS} & set(titles) <= same
        assert sheet.title not in {criterion[:1].upper() + criterion[1:] for criterion in load(EDITION).criteria}
    shown = [str(each.value) for row in book.worksheets[0].iter_rows() for each in row if each.value]
    assert set(how_to(words)) <= set(shown)
    english = [str(each.value) for row in book_of(office.export("Sue")).worksheets[0].iter_rows() for each in row]
    assert {each for each in shown if each in english and each.isalpha()} <= {"Sue", *same}
    assert not any("%(" in each for each in shown)


@pytest.mark.parametrize("language", OTHERS)
def test_questions_are_translated_and_the_english_text_stands_below(office: Office, language: str) -> None:
    book = book_of(office.export(language=language))
    asked = load(EDITION).indicator(ONE)
    for title, english in ((QUESTION, asked.title), (MEANING, asked.counts_as_yes)):
        shown, below = str(cell(book, ONE, title, language).value).split("\n")
        assert shown != english
        assert "".join(each for each in below if each not in ISOLATES) == english


@pytest.mark.parametrize(
    ("language", "state", "why"),
    [
        ("es", "Encontrado", "a heading"),
        ("ar", "موجود", "a heading"),
        ("zh", "找到", "a heading"),
    ],
)
def test_states_are_said_and_what_detectors_say_themselves_stays(
    office: Office, language: str, state: str, why: str
) -> None:
    book = book_of(office.export(language=language))
    assert (cell(book, ONE, STATE, language).value, cell(book, ONE, WHY, language).value) == (state, why)


def test_why_and_what_was_searched_are_said_as_in_the_app(office: Office) -> None:
    with office.world.database.session() as session:
        findings = {each.feature: each for each in session.scalars(select(Finding))}
        present, absent = findings[SINGLE[0].features[0]], findings[SINGLE[6].features[0]]
        told = {"why": "link in the nav: strong term “x*” (es)", "quote": "xyz", "matched": [[0, 3]]}
        present.evidence = [{**present.evidence[0], **told}]
        absent.reason, absent.explanation = "login", "Not found."
        absent.searched = {"pages": 2, "languages": [["es", 1], ["", 1]], "left": 3, "site_search": ["tasas"]}
    book = book_of(office.export(language="fr"))
    assert cell(book, ONE, WHY, "fr").value == "Lien du menu avec les mots « xyz »"
    assert str(cell(book, SINGLE[6].code, WHY, "fr").value).split("\n") == [
        "Pourquoi pas : ce qui pourrait le dire est derrière une connexion",
        "2 pages ont été lues. espagnol: 1, langue inconnue: 1",
        "3 pages connues n’ont pas été lues.",
        "Aucun plan du site n’a été lu.",
        "Il a été demandé à la recherche du portail : tasas",
        "Not found.",
    ]
    assert cell(book_of(office.export()), SINGLE[6].code, WHY).value == "Not found."


def test_what_was_said_is_translated_and_comments_stay(office: Office) -> None:
    path = office.export("Ben", "ru")
    answer_in(path, "ru", {ONE: ("Да", "yes, on page 2")})
    office.take(path)
    assert cell(book_of(office.export("Sue", "zh")), ONE, SAID, "zh").value == "Ben: 是 (yes, on page 2)"
    assert cell(book_of(office.export("Sue")), ONE, SAID).value == "Ben: yes (yes, on page 2)"


def test_a_suggestion_that_is_kept_back_says_so_in_the_language(small: World, tmp_path: Path) -> None:
    book = book_of(Office(small, tmp_path, hidden=1).export(language="fr"))
    assert str(cell(book, ONE, WHY, "fr").value).startswith("La suggestion est masquée")
    assert cell(book, ONE, STATE, "fr").value is None


def test_arabic_goes_from_right_to_left(office: Office) -> None:
    book = book_of(office.export(language="ar"))
    shown = [sheet for sheet in book.worksheets if sheet.title != MEMORY]
    assert all(sheet.sheet_view.rightToLeft for sheet in shown)
    found = [*questions(book)[0][1], *(cell(book, ONE, title, "ar") for title in (QUESTION, MEANING, STATE, ANSWER))]
    assert {(each.alignment.horizontal, each.alignment.readingOrder) for each in found} == {("right", 2)}
    loose = [cell(book, ONE, title, "ar").alignment for title in ("Excerpt", "Comment", "Portal")]
    assert {(each.horizontal, each.readingOrder) for each in loose} == {(None, 0)}
    assert not any(sheet.sheet_view.rightToLeft for sheet in book_of(office.export(language="fr")).worksheets)


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_differ_and_drop_downs_keep_to_their_limit(language: str) -> None:
    words = Wording(language)
    assert len({words.said(title) for title, _ in COLUMNS}) == len(COLUMNS)
    offered = [words.answer(verdict) for verdict in WORDS]
    assert len(set(offered)) == 3
    assert len(",".join(offered)) <= 255
    assert not any("," in each or each != each.strip() for each in offered)
    assert len(how_to(words)) == len(HOW)


@pytest.mark.parametrize("language", OTHERS)
def test_answers_and_comments_alone_are_open(office: Office, language: str) -> None:
    for sheet in questions(book_of(office.export(language=language))):
        titles = [each.value for each in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            free = [title for title, each in zip(titles, row, strict=True) if not each.protection.locked]
            assert free == [Wording(language).said(title) for title in OPEN]


def test_questions_of_ones_own_stay_as_they_were_written(
    small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 'code = "1"\ncriterion = "Υπηρεσίες"\ntitle = "Τίτλος"\ncounts_as_yes = "Ναι"\n'
    head = 'edition = "x-2026"\ntitle = "X"\nyear = 2026\nkind = "city"\nsource = "X"\nlanguage = "el"\n'
    text = f'{head}criteria = ["Υπηρεσίες"]\n[[indicator]]\n{asked}features = ["budget.publication"]\n'
    (tmp_path / "questionnaires").mkdir()
    (tmp_path / "questionnaires" / "x-2026.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    book = made(small, tmp_path, Line("1", "Υπηρεσίες", "Τίτλος", "Ναι"), "x-2026", "ar")
    found = cell(book, "1", QUESTION, "ar")
    assert (found.parent.title, found.value, found.alignment.readingOrder) == ("Υπηρεσίες", "Τίτλος", 0)


def made(world: World, folder: Path, line: Line, edition: str, language: str) -> Workbook:
    """A workbook of one line."""
    with world.database.reader() as session:
        told = about(session, "=1+1", "test", world.clock())
    part = Part("https://city.example/", "=2", edition, 0, 1, "ok", 3, (line,))
    write_book(folder / "b.xlsx", told, [part], editions=[edition], several=True, words=Wording(language))
    return book_of(folder / "b.xlsx")


@pytest.mark.parametrize("language", OTHERS)
def test_words_of_a_hostile_page_are_no_formula_in_any_language(small: World, tmp_path: Path, language: str) -> None:
    asked = SINGLE[0]
    line = Line(asked.code, asked.criterion, "=1", "+1", "present", 0.8, excerpt="=HYPERLINK(1)", why="@SUM(A1)")
    book = made(small, tmp_path, line, EDITION, language)
    cells = [each for sheet in book for row in sheet.iter_rows() for each in row]
    assert [each.coordinate for each in cells if each.data_type == "f"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_editions_in_one_workbook_of_each_language(small: World, tmp_path: Path, language: str) -> None:
    path = tmp_path / "all.xlsx"
    with small.database.reader() as session:
        told = about(session, "t", "test", small.clock())
    write_book(path, told, [], editions=list(editions()), several=True, words=Wording(language))
    assert len(questions(book_of(path))) == sum(len(load(edition).criteria) for edition in editions())


def test_a_workbook_of_an_earlier_version_comes_back_as_english(office: Office) -> None:
    path = office.export()
    with edited(path) as book:
        (number,) = [row[0].row for row in book[MEMORY].iter_rows() if row[0].value == "language"]
        book[MEMORY].delete_rows(number)
    answer(path, **{f"c{ONE}": "Yes", f"c{TWO}": "Non"})
    assert not office.take(path).refused
    assert office.verdicts(office.ana) == {ONE: "yes", TWO: "no"}


def test_a_language_that_this_version_does_not_know_is_refused(office: Office) -> None:
    path = office.export()
    with edited(path) as book:
        next(row for row in book[MEMORY].iter_rows() if row[0].value == "language")[1].value = "tlh"
    with pytest.raises(Refused, match="made by another version"):
        office.take(path)


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [("Ana", None, "fr"), ("Ana", "ar", "ar"), ("Ana", "en", "en"), ("Ben", None, "en"), (None, None, "en")],
)
def test_the_language_is_the_one_asked_for_else_the_persons_own(
    office: Office, tmp_path: Path, name: str | None, language: str | None, expected: str
) -> None:
    with office.world.database.session() as session:
        set_language(session, office.ana, "fr")
    wanted = Wanted(portal="1", name=name, language=language)
    (path,) = export_books(office.world.database, office.world.data, wanted, tmp_path / "b.xlsx")
    assert book_of(path).sheetnames[0] == Wording(expected).said(INSTRUCTIONS)


def test_chinese_takes_twice_the_room() -> None:
    assert [lines_of(text, 10) for text in ("abcdefghi", "abcdefghij", "一二三四", "一二三四五", "а\nб")] == [
        1,
        2,
        1,
        2,
        2,
    ]
