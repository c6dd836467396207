"""Out and back: decisions through the review service, conflicts with newer ones, all in one transaction."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from review.errors import NotFound, Refused
from review.service.adjudication import adjudicate
from review.service.cards import reveal
from review.service.decisions import undo
from review.service.figures import automation_bias
from review.workbook.comparing import Change
from storage.models import Sheet, Task
from storage.repository import verify_chain
from tests.review.conftest import World
from tests.review.workbooks import SINGLE, Office, answer, cell, edited

ONE, TWO, THREE, FOUR = (each.code for each in SINGLE[:4])
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, tmp_path)


@pytest.fixture
def small_office(small: World, tmp_path: Path) -> Office:
    return Office(small, tmp_path)


def rows(changes: list[Change]) -> list[tuple[str, str, str, str, str]]:
    return sorted((each.code, each.before, each.after, each.comment_before, each.comment) for each in changes)


def test_the_answers_of_two_assessors_settle_the_cards(office: Office) -> None:
    ana, ben = office.export("Ana"), office.export("Ben")
    answer(ana, **{f"c{ONE}": "Yes", f"c{TWO}": "No", f"c{THREE}": ("Unsure", "two pages say it")})
    answer(ben, **{f"c{ONE}": "yes", f"c{TWO}": "Yes"})
    made = office.take(ana)
    assert rows(made.plan.changes) == sorted(
        [(ONE, "", "yes", "", ""), (TWO, "", "no", "", ""), (THREE, "", "unsure", "", "two pages say it")]
    )
    assert made.plan.unchanged == len(openpyxl_codes(ana)) - 3
    office.take(ben)
    assert [office.card(code).status for code in (ONE, TWO, THREE)] == ["agreed", "disputed", "open"]
    assert office.card(ONE).verdict == "yes"
    with office.world.database.reader() as session:
        assert verify_chain(session).broken is None
        assert verify_chain(session).rows == 5


def openpyxl_codes(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    memory = book["_losi"].iter_rows(values_only=True)
    return [str(row[3]) for row in memory if row[0] == "row"]


def test_a_dry_run_tells_the_same_and_changes_nothing(office: Office) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": "Yes"})
    tried = office.take(path, dry_run=True)
    assert office.reviews() == []
    assert office.verdicts(office.ana) == {}
    assert rows(office.take(path).plan.changes) == rows(tried.plan.changes)
    assert office.verdicts(office.ana) == {ONE: "yes"}


def test_a_workbook_that_comes_twice_is_taken_once(small_office: Office) -> None:
    path = small_office.export()
    answer(path, **{f"c{ONE}": ("Yes", "seen")})
    small_office.take(path)
    again = small_office.take(path)
    assert (again.plan.changes, again.plan.already, again.refused) == ([], 1, False)
    assert len(small_office.reviews()) == 1


def test_an_answer_is_changed_its_comment_alone_changed_and_taken_back(small_office: Office) -> None:
    office = small_office
    for code in (ONE, TWO, THREE):
        office.says(office.ana, "yes", code)
    path = office.export()
    answer(path, **{f"c{ONE}": "No", f"c{TWO}": ("Yes", "on the second page"), f"c{THREE}": None})
    made = office.take(path)
    assert rows(made.plan.changes) == sorted(
        [(ONE, "yes", "no", "", ""), (TWO, "yes", "yes", "", "on the second page"), (THREE, "yes", "", "", "")]
    )
    assert office.verdicts(office.ana) == {ONE: "no", TWO: "yes"}
    assert sorted(review.act for review in office.reviews()) == ["decision"] * 5 + ["undo"]
    assert cell(openpyxl.load_workbook(office.export()), TWO, "Comment").value == "on the second page"


def test_a_comment_without_an_answer_is_noted_and_left_out(small_office: Office) -> None:
    path = small_office.export()
    answer(path, **{f"c{ONE}": (None, "ask a colleague")})
    made = small_office.take(path)
    assert [note.message for note in made.plan.notes] == [f"{ONE}: a comment without an answer is left out"]
    assert (made.plan.changes, small_office.reviews()) == ([], [])


def test_a_newer_decision_is_a_conflict_and_nothing_is_taken(office: Office) -> None:
    path = office.export()
    office.says(office.ana, "no", ONE)
    office.says(office.ben, "no", TWO)
    answer(path, **{f"c{ONE}": "Yes", f"c{TWO}": "Yes", f"c{THREE}": "Yes"})
    made = office.take(path)
    (conflict,) = made.plan.conflicts
    assert conflict.place == place_of(path, ONE)
    assert conflict.message.startswith(f"{ONE}: Ana decided it on 2027-03-01 12:01 UTC, after the export: No")
    assert office.verdicts(office.ana) == {ONE: "no"}
    answer(path, **{f"c{ONE}": "No"})
    assert not office.take(path).refused
    assert office.verdicts(office.ana) == {ONE: "no", TWO: "yes", THREE: "yes"}


def place_of(path: Path, code: str) -> str:
    found = cell(openpyxl.load_workbook(path), code, "Answer")
    return f"'{found.parent.title}'!{found.coordinate}"


def test_a_decision_taken_back_since_is_a_conflict_as_well(small_office: Office) -> None:
    office = small_office
    office.says(office.ana, "yes", ONE)
    path = office.export()
    with office.world.database.session() as session:
        undo(session, office.ana, office.world.clock())
    answer(path, **{f"c{ONE}": "No"})
    (conflict,) = office.take(path).plan.conflicts
    assert "after the export: undecided" in conflict.message


def test_a_row_that_was_not_touched_never_overrides_a_newer_decision(small_office: Office) -> None:
    office = small_office
    office.says(office.ana, "yes", ONE)
    path = office.export()
    office.says(office.ana, "no", ONE)
    answer(path, **{f"c{TWO}": "Yes"})
    assert not office.take(path).refused
    assert office.verdicts(office.ana) == {ONE: "no", TWO: "yes"}


def test_what_was_adjudicated_or_revealed_stands(small_office: Office) -> None:
    office = small_office
    for who in (office.ana, office.ben):
        office.says(who, "yes", ONE)
        office.says(who, "yes", TWO)
    path = office.export()
    now = office.world.clock()
    with office.world.database.session() as session:
        adjudicate(session, office.sue, office.card(ONE).id, "no", None, now)
        task = session.query(Task).filter_by(account_id=office.ana, card_id=office.card(TWO).id).one().id
        reveal(session, office.ana, task, now)
    answer(path, **{f"c{ONE}": "No", f"c{TWO}": "No", f"c{THREE}": "No"})
    assert [each.message for each in office.take(path).plan.conflicts] == [
        f"{ONE}: a supervisor has decided it",
        f"{TWO}: you saw the other answer, so yours stands",
    ]
    assert office.verdicts(office.ana) == {ONE: "yes", TWO: "yes"}


def test_a_supervisor_adjudicates_in_a_workbook(office: Office) -> None:
    for code in (ONE, TWO):
        office.says(office.ana, "yes", code)
        office.says(office.ben, "no", code)
    path = office.export("Sue")
    answer(path, **{f"c{ONE}": ("No", "moved to another portal")})
    made = office.take(path)
    assert rows(made.plan.changes) == [(ONE, "", "no", "", "moved to another portal")]
    assert (office.card(ONE).status, office.card(ONE).verdict) == ("adjudicated", "no")
    assert office.card(TWO).status == "disputed"
    newer = office.export("Sue")
    answer(newer, **{f"c{ONE}": None})
    (problem,) = office.take(newer).plan.problems
    assert "changed, not taken back" in problem.message


def test_whose_answers_they_are(small_office: Office) -> None:
    office = small_office
    office.world.person("Cleo")
    path = office.export(None)
    answer(path, **{f"c{ONE}": "Yes"})
    with pytest.raises(Refused, match="--as NAME"):
        office.take(path)
    with pytest.raises(NotFound, match="no account 'Zoe'"):
        office.take(path, name="Zoe")
    (problem,) = office.take(path, name="Cleo").plan.problems
    assert "it is not on the desk of Cleo" in problem.message
    with pytest.raises(Refused, match="made for Ana"):
        office.take(office.export("Ana"), name="Ben")
    assert not office.take(path, name="Ben").refused
    assert (office.verdicts(office.ben), office.verdicts(office.ana)) == ({ONE: "yes"}, {})


def test_a_suggestion_kept_back_must_not_have_been_in_the_workbook(small: World, tmp_path: Path) -> None:
    office = Office(small, tmp_path, hidden=1)
    shown = office.export(None)
    answer(shown, **{f"c{ONE}": "Yes"})
    (problem,) = office.take(shown, name="Ana").plan.problems
    assert "is kept from Ana, and this workbook shows it" in problem.message
    blind = office.export("Ana")
    answer(blind, **{f"c{ONE}": "Yes"})
    office.take(blind)
    assert [review.shown for review in office.reviews()] == [False]
    with small.database.reader() as session:
        assert (automation_bias(session).hidden.n, automation_bias(session).shown.n) == (1, 0)


def test_a_newer_suggestion_is_noted(small_office: Office) -> None:
    office = small_office
    path = office.export()
    office.world.run()
    office.world.open()
    answer(path, **{f"c{ONE}": "Yes"})
    made = office.take(path)
    assert [note.message for note in made.plan.notes] == [
        f"{ONE}: the program now suggests absent, when exported it was present"
    ]
    assert office.verdicts(office.ana) == {ONE: "yes"}


def test_a_portal_that_nobody_opened_yet_is_opened(small: World, tmp_path: Path) -> None:
    office = Office(small, tmp_path)
    office.run = small.run("https://town.example/")
    path = office.export(None)
    answer(path, **{f"c{ONE}": "No"})
    office.take(path, name="Sue", dry_run=True)
    with small.database.reader() as session:
        assert session.scalars(select(Sheet.id)).all() == [1]
    assert office.reviews() == []
    assert not office.take(path, name="Sue").refused
    assert [(review.act, review.verdict) for review in office.reviews()] == [("adjudication", "no")]


def test_a_cycle_is_one_workbook(small: World, tmp_path: Path) -> None:
    office = Office(small, tmp_path)
    small.run("https://town.example/", said={SINGLE[0].features[0]: "present"})
    small.assign(office.ana, *small.open())
    path = office.export("Ana", several=True)
    with edited(path) as book:
        sheet = cell(book, ONE, "Answer").parent
        assert [each.value for each in sheet[1]][:2] == ["Code", "Portal"]
        for row in sheet.iter_rows(min_row=2):
            if (str(row[0].value), row[1].value) == (ONE, "https://town.example/"):
                row[[each.value for each in sheet[1]].index("Answer")].value = "No"
    (change,) = office.take(path).plan.changes
    assert (change.portal, change.code, change.after) == ("https://town.example/", ONE, "no")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_comes_back(small_office: Office, tmp_path: Path) -> None:
    path = small_office.export()
    answer(path, **{f"c{ONE}": "Yes", f"c{FOUR}": ("No", "=closed\nin May")})
    with edited(path) as book:
        found = cell(book, FOUR, "Comment")
        found.data_type = "s"
    saved = tmp_path / "saved"
    command = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(saved), str(path)], check=True, capture_output=True, timeout=600)
    made = small_office.take(saved / path.name)
    assert made.plan.problems == []
    assert rows(made.plan.changes) == sorted([(ONE, "", "yes", "", ""), (FOUR, "", "no", "", "=closed\nin May")])
    assert made.plan.unchanged == len(openpyxl_codes(path)) - 2
