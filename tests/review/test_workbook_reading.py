"""A workbook that comes back: every change is told with its cell, everything odd is refused, nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl.workbook import Workbook

from review.errors import Conflict, Refused
from review.workbook.layout import MEMORY
from review.workbook.reading import Problem
from storage.repository import verify_chain
from tests.review.conftest import EDITION, World
from tests.review.workbooks import SINGLE, Office, answer, cell, edited, questions

ONE, TWO, THREE, FOUR = (each.code for each in SINGLE[:4])


@pytest.fixture
def office(small: World, tmp_path: Path) -> Office:
    return Office(small, tmp_path)


def refused(office: Office, path: Path) -> list[Problem]:
    """The problems of a workbook that must change nothing, though one row of it is good."""
    answer(path, **{f"c{FOUR}": "Yes"})
    made = office.take(path)
    assert made.refused
    assert office.reviews() == []
    return made.plan.problems


def spoil(office: Office, code: str, title: str, value: object) -> tuple[Problem, str]:
    """The one problem that a value in a cell makes, and the name of that cell."""
    path = office.export()
    with edited(path) as book:
        found = cell(book, code, title)
        found.value = value
        place = f"'{found.parent.title}'!{found.coordinate}"
    (problem,) = refused(office, path)
    return problem, place


@pytest.mark.parametrize(
    ("title", "value", "message"),
    [
        ("Answer", "Maybe", "'Maybe' is no answer"),
        ("Answer", "skip", "'skip' is no answer"),
        ("Answer", True, "'True' is no answer"),
        ("Answer", 1, "'1' is no answer"),
        ("Answer", '=IF(1,"Yes","No")', "Answer is a formula"),
        ("Comment", "=1+1", "Comment is a formula"),
        ("Answer", "#N/A", "Answer is an error value"),
        ("Code", "999999", "has no indicator '999999'"),
        ("Portal", "https://elsewhere.example/", "'https://elsewhere.example/' is no portal of this workbook"),
        ("Questionnaire", "losi-1999", "'losi-1999' is no questionnaire of this workbook"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_cell(
    office: Office, title: str, value: object, message: str
) -> None:
    problem, place = spoil(office, ONE, title, value)
    assert problem.place == place
    assert message in problem.message
    assert problem.mend


def test_a_comment_that_is_too_long_is_told_with_its_cell_beside_all_else(office: Office) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": ("Yes", "x" * 4001), f"c{TWO}": "Maybe"})
    long, word = sorted(refused(office, path), key=lambda problem: "no answer" in problem.message)
    assert "at most 4000 characters, this one 4001" in long.message
    assert "no answer" in word.message
    with edited(path) as book:
        assert long.place.endswith(f"!{cell(book, ONE, 'Comment').coordinate}")


def test_a_code_that_is_there_twice_is_refused(office: Office) -> None:
    problem, place = spoil(office, SINGLE[0].code, "Code", SINGLE[1].code)
    assert "is here twice" in problem.message
    assert place.split("!")[0] in problem.place


def test_an_answer_without_a_code_is_refused(office: Office) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": "Yes"})
    with edited(path) as book:
        cell(book, ONE, "Code").value = None
    (problem,) = refused(office, path)
    assert problem.message == "an answer or a comment without a code"


def test_a_column_that_is_missing_or_there_twice_is_refused(office: Office) -> None:
    path = office.export()
    with edited(path) as book:
        first, second = questions(book)[:2]
        next(each for each in first[1] if each.value == "Portal").value = "Where"
        second.cell(1, second.max_column + 1, "Comment")
    assert sorted(each.message for each in refused(office, path)) == [
        "the column Comment is there more than once",
        "the column Portal is missing",
    ]


def test_all_problems_are_told_at_once(office: Office) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": "Perhaps", f"c{TWO}": "Ja", f"c{THREE}": "Yes"})
    assert len(refused(office, path)) == 2


def sort_rows(book: Workbook) -> None:
    """Turns the rows of every sheet around, as sorting by a column does."""
    for sheet in questions(book):
        rows = [[each.value for each in row] for row in sheet.iter_rows(min_row=2)]
        for number, values in enumerate(reversed(rows), 2):
            for column, value in enumerate(values, 1):
                sheet.cell(number, column).value = value


def add_columns_and_lines(book: Workbook) -> None:
    for sheet in questions(book):
        sheet.insert_cols(1, 2)
        sheet.insert_rows(1, 2)
        sheet["A1"], sheet["A3"], sheet["A4"] = "checked by us", "mine", "=1+1"


def rename_sheets(book: Workbook) -> None:
    for number, sheet in enumerate(questions(book)):
        sheet.title = f"It's {number}"
    book.create_sheet("My notes")["A1"] = "Answer"


def drop_rows(book: Workbook) -> None:
    for sheet in questions(book):
        for row in range(sheet.max_row, 1, -1):
            if not sheet.cell(row, 6).value:
                sheet.delete_rows(row)


def retype_codes(book: Workbook) -> None:
    for sheet in questions(book):
        for row in sheet.iter_rows(min_row=2):
            if str(row[0].value).isdigit():
                row[0].value = float(str(row[0].value))
            row[5].value = str(row[5].value or "").upper() or None


@pytest.mark.parametrize("change", [sort_rows, add_columns_and_lines, rename_sheets, drop_rows, retype_codes])
def test_what_people_do_to_a_workbook_does_not_matter(office: Office, change: Callable[[Workbook], None]) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": "Yes", f"c{FOUR}": (" No ", "closed\r\nin May")})
    with edited(path) as book:
        change(book)
    made = office.take(path)
    assert made.plan.problems == []
    assert office.verdicts(office.ana) == {ONE: "yes", FOUR: "no"}
    assert {review.comment for review in office.reviews()} == {None, "closed\nin May"}


def rewritten(path: Path, member: str, content: bytes) -> Path:
    """The workbook with one of its files replaced."""
    made = path.with_name("rewritten.xlsx")
    with ZipFile(path) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for each in old.infolist():
            new.writestr(each, content if each.filename == member else old.read(each))
        if member not in old.namelist():
            new.writestr(member, content)
    return made


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha">%s]><sst><si><t>&z;</t></si></sst>""" % b"".join(
    b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 30) for name in range(ord("b"), ord("z") + 1)
)


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-400]), "damaged or cut short"),
        (lambda path: path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2]), "damaged or cut short"),
        (lambda path: path.write_bytes(b"Code,Answer\n219,Yes\n"), "is no .xlsx workbook"),
        (lambda path: path.write_bytes(b""), "is no .xlsx workbook"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "an old .xls workbook"),
        (lambda path: rewritten(path, "xl/bomb.xml", b" " * 300_000_000).replace(path), "would unpack to 300 MB"),
        (lambda path: rewritten(path, "xl/bomb.xml", b" " * 20_000_000).replace(path), "would unpack to 20 MB"),
        (lambda path: rewritten(path, "xl/sharedStrings.xml", LAUGHS).replace(path), "damaged or cut short"),
        (lambda path: rewritten(path, "xl/workbook.xml", b"<workbook").replace(path), "damaged or cut short"),
        (lambda path: rewritten(path, "[Content_Types].xml", b"<Types/>").replace(path), "damaged or cut short"),
    ],
    ids=["tail", "half", "csv", "empty", "xls", "bomb", "dense", "entities", "torn", "typeless"],
)
def test_a_file_that_is_no_whole_workbook_is_refused(
    office: Office, spoiled: Callable[[Path], object], message: str
) -> None:
    path = office.export()
    spoiled(path)
    with pytest.raises(Refused, match=message):
        office.take(path)
    assert office.reviews() == []


