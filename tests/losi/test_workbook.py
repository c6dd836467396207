"""The workbook holds every question, the drop-downs and the proof, and no formula taken from a page."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from crawler.result import RunResult
from losi.errors import Failure
from losi.workbook import DECISIONS, workbook_name, write_workbook
from survey.questionnaire import editions, load


@pytest.fixture
def book(result: RunResult, tmp_path: Path) -> Workbook:
    path = tmp_path / "new" / workbook_name(result)
    write_workbook(path, result, load("losi-2024"))
    return openpyxl.load_workbook(path)


def sheets(book: Workbook) -> list[Worksheet]:
    return [book[name] for name in book.sheetnames[1:]]


def row_of(book: Workbook, code: str) -> dict[str, object]:
    for sheet in sheets(book):
        names = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            if row[0].value == code:
                return {str(name): cell.value for name, cell in zip(names, row, strict=True)}
    raise AssertionError(f"no row for {code}")


def test_a_sheet_for_each_criterion_and_a_row_for_each_question(book: Workbook) -> None:
    assert book.sheetnames[0] == "Instructions"
    assert len(sheets(book)) == 6
    codes = [row[0].value for sheet in sheets(book) for row in sheet.iter_rows(min_row=2)]
    assert sorted(str(code) for code in codes) == sorted(load("losi-2024").codes)


def test_the_decision_is_a_drop_down_over_all_rows(book: Workbook) -> None:
    for sheet in sheets(book):
        (validation,) = sheet.data_validations.dataValidation
        assert validation.formula1 == f'"{",".join(DECISIONS)}"'
        assert str(validation.sqref) == (f"F2:F{sheet.max_row}" if sheet.max_row > 2 else "F2")


def test_a_present_question_has_its_proof(book: Workbook) -> None:
    row = row_of(book, "219")
    assert (row["State"], row["Confidence"], row["Decision"], row["Comment"]) == ("present", 0.97, None, None)
    assert row["Proof"] == "https://www.villa.example/transparencia"
    assert row["Excerpt"] == "Presupuesto municipal 2026 (PDF)"
    assert (row["In English"], row["Capture"]) == ("municipal budget", 7)


def test_an_absent_question_tells_what_was_searched(book: Workbook) -> None:
    assert "41 pages were read" in str(row_of(book, "279")["Why, or what was searched"])


def test_words_of_a_hostile_page_are_neither_formula_nor_link(book: Workbook) -> None:
    assert row_of(book, "206")["Proof"] == "javascript:alert(4)//https://www.villa.example/"
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    links = [cell.hyperlink.target for cell in cells if cell.hyperlink]
    assert links == ["https://www.villa.example/transparencia"]


@pytest.mark.parametrize("edition", editions())
def test_every_edition_makes_a_workbook(edition: str, result: RunResult, tmp_path: Path) -> None:
    write_workbook(tmp_path / "book.xlsx", result, load(edition))
    names = openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames
    assert len(names) == len(set(names)) == 1 + len(load(edition).criteria)


def test_a_place_that_cannot_be_written_is_told(result: RunResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="cannot write"):
        write_workbook(tmp_path / "file" / "book.xlsx", result, load("losi-2024"))
