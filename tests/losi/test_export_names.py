"""Commands that write files name them on stdout; where data goes to stdout, it is there alone."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Losi = Callable[..., Any]


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (("csv", "prefill.csv"), ["prefill.csv"]),
        (("json", "made/runs.json"), ["made/runs.json"]),
        (("xlsx", "city.xlsx", "--run", "1", "--no-pictures"), ["city.xlsx"]),
        (("wacz", "-o", "city.wacz", "--run", "1"), ["city.wacz"]),
        (("atlas", "atlas", "--no-plans"), ["atlas/index.html"]),
        (("plan", "1", "plan.html"), ["plan.html"]),
        (("plan", "1", "plan.html", "--json", "plan.json"), ["plan.html", "plan.json"]),
        (("dictionary", "dictionary.md"), ["dictionary.md"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_files_are_named(checked: Any, offline: Losi, command: tuple[str, ...], written: list[str]) -> None:
    given = () if command[0] == "dictionary" else ("--data", checked.data)
    done = offline("export", *command, *given)
    assert (done.code, done.out.splitlines()) == (0, written)


def test_a_name_that_is_no_text_is_told_byte_for_byte(tmp_path: Path) -> None:
    name = b"dictionary-\xe9.md"
    words = [sys.executable, "-m", "losi", "export", "dictionary", os.fsdecode(name)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (name + b"\n", b"")
    assert [os.fsencode(path.name) for path in tmp_path.iterdir()] == [name]


def test_every_file_of_a_data_set_is_named(checked: Any, offline: Losi, tmp_path: Path) -> None:
    done = offline("export", "dataset", "data", "--data", checked.data)
    assert set(done.out.splitlines()) == {f"data/{path.name}" for path in (tmp_path / "data").iterdir()}


def test_data_on_stdout_stands_alone(checked: Any, offline: Losi, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(offline("export", "csv", "-", "--data", checked.data).out)))
    assert {row["portal"] for row in rows} == {"Valdeluna"}
    assert json.loads(offline("export", "json", "--data", checked.data).out)["schema"] == 1
    done = offline("export", "plan", "1", "plan.html", "--json", "-", "--data", checked.data)
    assert (json.loads(done.out)["schema"], done.lines) == (1, ["plan.html"])
    assert (tmp_path / "plan.html").exists()


def test_a_page_and_json_do_not_share_stdout(checked: Any, offline: Losi) -> None:
    done = offline("export", "plan", "1", "-", "--json", "-", "--data", checked.data)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_that_fails_leaves_the_earlier_file(checked: Any, offline: Losi, tmp_path: Path, form: str) -> None:
    (tmp_path / "kept").write_text("of yesterday", encoding="utf-8")
    assert offline("export", form, "kept", "--run", "77", "--data", checked.data).code == 1
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "of yesterday"


def test_other_lists_are_named_too(checked: Any, offline: Losi) -> None:
    assert offline("portals", "export", "portals.csv", "--data", checked.data).out == "portals.csv\n"
    assert offline("claims", "list", "claims.csv", "--data", checked.data).out == "claims.csv\n"