def test_a_zip_file_of_another_kind_is_refused(office: Office, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "text.ods", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(Refused, match=r"no \.xlsx workbook"):
        office.take(tmp_path / "text.ods")


def test_a_workbook_without_its_hidden_sheet_is_refused(office: Office) -> None:
    path = office.export()
    with edited(path) as book:
        del book[MEMORY]
    with pytest.raises(Refused, match="lost its hidden sheet"):
        office.take(path)


def test_a_workbook_of_a_questionnaire_that_is_not_there_says_so(office: Office) -> None:
    path = office.export()
    with edited(path) as book:
        for row in book[MEMORY].iter_rows():
            for each in row:
                if each.value == EDITION:
                    each.value = "greece-2026"
    with pytest.raises(Refused, match="unknown edition 'greece-2026'") as refused:
        office.take(path)
    assert refused.value.mend == "bring back its questionnaire"


@pytest.mark.parametrize(
    ("tag", "value", "message"),
    [("schema", "9", "another version"), ("hash", "f" * 64, "another database"), ("number", "x", "damaged")],
)
def test_a_workbook_of_elsewhere_is_refused(office: Office, tag: str, value: str, message: str) -> None:
    path = office.export()
    with edited(path) as book:
        next(row for row in book[MEMORY].iter_rows() if row[0].value == tag)[1].value = value
    with pytest.raises((Refused, Conflict), match=message):
        office.take(path)


def test_a_row_number_out_of_this_world_ends(office: Office) -> None:
    path = office.export()
    with ZipFile(path) as zipped:
        sheet = zipped.read("xl/worksheets/sheet2.xml")
    made = rewritten(path, "xl/worksheets/sheet2.xml", sheet.replace(b'<row r="2"', b'<row r="99999999999999"', 1))
    answer_in_another = office.take(made)
    assert not answer_in_another.plan.changes


def test_the_chain_is_whole_after_a_workbook_and_says_where_it_came_from(office: Office) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": "Yes", f"c{TWO}": "Unsure"})
    office.take(path)
    assert {(review.key or "").split(":")[0] for review in office.reviews()} == {"workbook"}
    with office.world.database.reader() as session:
        report = verify_chain(session)
    assert (report.rows, report.broken) == (2, None)
