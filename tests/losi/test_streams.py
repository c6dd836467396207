"""Standard output that lacks characters, or does not take what is written; standard error that nobody can read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from losi import demo
from storage.database import Database
from tests.crawler.conftest import serve
from tests.crawler.cycles import begin
from tests.crawler.loopback import Serve, page

__all__ = ["serve"]
Losi = Callable[..., Any]
FULL = Path("/dev/full")


def test_characters_that_the_terminal_lacks_have_stand_ins(losi: Losi, tmp_path: Path) -> None:
    call = ("check", "--demo", "--max-pages", "3", "--name", "Valdeluña", "--json", "run.json")
    done = losi(*call, PYTHONIOENCODING="ascii")
    assert (done.code, done.lines) == (0, [])
    assert " + present " in done.out
    assert "?" in losi("portals", "list", PYTHONIOENCODING="ascii").out.splitlines()[2].partition("Valdelu")[2]
    written = (tmp_path / "run.json").read_text(encoding="utf-8")
    assert json.loads(written)["portal"] == {"url": demo.url(), "name": "Valdeluña", "country": "", "kind": "city"}
    assert "ñ" in written


@pytest.mark.skipif(not FULL.exists(), reason="no full device on this system")
@pytest.mark.parametrize(
    "words", [("--version",), ("portals", "list"), ("export", "csv", "-"), ("export", "json"), ("score",)], ids=str
)
def test_a_full_disk_behind_stdout_is_told_in_one_line(checked: Any, words: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "losi", *words]
        done = subprocess.run(command, cwd=checked.folder, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.stderr == b"losi: cannot write to the standard output: No space left on device\n"
    assert done.returncode == 1


def test_a_command_works_where_nobody_reads(checked: Any) -> None:
    closed = f"exec {sys.executable} -m losi score >&-"
    done = subprocess.run(["sh", "-c", closed], cwd=checked.folder, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="no full device on this system")
@pytest.mark.parametrize("stderr", ["2>&-", f"2>{FULL}"])
def test_a_note_that_nobody_can_read_ends_no_command(losi: Losi, tmp_path: Path, stderr: str) -> None:
    command = [sys.executable, "-m", "losi"]
    for words, said in (
        ("cycle new one", "portals planned"),
        ("check --demo --max-pages 1 --no-browser --no-validity", "losi-data/archive/run-000001"),
    ):
        call = ["sh", "-c", f'exec "$@" {stderr}', "sh", *command, *words.split()]
        done = subprocess.run(call, cwd=tmp_path, stdout=subprocess.PIPE, encoding="utf-8", check=False)
        assert (done.returncode, said in done.stdout) == (0, True), words
    assert losi("cycle", "status", "one").code == 0


def test_a_crawl_goes_on_and_tells_how_it_ended_when_its_terminal_is_left(serve: Serve, tmp_path: Path) -> None:
    site = serve({"/": page("Town"), "/robots.txt": (404, {}, b"")})
    site.gate.only(0)
    with Database(tmp_path / "losi.db") as database:
        database.migrate()
        begin(database, "one", [site])
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "losi", "cycle", "crawl", "one", "--processes", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, encoding="utf-8") as process:
        os.close(theirs)
        end = monotonic() + 120
        while not site.gate.waiting:
            assert monotonic() < end, "nothing was asked for in two minutes"
            sleep(0.01)
        os.close(ours)
        site.gate.open()
        told = process.communicate(timeout=120)[0]
    assert (process.returncode, "1 visit, 1 page" in told) == (0, True)
