"""What is stored comes out as CSV, JSON and workbooks, the same as the run gave."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Losi = Callable[..., Any]


def test_csv_has_a_row_for_each_question(checked: Any, offline: Losi) -> None:
    rows = list(csv.DictReader(io.StringIO(offline("export", "csv", "--data", checked.data).out)))
    assert [(row["code"], row["state"], row["evidence_url"]) for row in rows] == [
        (row["code"], row["state"], row["evidence_url"]) for row in checked.document["questionnaire"]
    ]


def test_json_is_what_the_check_gave(checked: Any, offline: Losi) -> None:
    (run,) = json.loads(offline("export", "json", "--run", "1", "--data", checked.data).out)["runs"]
    expected = checked.document
    for document in (run, expected):
        document["run"].update(seconds=0, problems=[])
    assert run == expected


def test_a_workbook_for_each_portal_in_a_folder(checked: Any, offline: Losi, tmp_path: Path) -> None:
    done = offline("export", "xlsx", "books", "--data", checked.data)
    (line,) = done.out.splitlines()
    book = openpyxl.load_workbook(tmp_path / line)
    rows = [row for sheet in book.worksheets[1:-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert {row[0]: row[3] for row in rows} == {row["code"]: row["state"] for row in checked.document["questionnaire"]}


def test_a_workbook_in_a_file(checked: Any, offline: Losi, tmp_path: Path) -> None:
    done = offline("export", "xlsx", "valdeluna.xlsx", "--portal", "Valdeluna", "--data", checked.data)
    assert (done.code, done.out) == (0, "valdeluna.xlsx\n")
    assert openpyxl.load_workbook(tmp_path / "valdeluna.xlsx").sheetnames[0] == "Instructions"


def test_a_run_that_is_not_there(checked: Any, offline: Losi) -> None:
    done = offline("export", "csv", "out.csv", "--run", "77", "--data", checked.data)
    assert done.code == 1
    assert "there is no run 77" in done.err


@pytest.mark.parametrize("portal", ["https://www.ciudad-valdeluna.example/", "Valdeluna", "1"])
def test_a_portal_is_chosen_by_address_name_or_number(checked: Any, offline: Losi, portal: str) -> None:
    assert len(offline("export", "csv", "--data", checked.data, "--portal", portal).out.splitlines()) == 96


def test_a_portal_that_is_not_there(checked: Any, offline: Losi) -> None:
    done = offline("export", "csv", "--data", checked.data, "--portal", "Nowhere")
    assert (done.code, done.lines) == (
        1,
        ["losi: no portal is called 'Nowhere'; losi portals list shows numbers and URLs"],
    )
