"""`losi export xlsx` and `losi import` as users call them: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result

from losi.commands.export import export
from losi.commands.import_ import import_
from losi.errors import PlainGroup
from review.i18n import LANGUAGES
from storage.repository import new_cycle
from tests.review.conftest import World, small, sqlite
from tests.review.workbooks import SINGLE, Office, answer, answer_in, cell

__all__ = ["small", "sqlite"]
ONE, TWO = SINGLE[0].code, SINGLE[1].code
Losi = Callable[..., Result]


@pytest.fixture
def office(small: World, tmp_path: Path) -> Office:
    return Office(small, tmp_path)


@pytest.fixture
def losi(office: Office) -> Losi:
    """The commands on the data of the office."""
    main = PlainGroup("losi", commands={"export": export, "import": import_})
    place = ["--db", f"sqlite:///{office.world.database.url.database}", "--data", str(office.world.data)]

    def call(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(main, [name, *arguments, *place], env={"LOSI_REVIEW_ASSESSORS": "2"})

    return call


def test_out_and_back(losi: Losi, office: Office) -> None:
    path = office.folder / "ana.xlsx"
    done = losi("export", "xlsx", "--portal", "https://city.example/", "--as", "ana", str(path))
    assert (done.exit_code, done.stdout) == (0, f"{path}\n"), done.output
    answer(path, **{f"c{ONE}": "Yes", f"c{TWO}": ("No", "[bold]closed")})
    tried = losi("import", str(path), "--dry-run")
    assert (tried.exit_code, office.verdicts(office.ana)) == (0, {})
    assert "2 rows would change, 93 unchanged" in tried.stdout
    told = losi("import", str(path))
    assert told.exit_code == 0, told.output
    assert "2 rows changed, 93 unchanged\n" in told.stdout
    (line,) = [line.split() for line in told.stdout.splitlines() if f" {TWO} " in line]
    assert line[-5:] == ["https://city.example/", TWO, "–", "No", "[bold]closed"]
    assert office.verdicts(office.ana) == {ONE: "yes", TWO: "no"}
    assert "0 rows changed, 93 unchanged, 2 already decided so" in losi("import", str(path)).stdout


def test_what_is_wrong_is_told_with_its_cell_and_nothing_is_changed(losi: Losi, office: Office) -> None:
    path = office.export()
    office.says(office.ana, "no", TWO)
    answer(path, **{f"c{ONE}": "Jein", f"c{TWO}": "Yes", f"c{SINGLE[2].code}": "Yes"})
    found = cell(openpyxl.load_workbook(path), ONE, "Answer")
    done = losi("import", str(path), "--json", "-")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == (
        f"losi: '{found.parent.title}'!{found.coordinate}: 'Jein' is no answer; "
        "choose Yes, No, Unsure or leave it empty"
    )
    assert "losi: conflict: " in done.stderr
    assert done.stderr.splitlines()[-1] == "losi: nothing was changed: 1 problem, 1 conflict"
    document = json.loads(done.stdout)
    assert (document["imported"], len(document["problems"]), len(document["conflicts"])) == (False, 1, 1)
    assert office.verdicts(office.ana) == {TWO: "no"}


def test_json_tells_every_change(losi: Losi, office: Office) -> None:
    path = office.export()
    answer(path, **{f"c{ONE}": ("Yes", "seen")})
    document = json.loads(losi("import", str(path), "--json", "-").stdout)
    (change,) = document["changes"]
    assert (change["code"], change["before"], change["after"], change["comment"]) == (ONE, "", "yes", "seen")
    assert (document["imported"], document["as"]) == (True, "Ana")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"Code;Answer\n219;Yes", "save it as .xlsx"), (b"\xd0\xcf\x11\xe0" * 200, "old .xls")],
)
def test_another_format_is_refused_in_one_line(losi: Losi, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "answers.xlsx").write_bytes(content)
    done = losi("import", str(tmp_path / "answers.xlsx"))
    assert done.exit_code == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_takes_a_workbook_for_every_sheet_on_a_desk(losi: Losi, office: Office) -> None:
    office.world.run("https://town.example/")
    office.world.assign(office.ana, *office.world.open())
    done = losi("export", "xlsx", str(office.folder / "books"), "--as", "Ana")
    assert sorted(Path(line).name for line in done.stdout.splitlines()) == [
        "city.example-run-1.xlsx",
        "town.example-run-2.xlsx",
    ]


def test_a_cycle_is_one_workbook_of_the_runs_that_count(losi: Losi, office: Office) -> None:
    with office.world.database.session() as session:
        cycle = new_cycle(session, "LOSI / 2028", "losi-2024").id
    runs = [office.world.run(url) for url in ("https://a.example/", "https://b.example/")]
    in_cycle(office, runs, cycle)
    done = losi("export", "xlsx", str(office.folder), "--cycle", "LOSI / 2028", "--no-pictures")
    assert done.stdout == f"{office.folder / 'LOSI---2028.xlsx'}\n", done.output
    memory = openpyxl.load_workbook(office.folder / "LOSI---2028.xlsx")["_losi"]
    parts = [row[1:5] for row in memory.iter_rows(values_only=True) if row[0] == "part"]
    assert parts == [
        (f"https://{name}.example/", "losi-2024", str(cycle), str(run)) for name, run in zip("ab", runs, strict=True)
    ]


def in_cycle(office: Office, runs: list[int], cycle: int) -> None:
    from storage.models import Run

    with office.world.database.session() as session:
        for number in runs:
            session.get_one(Run, number).cycle_id = cycle


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["one.xlsx"], 2, "one file holds one portal or cycle"),
        (["--portal", "1", "--cycle", "x", "one.xlsx"], 2, "exclude each other"),
        (["--as", "Ana", "--run", "1", "one.xlsx"], 2, "exclude each other"),
        (["--as", "Zoe", "books"], 1, "there is no account 'Zoe'"),
        (["--as", "Ana", "--portal", "nowhere", "one.xlsx"], 1, "no portal is called 'nowhere'"),
        (["--cycle", "2090", "one.xlsx"], 1, "there is no cycle '2090'"),
        (["--run", "77", "one.xlsx"], 1, "there is no run 77"),
    ],
)
def test_what_cannot_be_exported(losi: Losi, arguments: list[str], code: int, message: str) -> None:
    done = losi("export", "xlsx", *arguments)
    assert done.exit_code == code
    assert message in done.stderr


def test_a_language_goes_out_and_comes_back(losi: Losi, office: Office) -> None:
    path = office.folder / "portail.xlsx"
    done = losi("export", "xlsx", "--portal", "1", "--as", "Ana", "--language", "fr", str(path))
    assert (done.exit_code, openpyxl.load_workbook(path).sheetnames[0]) == (0, "Mode d’emploi"), done.output
    answer_in(path, "fr", {ONE: "oui", TWO: "нет"})
    told = losi("import", str(path))
    assert "2 rows changed, 93 unchanged\n" in told.stdout, told.output
    assert office.verdicts(office.ana) == {ONE: "yes", TWO: "no"}
    answer_in(path, "fr", {ONE: "ouais"})
    assert "'ouais' is no answer; choose Oui, Non, Incertain or leave it empty" in losi("import", str(path)).stderr


def test_a_workbook_speaks_the_languages_of_the_app(losi: Losi, office: Office) -> None:
    (option,) = [each for each in export.commands["xlsx"].params if each.name == "language"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == LANGUAGES
    assert losi("export", "xlsx", "--run", "1", "--language", "de", "one.xlsx").exit_code == 2


def test_links_to_archived_copies_are_made_for_the_app(losi: Losi, office: Office) -> None:
    path = office.folder / "linked.xlsx"
    losi("export", "xlsx", "--run", "1", "--review-url", "https://review.example", str(path))
    link = cell(openpyxl.load_workbook(path), ONE, "Archived copy").hyperlink.target
    assert link.startswith("https://review.example/archived/1-1.")
