"""What goes wrong is told in one line with the mend, and the exit code says whose fault it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from losi.errors import PlainGroup
from survey.questionnaire import UnknownEditionError, UnknownIndicatorError
from tests.losi.conftest import run

Losi = Callable[..., Any]

MISUSES = {
    "no such command": (["chek"], "No such command 'chek'"),
    "no such option": (["check", "--nope"], "No such option"),
    "no URL": (["check"], "losi check --demo"),
    "not a URL": (["check", "not a url"], "not a url"),
    "another scheme": (["check", "ftp://example.org"], "ftp"),
    "demo and a URL": (["check", "--demo", "https://villa.example"], "--demo excludes"),
    "unknown country": (["check", "https://villa.example", "--country", "Frnace"], "did you mean France"),
    "unknown edition": (["check", "https://villa.example", "--edition", "losi-1999"], "losi-2024"),
    "edition of the other kind": (
        ["check", "https://villa.example", "--kind", "national", "--edition", "losi-2024"],
        "osi-2024",
    ),
    "two editions of a kind": (
        ["cycle", "new", "2026", "--edition", "losi-2022", "--edition", "losi-2024"],
        "losi-2022 and losi-2024 are both for city portals",
    ),
    "no pages": (["check", "https://villa.example", "--max-pages", "0"], "--max-pages"),
    "no number as pause": (["check", "https://villa.example", "--delay", "nan"], "nan is no amount; write a number"),
    "no end": (["check", "https://villa.example", "--max-seconds", "inf"], "inf is no amount; write a number"),
    "no such archive": (["check", "https://villa.example", "--replay", "gone.warc.gz"], "gone.warc.gz"),
    "page without address": (["inspect", __file__], "--url"),
    "page of no address": (
        ["inspect", __file__, "--url", "www.villa.example/"],
        "'www.villa.example/' is no web address",
    ),
    "report and JSON to stdout": (["check", "--demo", "--report", "-", "--json", "-"], "two results cannot both go to"),
    "two tables to stdout": (["score", "--json", "-", "--csv", "-"], "two results cannot both go to stdout; give one"),
    "errors and JSON to stdout": (
        ["quality", "--confirmed", "--errors", "-", "--json", "-"],
        "two results cannot both",
    ),
    "labels of a cycle": (["quality", "--labels", __file__, "--cycle", "2026"], "--cycle belongs to --confirmed"),
    "a detector before all else": (["detect", "--detector", "nobody"], "no such detector: nobody"),
    "manifest without output": (["inspect", "--manifest", __file__], "--out"),
    "labels without manifest": (["quality", "--labels", __file__], "--manifest"),
    "portal list and bundled list": (["portals", "import", __file__, "--bundled"], "--bundled"),
    "many portals into one workbook": (["export", "xlsx", "all.xlsx"], "--portal, --run or --cycle"),
    "a word as database": (["portals", "list", "--db", "foo"], "'foo' is no database URL; for example: --db postgres"),
    "a contact that is none": (["check", "https://villa.example", "--contact", "ask me"], "'ask me' is neither a web"),
    "a cycle without a name": (["cycle", "new", " "], "a cycle needs a name; for example: losi cycle new 2026"),
    "archives to nowhere": (["archives", "push", ""], "no place for archives is named; give a path, or a URL"),
    "half a hash": (["audit", "verify", "--contains", "43fc13"], "'43fc13' is no hash of 64 hexadecimal digits"),
    "storing some detectors": (["detect", "--store", "--detector", "budget"], "--detector"),
}

FAILURES = {
    "a private address": (["check", "http://127.0.0.1:9/"], "--allow-private"),
    "no archive": (["check", "https://villa.example", "--replay", "text.txt"], "text.txt"),
    "no database URL": (["--db", "nonsense://x", "portals", "list"], "nonsense"),
    "nothing to export": (["export", "csv"], "losi check first"),
    "nothing to rerun": (["detect"], "losi check first"),
    "no column url": (["portals", "import", "text.txt"], "no column 'url'"),
    "labels that are none": (["quality", "--labels", "text.txt", "--manifest", "text.txt"], "text.txt:1"),
    "a folder for a result": (["detect", "--json", "."], "cannot write .: it is a folder; choose another file"),
    "a folder for a table": (["diff", "--cycle", "1", "2", "--csv", "."], "cannot write .: it is a folder"),
    "a folder for changes": (["import", "text.txt", "--json", "."], "cannot write .: it is a folder; choose another"),
    "a folder for errors": (["quality", "--confirmed", "--errors", "."], "cannot write .: it is a folder"),
    "a folder that is a file": (["portals", "import", "--bundled", "--data", "text.txt/data"], "text.txt"),
}


@pytest.mark.parametrize(("arguments", "told"), MISUSES.values(), ids=MISUSES)
def test_wrong_usage(losi: Losi, arguments: list[str], told: str) -> None:
    done = losi(*arguments)
    assert (done.code, done.out) == (2, "")
    assert len(done.lines) == 1
    assert done.err.startswith("losi: ")
    assert told in done.err


@pytest.mark.parametrize(("arguments", "told"), FAILURES.values(), ids=FAILURES)
def test_it_ran_and_failed(losi: Losi, tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "text.txt").write_text("no list, no archive\n")
    options, rest = (arguments[:2], arguments[2:]) if arguments[0] == "--db" else ([], arguments)
    done = losi(*rest, *options)
    assert done.code == 1
    assert told in done.lines[-1]
    assert "Traceback" not in done.err


def test_commands_that_only_read_leave_no_folder_behind(losi: Losi, tmp_path: Path) -> None:
    assert losi("portals", "list", "--country", "Peru").code == 0
    assert losi("export", "json").code == 1
    assert losi("portals", "list", "--db", "sqlite:///foo.db").code == 0
    assert "sqlite:///foo.db holds no database" in losi("score", "--db", "sqlite:///foo.db").err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["list", "export"])
def test_a_reader_that_goes_away_is_no_crash(tmp_path: Path, command: str) -> None:
    words = [sys.executable, "-m", "losi", "portals", command, "--bundled"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert (process.stderr.read(), process.wait()) == (b"", 1)


def test_a_wrong_setting_is_told_by_all_commands_that_need_it(losi: Losi, checked: Any, tmp_path: Path) -> None:
    copytree(checked.data, tmp_path / "losi-data")
    for words in (("export", "xlsx", "--run", "1", "--no-pictures", "book.xlsx"), ("import", __file__), ("review",)):
        done = losi(*words, LOSI_REVIEW_ASSESSORS="two")
        assert (done.code, done.out, len(done.lines)) == (2, "", 1)
        assert done.err.startswith("losi: LOSI_REVIEW_ASSESSORS: Input should be a valid integer")


@pytest.mark.parametrize("words", [("cycle", "status"), ("portals", "retire")])
def test_an_argument_in_another_encoding_is_told(losi: Losi, checked: Any, words: tuple[str, ...]) -> None:
    done = losi(*words, os.fsdecode(b"S\xe3o"), "--data", str(checked.data))
    assert (done.code, done.out, len(done.lines)) == (2, "", 1)
    assert done.err.startswith("losi: the argument 'S?o' is not UTF-8; write it in UTF-8")


INTERRUPTED = """
import click, signal, sys, time
from losi.errors import PlainGroup

