"""Standard output that lacks characters, or does not take what is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from losi import demo

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
