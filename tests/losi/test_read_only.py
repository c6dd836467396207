"""A data folder that may be read but not written: a mounted copy, an archived survey, somebody else's."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.losi.conftest import Done, run
from tests.unprivileged import bound

READING = ("portals list", "score", "export csv", "export json", "detect", "audit verify", "schedule list")
WRITING = (
    "portals import --bundled",
    "detect --store",
    "detect --cycle 2026",
    "export xlsx workbooks",
    "check --demo --max-pages 1",
    "cycle new 2026",
    "review",
)


@pytest.fixture(scope="module")
def losi(checked: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Done]]:
    """The command beside such a folder."""
    folder = tmp_path_factory.mktemp("kept")
    data = folder / "losi-data"
    shutil.copytree(checked.data, data)
    parts = [data, *data.rglob("*")]
    for part in parts:
        part.chmod(0o555 if part.is_dir() else 0o444)
    before = bound()
    yield lambda *words: run(*before, sys.executable, "-m", "losi", *words, cwd=folder)
    for part in parts:
        part.chmod(0o755)


@pytest.mark.parametrize("command", READING)
def test_commands_that_only_read_do(losi: Callable[..., Done], command: str) -> None:
    done = losi(*command.split())
    assert (done.code, done.lines) == (0, [])
    assert done.out


@pytest.mark.parametrize("command", WRITING)
def test_commands_that_write_say_what_is_wrong(losi: Callable[..., Done], command: str) -> None:
    done = losi(*command.split())
    assert (done.code, done.out) == (1, "")
    place = Path("losi-data") / "losi.db"
    assert done.lines == [
        f"losi: the database {place} may not be written; change the permissions of the file and its folder, or choose "
        "another with --data"
    ]
