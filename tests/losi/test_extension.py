"""`losi extension`, and what the other commands make of the extension that docs/extensions.md shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

ROOT = Path(__file__).resolve().parents[2]
EDITION = "towns-of-atlantis-2026"
_FILE = re.compile(r"^```(?:toml|csv) (\S+)\n(.*?)^```", re.M | re.S)
MARKET = b"""<html lang=en><title>Town of Atlantis</title><nav><a href=/m>Farmers markets</a></nav>
<p>The council informs the residents of the town of its work.</p></html>"""


def losi(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command with the code of this checkout, in a folder that holds its data."""
    named = {key: value for key, value in os.environ.items() if not key.startswith("LOSI_")}
    call = [sys.executable, "-m", "losi", *arguments]
    return subprocess.run(call, cwd=cwd, env={**named, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)


def documented(place: Path) -> Path:
    """The extension that the page shows, in the data folder of `place`."""
    text = (ROOT / "docs" / "extensions.md").read_text(encoding="utf-8")
    folder = place / "losi-data" / "extension"
    for name, content in _FILE.findall(text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def checked(cwd: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(losi("extension", "check", "--json", "-", cwd=cwd).stdout)
    return found


def test_the_documented_extension_has_no_fault(tmp_path: Path) -> None:
    documented(tmp_path)
    done = losi("extension", "check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = checked(tmp_path)
    assert [(book["edition"], book["questions"], book["by_person"]) for book in found["editions"]] == [(EDITION, 4, 1)]
    assert {each["key"]: each["detectors"] for each in found["features"]} == {
        "leisure.weekly_markets": ["leisure.weekly_markets"],
        "service.market_stall": ["service.market_stall"],
        "audit.answer_in_three_days": [],
    }
    assert found["words"] == ["en"]


def test_a_page_is_inspected_with_the_words_of_the_extension(tmp_path: Path) -> None:
    documented(tmp_path)
    (tmp_path / "page.html").write_bytes(MARKET)
    done = losi("inspect", "page.html", "--url", "https://atlantis.example/", "--json", "-", cwd=tmp_path)
    seen = {each["feature"]: each["strength"] for each in json.loads(done.stdout)["observations"]}
    assert seen["leisure.weekly_markets"] >= 0.5


@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_portal_answers_the_questions_of_the_extension(tmp_path: Path, processes: str) -> None:
    documented(tmp_path)
    words = tmp_path / "losi-data" / "extension" / "lexicons" / "es.toml"
    words.write_text('language = "es"\n[features."leisure.weekly_markets".strong]\n"agenda" = "calendar"\n')
    options = ("--edition", EDITION, "--no-browser", "--processes", processes, "--json", "-")
    done = losi("check", "--demo", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    states = {row["code"]: row["state"] for row in result["questionnaire"]}
    assert states["1"] == states["2"] == "present"
    assert states["4"] == "manual"
    assert result["summary"]["denominator"] == 4
    again = losi("detect", "--run", "1", cwd=tmp_path)
    assert "findings as before" in again.stdout, again.stderr


def test_a_new_edition_begins_with_the_questions_of_another(tmp_path: Path) -> None:
    done = losi("extension", "new", "greece-2026", "--title", "Πύλες 2026", cwd=tmp_path)
    folder = tmp_path / "losi-data" / "extension"
    assert done.stdout.split() == [
        str(path.relative_to(tmp_path))
        for path in (folder / "questionnaires/greece-2026.toml", folder / "features.csv")
    ]
    found = checked(tmp_path)
    assert [(book["title"], book["questions"]) for book in found["editions"]] == [("Πύλες 2026", 95)]
    assert 'language = "en"' in (folder / "questionnaires/greece-2026.toml").read_text("utf-8")
    assert found["faults"] == []


def test_a_second_edition_leaves_the_files_of_the_first_alone(tmp_path: Path) -> None:
    documented(tmp_path)
    folder = tmp_path / "losi-data" / "extension"
    before = (folder / "features.csv").read_bytes()
    done = losi("extension", "new", "towns-of-atlantis-2027", "--from", EDITION, cwd=tmp_path)
    assert len(done.stdout.splitlines()) == 1, done.stderr
    assert (folder / "features.csv").read_bytes() == before
    assert {book["edition"]: book["questions"] for book in checked(tmp_path)["editions"]} == {
        EDITION: 4,
        "towns-of-atlantis-2027": 4,
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Greece", "no name of an edition"),
        ("municipalities-of-the-hellenic-republic-2026", "40 characters at most"),
        ("losi-2024", "already"),
        (EDITION, "already"),
    ],
)
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str, said: str) -> None:
    documented(tmp_path)
    done = losi("extension", "new", name, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


QUESTIONS = """Ερωτηματολόγιο 2026;;;;
Κωδικός;Ενότητα;Ερώτηση;Επεξήγηση;LOSI
1;Διαφάνεια;Δημοσιεύεται ο προϋπολογισμός;Του έτους;219
2;Διαφάνεια;Μέρες των λαϊκών αγορών;;
Α3;Υπηρεσίες;Άδεια πωλητή;Ηλεκτρονικά;
"""


def questions(place: Path, text: str = QUESTIONS) -> None:
    (place / "questions.csv").write_text(text, encoding="utf-8")


def test_a_questionnaire_is_taken_from_the_spreadsheet_of_its_authors(tmp_path: Path) -> None:
    questions(tmp_path)
    done = losi("extension", "new", "greece-2026", "--questions", "questions.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    book = tomllib.loads((tmp_path / "losi-data/extension/questionnaires/greece-2026.toml").read_text("utf-8"))
    assert book["criteria"] == ["Διαφάνεια", "Υπηρεσίες"]
    assert book["language"] == "el"
    assert [(each["code"], each["title"], each["features"]) for each in book["indicator"]] == [
        ("1", "Δημοσιεύεται ο προϋπολογισμός", ["budget.publication"]),
        ("2", "Μέρες των λαϊκών αγορών", ["own.greece_2026_2"]),
        ("Α3", "Άδεια πωλητή", ["own.greece_2026_line_5"]),
    ]
    found = checked(tmp_path)
    assert [(each["questions"], each["by_person"]) for each in found["editions"]] == [(3, 2)]
    assert found["faults"] == []


def test_questions_in_a_workbook_are_read_too(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("Code", "Question", "Same as"), (1, "Budget", 219), (2, "Tenders", 220.0)):
        sheet.append(row)
    book.save(tmp_path / "questions.xlsx")
    done = losi("extension", "new", "towns-2026", "--questions", "questions.xlsx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [(each["questions"], each["by_person"]) for each in checked(tmp_path)["editions"]] == [(2, 0)]


def test_a_workbook_as_ministries_keep_it_loses_nothing_in_silence(tmp_path: Path) -> None:
    """Merged cells of sections, breaks of lines, a code that shows as 1.10, columns and sheets that nothing reads."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ("Αξιολόγηση Δήμων",),
        ("Α/Α", "Ενότητα", "Ερώτηση", "Υπεύθυνος"),
        (1.1, "1. Διαφάνεια", "Ώρες\nαγορών", "Α"),
        (1.1, None, "Ώρες κοιμητηρίων", "Β"),
        (1.1 + 0.1, None, "Ώρες βιβλιοθηκών", "Β"),
        (None, "2. Υπηρεσίες", None, None),
        ("Q-3", None, "Άδεια", "Γ"),
    ):
        sheet.append(row)
    sheet["A4"].number_format = "0.00"
    book.create_sheet("Δεύτερο").append(("Κωδικός", "Ερώτηση"))
    book.save(tmp_path / "questions.xlsx")
    done = losi("extension", "new", "greece-2026", "--questions", "questions.xlsx", cwd=tmp_path)
    assert "only the sheet Sheet is read, not Δεύτερο" in done.stderr
    assert "nothing is taken from the columns Υπεύθυνος" in done.stderr
    made = tomllib.loads((tmp_path / "losi-data/extension/questionnaires/greece-2026.toml").read_text("utf-8"))
    assert [(each["code"], each["criterion"], each["title"], *each["features"]) for each in made["indicator"]] == [
        ("1.1", "1. Διαφάνεια", "Ώρες αγορών", "own.greece_2026_1_1"),
        ("1.10", "1. Διαφάνεια", "Ώρες κοιμητηρίων", "own.greece_2026_1_10"),
        ("1.2", "1. Διαφάνεια", "Ώρες βιβλιοθηκών", "own.greece_2026_1_2"),
        ("Q-3", "2. Υπηρεσίες", "Άδεια", "own.greece_2026_q_3"),
    ]


def test_codes_that_a_spreadsheet_took_for_numbers_and_dates_are_told(tmp_path: Path) -> None:
    questions(tmp_path, f"code,criterion,title\n1.1,a,A\n1.1,a,B\n2026-01-02,a,C\n4,{'x' * 201},D\n{'5' * 41},a,E\n")
    done = losi("extension", "new", "greece-2026", "--questions", "questions.csv", cwd=tmp_path)
    for line, said in (
        (3, "the code 1.1 is on line 2 already; a spreadsheet takes 1.10 for 1.1: make the column text"),
        (4, "the spreadsheet made a date of the code (2026-01-02)"),
        (5, "the criterion has more than 200 characters"),
        (6, "the code has more than 40 characters"),
    ):
        assert f"losi: line {line}: {said}" in done.stderr
    assert not (tmp_path / "losi-data").exists()


def test_codes_written_alike_have_features_of_their_own(tmp_path: Path) -> None:
    questions(tmp_path, "code,title\nA1,Markets\na1,Pools\n")
    losi("extension", "new", "greece-2026", "--questions", "questions.csv", cwd=tmp_path)
    found = checked(tmp_path)
    assert [each["key"] for each in found["features"]] == ["own.greece_2026_a1", "own.greece_2026_line_3"]
    assert found["faults"] == []


def test_a_questionnaire_begun_anew_keeps_its_features(tmp_path: Path) -> None:
    new = ("extension", "new", "greece-2026", "--questions", "questions.csv")
    for text in ("code,title\n1,Markets\n", "code,title\n1,Markets\n2,Pools\n"):
        questions(tmp_path, text)
        assert losi(*new, cwd=tmp_path).returncode == 0
        book = tmp_path / "losi-data/extension/questionnaires/greece-2026.toml"
        found = checked(tmp_path)
        book.unlink()
    assert [each["title"] for each in found["features"]] == ["Markets", "Pools"]
    assert found["faults"] == []
    questions(tmp_path, "code,title\n1,Parks\n")
    done = losi(*new, cwd=tmp_path)
    assert "line 2: features.csv has a feature own.greece_2026_1 already, of another question" in done.stderr
    assert not book.exists()


def test_features_are_written_so_that_spreadsheets_read_their_letters(tmp_path: Path) -> None:
    questions(tmp_path)
    for year in ("2026", "2027"):
        losi("extension", "new", f"greece-{year}", "--questions", "questions.csv", cwd=tmp_path)
        assert (tmp_path / "losi-data/extension/features.csv").read_bytes().startswith(b"\xef\xbb\xbfkey,")


def test_the_folder_that_the_environment_names_may_be_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = [sys.executable, "-m", "losi", "extension", "new", "greece-2026"]
    place = tmp_path / "own" / "questions"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LOSI_EXTENSION": str(place)}
    done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (place / "questionnaires" / "greece-2026.toml").is_file()


def test_words_that_nothing_reads_are_told(tmp_path: Path) -> None:
    folder = documented(tmp_path)
    with (folder / "lexicons" / "en.toml").open("a", encoding="utf-8") as words:
        words.write('[features."audit.answer_in_three_days".strong]\n"answers" = ""\n')
    lists = ("online", "apply", "pay", "form", "archive", "search", "contact", "language_names")
    general = "\n".join(f'{name} = ["{name}qu"]' for name in lists)
    own = (
        f'language = "tlh"\nname = "Klingon"\n[general]\n{general}\n[features."leisure.misspelt".strong]\n"bIQ" = ""\n'
    )
    (folder / "lexicons" / "tlh.toml").write_text(own, encoding="utf-8")
    for language in ("nb", "pt-BR"):
        (folder / "lexicons" / f"{language}.toml").write_text(f'language = "{language}"\n', encoding="utf-8")
    norwegian, portuguese, *unread = checked(tmp_path)["faults"]
    assert norwegian.endswith("; words for no belong into no.toml")
    assert portuguese.endswith("; words for pt belong into pt.toml")
    assert unread == [
        "lexicons/en.toml: words for audit.answer_in_three_days, whose proof is manual, are not read; "
        "write page where they tell it",
        "lexicons/tlh.toml: no such feature: leisure.misspelt; a new one is a row of features.csv",
    ]


def test_a_second_spreadsheet_adds_its_features_to_the_table(tmp_path: Path) -> None:
    questions(tmp_path)
    for year in ("2026", "2027"):
        losi("extension", "new", f"greece-{year}", "--questions", "questions.csv", cwd=tmp_path)
    assert [each["key"] for each in checked(tmp_path)["features"]] == [
        "own.greece_2026_2",
        "own.greece_2026_line_5",
        "own.greece_2027_2",
        "own.greece_2027_line_5",
    ]


def test_a_spreadsheet_with_faults_writes_nothing_and_tells_each_line(tmp_path: Path) -> None:
    text = QUESTIONS.replace("219", "9999").replace("2;Δ", "1;Δ").replace("Άδεια πωλητή", "") + "1;;Α;;\n1;;Β;;\n"
    questions(tmp_path, text)
    done = losi("extension", "new", "greece-2026", "--questions", "questions.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert [line.split(": ", 2)[1:] for line in done.stderr.splitlines()] == [
        ["line 3", "losi-2024 has no indicator '9999'"],
        ["line 5", "the question has no title; the name of a section belongs into a column criterion"],
        ["line 6", "the code 1 is on line 4 already"],
        ["line 7", "the code 1 is on line 4 already"],
        ["questions.csv", "4 lines cannot be used"],
    ]
    assert not (tmp_path / "losi-data").exists()


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    folder = documented(tmp_path)
    shutil.move(folder / "lexicons" / "en.toml", folder / "lexicons" / "en.txt")
    (folder / "questionnaires" / "x-2026.toml").write_text("edition = ")
    done = losi("extension", "check", cwd=tmp_path)
    assert done.returncode == 1
    faults = done.stderr.splitlines()
    assert len(faults) == 4
    for said in (
        "en.txt: nothing reads",
        "x-2026.toml is no valid TOML",
        "leisure.weekly_markets: no lexicon has words",
    ):
        assert any(said in fault for fault in faults), faults


def test_a_broken_table_keeps_no_other_fault_back(tmp_path: Path) -> None:
    """Nor does what is wrong in it make what rests on it wrong."""
    folder = documented(tmp_path)
    lines = (folder / "features.csv").read_text(encoding="utf-8").count("\n")
    with (folder / "features.csv").open("a", encoding="utf-8") as table:
        table.write("leisure.pools,,Opening hours,page\nleisure.parks,Parks,Map,stone\n")
    (folder / "effort.csv").write_text(
        "feature,effort,reason,source\nleisure.parks,quick,Why,ours\nleisure.zoo,easy,Why,ours\nleisure.pools,easy,Why,ours\n"
    )
    (folder / "sdgs.csv").write_text("feature,goal,title\nleisure.zoo,11,Cities\n")
    (folder / "questionnaires" / "x-2026.toml").write_text("edition = ")
    (folder / "lexicons" / "es.toml").write_text("language")
    done = losi("extension", "check", cwd=tmp_path)
    faults = done.stderr.splitlines()
    assert done.returncode == 1
    for said in (
        f"features.csv, line {lines + 1}: title is empty",
        f"features.csv, line {lines + 2}: feature 'leisure.parks': proof is 'stone'",
        "effort.csv, line 2: effort of leisure.parks: 'quick'",
        "effort.csv, line 3: 'leisure.zoo' is no feature",
        "sdgs.csv: the columns are",
        "x-2026.toml is no valid TOML",
        "es.toml",
    ):
        assert any(said in fault for fault in faults), (said, faults)
    assert len(faults) == 7


def test_a_feature_that_no_detector_sees_is_told(tmp_path: Path) -> None:
    folder = documented(tmp_path)
    with (folder / "features.csv").open("a", encoding="utf-8") as table:
        table.write("transport.signals,Signals,They are green,portal,\n")
    assert checked(tmp_path)["faults"] == [
        "transport.signals: no detector sees it; install its plug-in, or write manual as its proof"
    ]


@pytest.mark.parametrize("command", [("review",), ("check", "--demo")])
def test_a_broken_extension_stops_a_command_with_file_and_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    documented(tmp_path)
    with (tmp_path / "losi-data" / "extension" / "features.csv").open("a", encoding="utf-8") as table:
        table.write("leisure.pools,,Hours,,\n")
    done = losi(*command, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("losi: ")
    assert "features.csv, line 5: title is empty; losi extension check tells what else is wrong" in done.stderr


def test_where_there_is_none_the_command_says_how_to_begin(tmp_path: Path) -> None:
    done = losi("extension", "check", cwd=tmp_path)
    assert done.returncode == 1
    assert "losi extension new EDITION begins one" in done.stderr
