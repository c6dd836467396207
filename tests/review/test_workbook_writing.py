"""The workbook holds every question, drop-downs, proof and pictures, and nothing that its reader must not see."""

from __future__ import annotations

import gc
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from PIL import Image
from sqlalchemy import select

from review.errors import Forbidden, NotFound, Refused
from review.i18n import LANGUAGES
from review.workbook.gathering import Links, Sources, about, part_of_run, person
from review.workbook.language import Wording
from review.workbook.layout import COLUMNS, MEMORY, Line, Part
from review.workbook.writing import sheet_names, write_book
from storage.models import Card, Finding, Task
from survey.extension import VARIABLE
from survey.questionnaire import editions, load
from tests.full_disk import full_at
from tests.review.conftest import EDITION, World
from tests.review.workbooks import SINGLE, Office, cell, questions


@pytest.fixture
def office(small: World, tmp_path: Path) -> Office:
    return Office(small, tmp_path)


def book_of(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


def test_a_sheet_for_each_criterion_and_a_row_for_each_question(office: Office) -> None:
    book = book_of(office.export())
    assert book.sheetnames[0] == "Instructions"
    assert len(questions(book)) == len(load(EDITION).criteria)
    codes = [str(row[0].value) for sheet in questions(book) for row in sheet.iter_rows(min_row=2)]
    assert sorted(codes) == sorted(load(EDITION).codes)


def test_only_answers_and_comments_can_be_written_to(office: Office) -> None:
    book = book_of(office.export())
    assert book.security.lockStructure
    assert book[MEMORY].sheet_state == "veryHidden"
    for sheet in questions(book):
        titles = [each.value for each in sheet[1]]
        assert sheet.protection.sheet
        for row in sheet.iter_rows(min_row=2):
            free = [str(title) for title, each in zip(titles, row, strict=True) if not each.protection.locked]
            assert free == ["Answer", "Comment"]


def test_the_answer_is_a_drop_down_over_all_rows(office: Office) -> None:
    for sheet in questions(book_of(office.export())):
        (rule,) = sheet.data_validations.dataValidation
        assert rule.formula1 == '"Yes,No,Unsure"'
        assert {each.coord for each in rule.sqref.ranges} == {f"F2:F{sheet.max_row}" if sheet.max_row > 2 else "F2"}


def test_a_present_question_has_its_proof_and_where_it_is_archived(office: Office) -> None:
    book = book_of(office.export())
    code = SINGLE[0].code
    shown = {title: cell(book, code, title).value for title, _ in COLUMNS}
    assert (shown["State"], shown["Confidence"], shown["Answer"], shown["Comment"]) == ("present", 0.9, None, None)
    assert (shown["Excerpt"], shown["Why, or what was searched"]) == ("the proof", "a heading")
    assert shown["Archived copy"] == f"run {office.run}, capture 1"
    assert cell(book, code, "Proof").hyperlink.target == "https://city.example/"


def test_archived_copies_are_linked_where_the_app_is_told(office: Office) -> None:
    world = office.world
    until = world.clock().replace(year=2028)
    with world.database.reader() as session:
        links = Links("https://review.example/", world.signer, until)
        part = part_of_run(session, office.run, Sources(world.data, links))
    line = next(each for each in part.lines if each.state == "present")
    signed = line.archived.removeprefix("https://review.example/archived/")
    assert world.signer.read("archived", signed, world.clock()) == f"{office.run}-1"


def test_a_picture_of_the_proof_is_in_its_cell(office: Office) -> None:
    folder = office.world.data / "screenshots" / f"run-{office.run:06d}"
    folder.mkdir(parents=True)
    Image.new("RGB", (1280, 720), "teal").save(folder / "proof.webp")
    (folder / "broken.webp").write_bytes(b"RIFF no picture")
    with office.world.database.session() as session:
        for number, finding in enumerate(session.scalars(select(Finding).where(Finding.state == "present"))):
            name = ("proof.webp", "broken.webp", "gone.webp", "../../../etc/passwd")[min(number, 3)]
            finding.evidence = [{**finding.evidence[0], "screenshot": f"screenshots/{folder.name}/{name}"}]
    book = book_of(office.export())
    (picture,) = [each for sheet in questions(book) for each in sheet._images]  # type: ignore[attr-defined]
    assert (picture.width, picture.height) == (320, 180)
    assert not [each for sheet in questions(book_of(office.export(pictures=False))) for each in sheet._images]  # type: ignore[attr-defined]


def test_an_assessor_sees_own_answers_and_not_the_others(office: Office) -> None:
    first, second = SINGLE[0].code, SINGLE[1].code
    office.says(office.ana, "no", first)
    office.says(office.ben, "yes", first)
    office.says(office.ben, "yes", second)
    book = book_of(office.export("Ana"))
    assert cell(book, first, "Answer").value == "No"
    assert cell(book, second, "Answer").value is None
    every = [str(each.value) for sheet in book for row in sheet.iter_rows() for each in row if each.value is not None]
    assert [text for text in every if "Ben:" in text or text == "Ben"] == []


def test_a_card_that_is_not_on_the_desk_yet_shows_nothing_of_the_other(office: Office) -> None:
    office.says(office.ben, "yes", SINGLE[0].code)
    with office.world.database.session() as session:
        task = session.scalars(
            select(Task)
            .join(Card, Card.id == Task.card_id)
            .where(Task.account_id == office.ana, Card.code == SINGLE[0].code)
        ).one()
        session.delete(task)
    book = book_of(office.export("Ana"))
    shown = [cell(book, SINGLE[0].code, title).value for title in ("State", "Answer", "Answers so far", "Excerpt")]
    assert shown == [None] * 4


def test_a_supervisor_sees_what_was_said(office: Office) -> None:
    code = SINGLE[0].code
    office.says(office.ana, "no", code)
    office.says(office.ben, "yes", code)
    book = book_of(office.export("Sue"))
    assert cell(book, code, "Answers so far").value == "Ana: no\nBen: yes"
    assert cell(book, code, "Answer").value is None


def test_a_suggestion_that_is_kept_back_is_nowhere_in_the_file(small: World, tmp_path: Path) -> None:
    office = Office(small, tmp_path, hidden=1)
    book = book_of(office.export("Ana"))
    every = {str(each.value) for sheet in book for row in sheet.iter_rows() for each in row}
    assert not every & {"present", "absent", "the proof", "a heading"}
    assert "kept back" in cell(book, SINGLE[0].code, "Why, or what was searched").value
    assert cell(book_of(office.export(None)), SINGLE[0].code, "State").value == "present"


def test_words_of_a_hostile_page_are_neither_formula_nor_link(small: World, tmp_path: Path) -> None:
    line = Line(
        SINGLE[0].code, SINGLE[0].criterion, "t", "c", "present", 0.8,
        url="javascript:alert(4)//https://city.example/", excerpt="=HYPERLINK(1)\x07\ud800",
        why="@SUM(A1)" + "x" * 40_000, archived="file:///etc/passwd", comment="-1+1",
    )  # fmt: skip
    with small.database.reader() as session:
        told = about(session, "=1+1", "test", small.clock())
    write_book(tmp_path / "b.xlsx", told, [Part("https://city.example/", "=2", EDITION, 0, 1, "ok", 3, (line,))],
               editions=[EDITION], several=False)  # fmt: skip
    cells = [each for sheet in book_of(tmp_path / "b.xlsx") for row in sheet.iter_rows() for each in row]
    assert [each.coordinate for each in cells if each.data_type == "f"] == []
    assert [each.hyperlink.target for each in cells if each.hyperlink] == ["https://city.example/"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chosen", [*([each] for each in editions()), list(editions())], ids=" ".join)
def test_sheets_of_every_edition_and_of_all_have_names_that_differ(chosen: list[str], language: str) -> None:
    names = list(sheet_names(chosen, Wording(language)).values())
    assert len({name.lower() for name in names}) == sum(len(load(edition).criteria) for edition in chosen)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_criteria_of_ones_own_take_no_name_of_another_sheet_and_keep_their_capitals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    criteria = ["Instructions", "_losi", "History", "Υπηρεσίες ΚΕΠ"]
    head = f'edition = "x-2026"\ntitle = "X"\nyear = 2026\nkind = "city"\nsource = "X"\ncriteria = {criteria}\n'
    asked = "".join(
        f'[[indicator]]\ncode = "{code}"\ncriterion = "{criterion}"\ntitle = "T"\ncounts_as_yes = "C"\n'
        'features = ["budget.publication"]\n'
        for code, criterion in enumerate(criteria)
    )
    (tmp_path / "questionnaires").mkdir()
    (tmp_path / "questionnaires" / "x-2026.toml").write_text(head + asked, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert list(sheet_names(["x-2026"], Wording()).values()) == [
        "Instructions 2",
        "_losi 2",
        "History 2",
        "Υπηρεσίες ΚΕΠ",
    ]


def test_a_place_that_cannot_be_written_is_told_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with office.world.database.reader() as session:
        told = about(session, "t", "test", office.world.clock())
    with pytest.raises(Refused, match="cannot write"):
        write_book(tmp_path / "file" / "b.xlsx", told, [], editions=[EDITION], several=False)
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(Refused, match="cannot write"):
        write_book(tmp_path / "folder.xlsx", told, [], editions=[EDITION], several=False)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_workbook_keeps_links_rights_and_long_names(office: Office, tmp_path: Path) -> None:
    with office.world.database.reader() as session:
        told = about(session, "t", "test", office.world.clock())
    kept, latest, long = tmp_path / "b.xlsx", tmp_path / "latest.xlsx", tmp_path / ("n" * 250 + ".xlsx")
    kept.write_bytes(b"of yesterday")
    kept.chmod(0o640)
    latest.symlink_to(kept.name)
    for path in (latest, long):
        write_book(path, told, [], editions=[EDITION], several=False)
        assert "Instructions" in book_of(path).sheetnames
    assert latest.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_full_disk_leaves_the_earlier_workbook_and_says_so_once(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.world.database.reader() as session:
        told = about(session, "t", "test", office.world.clock())
    (tmp_path / "b.xlsx").write_bytes(b"of yesterday")
    before, unheard = set(tmp_path.iterdir()), list[object]()
    monkeypatch.setattr(sys, "unraisablehook", unheard.append)
    with pytest.raises(Refused, match="File too large"), full_at(4_000):
        write_book(tmp_path / "b.xlsx", told, [], editions=[EDITION], several=False)
    gc.collect()
    assert set(tmp_path.iterdir()) == before
    assert (tmp_path / "b.xlsx").read_bytes() == b"of yesterday"
    assert unheard == []


def test_a_pipe_takes_a_workbook(office: Office, tmp_path: Path) -> None:
    with office.world.database.reader() as session:
        told = about(session, "t", "test", office.world.clock())
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit((tmp_path / "pipe").read_bytes)
        write_book(tmp_path / "pipe", told, [], editions=[EDITION], several=False)
        (tmp_path / "b.xlsx").write_bytes(read.result(timeout=30))
    assert "Instructions" in book_of(tmp_path / "b.xlsx").sheetnames


def test_a_workbook_is_made_for_somebody_who_decides(office: Office) -> None:
    office.world.person("Olga", "owner")
    with office.world.database.reader() as session:
        assert person(session, " ana ").id == office.ana
        with pytest.raises(NotFound, match="no account 'Zoe'"):
            person(session, "Zoe")
        with pytest.raises(Forbidden, match="Olga decides nothing"):
            person(session, "Olga")
