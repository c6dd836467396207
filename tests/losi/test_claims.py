"""What governments say of themselves comes in from any spreadsheet, and is listed; a reader may leave early."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.repository import Step, end_visit, finish_run, start_run

Losi = Callable[..., Any]


@pytest.fixture
def surveyed(offline: Losi, tmp_path: Path) -> Losi:
    """A cycle with one portal that was read."""
    (tmp_path / "list.csv").write_text("url,name,country\na.example,Málaga,ESP\n", encoding="utf-8")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026")
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        run = start_run(session, 1, "losi-2024", cycle_id=1)
        finish_run(session, run.id, "ok", pages=9)
        end_visit(session, 1, 1, Step("done", counted_id=run.id))
    return offline


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_claims_come_in_any_encoding(surveyed: Losi, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "lgq.csv").write_text("portal;code;answer;comment\nMálaga;220;yes;aquí está\n", encoding=encoding)
    done = surveyed("claims", "import", "lgq.csv", "--cycle", "2026")
    assert (done.code, done.out) == (0, "1 claim added, 0 changed, 0 unchanged\n")
    assert ("taken as windows-1252" in done.err) == (encoding == "windows-1252")
    assert "aquí está" in surveyed("claims", "list", "--cycle", "2026").out


def test_rows_that_contradict_each_other_are_both_refused(surveyed: Losi, tmp_path: Path) -> None:
    rows = ["Málaga,220,yes,", "Málaga,219,no,", "1,losi-2024:220,no,", "https://a.example/,219,no,seen", "1,221,no,"]
    (tmp_path / "lgq.csv").write_text("\n".join(["portal,code,answer,comment", *rows]) + "\n", encoding="utf-8")
    done = surveyed("claims", "import", "lgq.csv", "--cycle", "2026")
    assert (done.code, done.out) == (1, "2 claims added, 0 changed, 0 unchanged\n")
    told = [line.partition("lgq.csv:")[2] for line in done.err.splitlines()]
    assert told == [
        "2: yes to 220 contradicts line 4; neither is taken",
        "3: line 5 says no to 219 of this portal too; that one is taken",
        "4: no to 220 contradicts line 2; neither is taken",
    ]
    listed = surveyed("claims", "list", "--cycle", "2026").out
    assert "219" in listed
    assert "seen" in listed
    assert ",220," not in listed


def test_rows_that_only_repeat_an_answer_are_no_failure(surveyed: Losi, tmp_path: Path) -> None:
    (tmp_path / "lgq.csv").write_text("portal,code,answer\n1,220,yes\n1,220,x\n", encoding="utf-8")
    done = surveyed("claims", "import", "lgq.csv", "--cycle", "2026")
    assert (done.code, done.out) == (0, "1 claim added, 0 changed, 0 unchanged\n")
    assert "2: line 3 says yes to 220 of this portal too" in done.err


def test_a_list_without_claims_says_so(surveyed: Losi) -> None:
    listed = surveyed("claims", "list")
    assert len(listed.out.splitlines()) == 1, "the names of the columns"
    assert "losi claims list --cycle NAME" in listed.err
    assert "of the cycle 2026" in surveyed("claims", "list", "--cycle", "2026").err


def test_a_reader_that_leaves_is_no_error(surveyed: Losi, tmp_path: Path) -> None:
    reader, pipe = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "losi", "score", "2026"]
        done = subprocess.run(command, cwd=tmp_path, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(pipe)
    assert (done.returncode, done.stderr) == (1, "")
