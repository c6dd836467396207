"""What people see on a terminal: help when they type too little, tables that fit, names that are kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from itertools import pairwise
from pathlib import Path
from shutil import copytree
from socket import socket
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from crawler.cycle.status import CycleStatus, RegionStatus
from crawler.prefill import prefill
from crawler.result import RunResult
from detectors.registry import load as detectors
from losi import demo
from losi.cli import main
from losi.commands.review import _listen, _url
from losi.cycle_tables import status_view
from losi.errors import Failure
from losi.run_tables import criterion_tables
from survey.questionnaire import load

Losi = Callable[..., Any]
QUESTIONNAIRE = load("losi-2024")


@pytest.mark.parametrize("words", [(), ("export",), ("cycle",)], ids=str)
def test_a_group_without_a_command_shows_its_help(losi: Losi, words: tuple[str, ...]) -> None:
    done = losi(*words)
    assert (done.code, done.out) == (2, "")
    assert done.lines[0].startswith("Usage: ")
    assert "Commands:" in done.lines
    assert "  Example:" in done.lines


@pytest.mark.parametrize(("width", "rows"), [(60, 4), (72, 4), (80, 3), (104, 1), (200, 1)])
def test_the_questionnaire_fits_the_terminal(result: RunResult, width: int, rows: int) -> None:
    console = Console(width=width, record=True, file=StringIO())
    for made in criterion_tables(QUESTIONNAIRE, prefill(QUESTIONNAIRE, result.findings), width):
        console.print(made)
    lines = console.export_text().splitlines()
    row = next(place for place, line in enumerate(lines) if line.startswith("219 "))
    assert max(len(line.rstrip()) for line in lines) <= width
    assert len(set(re.findall(r"^code.*\bproof", "\n".join(lines), re.M))) == 1
    begin = lines[row].index("https:")
    address = [line[begin:].strip() for line in lines[row : row + rows]]
    assert "".join(address) == "https://www.villa.example/transparencia"


def test_nothing_is_cut_off_on_a_terminal_of_forty_columns(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "losi", "check", "--demo", "--max-pages", "3", "--no-browser", "--no-validity"]
    done, shown, _ = _on_terminal(words, tmp_path, {"COLUMNS": "40"})
    assert done == 0
    row = next(line for line in shown.splitlines() if line.startswith("281 "))
    assert re.search(r" 0\.\d\d  https:", re.sub(r"\x1b\[[0-9;]*m", "", row))


def test_what_was_found_is_shown_where_the_report_cannot_be_written(losi: Losi, tmp_path: Path) -> None:
    done = losi("check", "--demo", "--max-pages", "2", "--report", "/dev/full")
    assert done.code == 1
    assert "cannot write /dev/full: No space left on device" in done.lines[-1]
    assert "found present so far" in done.out
    assert "report    " not in done.out


@pytest.mark.parametrize("option", ["--report", "--json"])
def test_a_file_that_cannot_be_written_is_told_before_the_visit(losi: Losi, tmp_path: Path, option: str) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    (tmp_path / "folder").mkdir()
    for place, why in (("taken/r.html", f"{tmp_path}/taken is no folder"), ("folder", "it is a folder")):
        done = losi("check", "--demo", option, place)
        assert (done.code, done.out, done.lines) == (1, "", [f"losi: cannot write {place}: {why}; choose another file"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "taken"]


def test_why_a_portal_was_not_read_is_told_once_on_a_terminal(tmp_path: Path) -> None:
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        words = [sys.executable, "-m", "losi", "check", url, "--allow-private", "--no-browser"]
        done, shown, told = _on_terminal(words, tmp_path)
    assert (done, told) == (1, "")
    assert shown.count("no connection to") == 1


def _on_terminal(words: list[str], folder: Path, more: dict[str, str] | None = None) -> tuple[int, str, str]:
    """The exit code of a command, what it wrote on the terminal that is its stdout, and on stderr."""
    ours, theirs = os.openpty()
    with (
        subprocess.Popen(
            words,
            cwd=folder,
            stdout=theirs,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **(more or {})},
        ) as process,
        ThreadPoolExecutor(1) as reader,
    ):
        os.close(theirs)
        shown = reader.submit(_drained, ours)
        told = process.communicate()[1]
    return process.returncode, shown.result(), told


def _drained(terminal: int) -> str:
    """All that was written on a terminal until its last writer left it."""
    parts = []
    with os.fdopen(terminal, "rb", buffering=0) as stream, suppress(OSError):
        while part := stream.read(4096):
            parts.append(part)
    return b"".join(parts).decode()


def test_a_portal_that_is_checked_again_keeps_its_name(losi: Losi, tmp_path: Path) -> None:
    call = ("check", demo.url().rstrip("/"), "--replay", str(demo.archive()), "--max-pages", "1", "--json")
    assert losi(*call, "first.json", "--name", "Villa Nueva", "--country", "ESP").code == 0
    assert losi(*call, "again.json").code == 0
    portal = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))["portal"]
    assert (portal["name"], portal["country"]) == ("Villa Nueva", "ESP")
    assert re.search(rf"ESP +Villa Nueva +{demo.url()} ", losi("portals", "list").out)


def test_detectors_that_do_not_exist_are_told_from_those_that_are_alike(losi: Losi, checked: Any) -> None:
    for typed, meant in (("budget", "budget-publication"), ("budjet-publication", "budget-publication")):
        done = losi("detect", "--run", "1", "--detector", typed, cwd=checked.folder)
        assert (done.code, len(done.lines)) == (2, 1)
        assert meant in done.err.partition("did you mean")[2]


def test_examples_of_the_help_name_detectors_that_exist() -> None:
    shown = CliRunner().invoke(main, ["detect", "--help"], prog_name="losi").output
    named = re.findall(r"--detector (?!NAME)([\w-]+)", shown)
    assert named
    assert set(named) <= {detector.name for detector in detectors().all}


STATUS = CycleStatus(
    name="2026",
    edition="losi-2024",
    paused=False,
    crawling=True,
    portals=3,
    read=1,
    pages=9,
    requests=12,
    states={"waiting": 1, "done": 2},
    failed={"blocked: robots": 1},
    passing={"tcp": 1},
    regions=(RegionStatus("Europe", 3, 1, 1),),
    rate=1.5,
    left=None,
    due=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
)


def shown(status: CycleStatus) -> list[str]:
    console = Console(width=100, record=True, file=StringIO())
    console.print(status_view(status))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_the_titles_of_a_status_take_a_line_each() -> None:
    lines = shown(STATUS)
    assert lines[0] == "cycle 2026 (losi-2024), being crawled: 1 of 3 portals read"
    assert {"Failed", "To be tried again", "Regions"} <= set(lines)
    assert not any(first == second == "" for first, second in pairwise(lines))


def test_a_cycle_with_nothing_left_is_finished_whatever_its_crawl_said_last() -> None:
    lines = shown(replace(STATUS, states={"done": 3}, passing={}, due=None))
    assert lines[0] == "cycle 2026 (losi-2024), finished: 1 of 3 portals read"
    assert "To be tried again" not in lines


def test_a_port_that_is_taken_is_told_before_an_address_is() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Failure, match="already in use; choose another --port"):
            _listen("127.0.0.1", taken.getsockname()[1])


def test_the_address_of_the_review_app_can_be_opened() -> None:
    assert [_url(host, 8000) for host in ("127.0.0.1", "::1")] == ["http://127.0.0.1:8000/", "http://[::1]:8000/"]


def test_a_list_given_to_verify_is_not_written_over(losi: Losi, tmp_path: Path) -> None:
    mine = "url,name\nhttp://127.0.0.1:9/,Mine\n"
    (tmp_path / "mine.csv").write_text(mine)
    done = losi("portals", "verify", "mine.csv")
    assert (done.code, (tmp_path / "mine.csv").read_text()) == (2, mine)
    assert "losi portals import mine.csv" in done.lines[-1]


def test_claims_that_were_imported_are_not_written_over(losi: Losi, checked: Any, tmp_path: Path) -> None:
    mine = f"portal,code,answer\n{demo.url()},219,yes\n"
    (tmp_path / "claims.csv").write_text(mine)
    copytree(checked.data, tmp_path / "losi-data")
    assert losi("claims", "import", "claims.csv").code == 0
    done = losi("claims", "list", "claims.csv")
    assert (done.code, (tmp_path / "claims.csv").read_text()) == (2, mine)
    for _ in range(2):
        assert losi("claims", "list", "listed.csv").code == 0


def test_a_result_of_verify_is_written_anew(losi: Losi, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("url,name\nhttp://127.0.0.1:9/,Mine\n")
    assert losi("portals", "import", "mine.csv").code == 0
    for _ in range(2):
        assert losi("portals", "verify", "result.csv").code == 1
        assert "Mine" in (tmp_path / "result.csv").read_text()