class Freed:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

@click.command()
def work():
    for _ in range(3):
        Freed()
    time.sleep(60)

PlainGroup(commands={"work": work}).main(["work"], "losi")
"""


def test_an_interrupt_is_not_lost_while_python_frees_an_object(tmp_path: Path) -> None:
    done = run(sys.executable, "-c", INTERRUPTED, cwd=tmp_path)
    assert (done.code, done.out, done.err.strip()) == (1, "", "losi: stopped")


def test_an_unexpected_error_is_shown_whole_on_demand(losi: Losi, tmp_path: Path) -> None:
    plugin = tmp_path / "sitecustomize.py"
    plugin.write_text("import losi.portal_list\nlosi.portal_list.bundled_entries = lambda: 1 / 0\n")
    plain = losi("portals", "list", PYTHONPATH=str(tmp_path))
    assert plain.code == 1
    assert "ZeroDivisionError" in plain.lines[-1]
    assert "LOSI_DEBUG=1" in plain.lines[-1]
    assert "Traceback" in losi("portals", "list", PYTHONPATH=str(tmp_path), LOSI_DEBUG="1").err


@pytest.mark.parametrize("error", [UnknownEditionError("no such edition"), UnknownIndicatorError("no such question")])
def test_a_question_that_stored_results_name_is_to_be_brought_back(
    error: LookupError, capsys: pytest.CaptureFixture[str]
) -> None:
    group = PlainGroup("losi")

    @group.command()
    def score() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        group.main(["score"])
    assert ended.value.code == 1
    told = "stored results name it: bring back its questionnaire, a file in DATA/extension/questionnaires"
    assert capsys.readouterr().err == f"losi: {error}; {told}\n"
