"""An export never writes over answers that lie in a workbook alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from losi.errors import Failure
from losi.workbook import Wanted, export_books
from review.workbook.layout import MEMORY
from tests.review.conftest import World
from tests.review.workbooks import SINGLE, Office, answer

ONE, TWO = (each.code for each in SINGLE[:2])


@pytest.fixture
def office(small: World, tmp_path: Path) -> Office:
    return Office(small, tmp_path)


def export(office: Office, place: Path, name: str | None = "Ana") -> Path:
    wanted = Wanted(portal="1", name=name)
    (made,) = export_books(office.world.database, office.world.data, wanted, place)
    return made


def test_a_workbook_without_new_answers_is_written_anew(office: Office, tmp_path: Path) -> None:
    office.says(office.ana, "yes", ONE)
    place = export(office, tmp_path / "ana.xlsx")
    assert export(office, place) == place


def test_answers_that_were_not_taken_back_stay(office: Office, tmp_path: Path) -> None:
    place = export(office, tmp_path / "ana.xlsx")
    answer(place, **{f"c{ONE}": "Yes"})
    before = place.read_bytes()
    with pytest.raises(Failure, match=r"not taken back; losi import .*ana.xlsx first"):
        export(office, place)
    assert place.read_bytes() == before
    assert office.verdicts(office.ana) == {}
    office.take(place)
    assert export(office, place).read_bytes() != before


def test_a_comment_alone_stays_too(office: Office, tmp_path: Path) -> None:
    place = export(office, tmp_path / "ana.xlsx")
    answer(place, **{f"c{TWO}": ("", "look again")})
    with pytest.raises(Failure, match="not taken back"):
        export(office, place)


def test_answers_of_nobody_in_particular_stay(office: Office, tmp_path: Path) -> None:
    place = export(office, tmp_path / "all.xlsx", None)
    assert export(office, place, None) == place
    answer(place, **{f"c{ONE}": "Yes"})
    with pytest.raises(Failure, match="nobody in particular"):
        export(office, place, None)


def test_another_file_stays(office: Office, tmp_path: Path) -> None:
    (tmp_path / "own.xlsx").write_text("my own table")
    with pytest.raises(Failure, match="no workbook of losi export"):
        export(office, tmp_path / "own.xlsx")
    assert (tmp_path / "own.xlsx").read_text() == "my own table"


def test_a_workbook_of_an_edition_that_is_gone_stays(office: Office, tmp_path: Path) -> None:
    """It is told for what it is, with what brings its answers home."""
    place = export(office, tmp_path / "ana.xlsx")
    book = load_workbook(place)
    for row in book[MEMORY].iter_rows():
        for cell in row:
            cell.value = "towns-2026" if cell.value == "losi-2024" else cell.value
    book.save(place)
    before = place.read_bytes()
    with pytest.raises(Failure) as told:
        export(office, place)
    assert str(told.value).startswith(
        f"{place} is there already and may hold answers to an unknown edition 'towns-2026'"
    )
    assert str(told.value).endswith("bring back its questionnaire, or give another name")
    assert place.read_bytes() == before
