"""A file that a command writes takes its place whole; what was there stays as it was until then."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from losi.errors import Failure
from losi.output import write_text, writer
from storage.database import Database
from storage.models import Run
from tests.full_disk import full_at
from tests.losi.conftest import Losi, run
from tests.unprivileged import bound


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "prefill.csv"
    path.write_bytes(b"of yesterday\n")
    return path


def _broken_off(path: Path) -> None:
    with writer(str(path)) as write:
        write("half a\n")
        raise KeyboardInterrupt


def test_ctrl_c_leaves_the_earlier_file_and_nothing_else(kept: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _broken_off(kept)
    assert kept.read_bytes() == b"of yesterday\n"
    assert list(kept.parent.iterdir()) == [kept]


def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(kept: Path) -> None:
    with pytest.raises(Failure, match=r"cannot write .*prefill.csv: File too large"), full_at(6_000):
        write_text("x" * 10_000, str(kept))
    assert kept.read_bytes() == b"of yesterday\n"
    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_later_run_that_cannot_be_told_leaves_the_earlier_file(
    checked: Any, offline: Losi, kept: Path, tmp_path: Path, form: str
) -> None:
    shutil.copytree(checked.data, tmp_path / "losi-data")
    offline("check", "--demo", "--no-browser", "--max-pages", "3", "--name", "Elsewhere", "--kind", "national")
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        session.get_one(Run, 2).edition = "city-2030"
    done = offline("export", form, kept.name)
    assert (done.code, done.out, len(done.lines)) == (1, "", 1)
    assert "unknown edition 'city-2030'" in done.err
    assert "bring back its questionnaire, a file in DATA/extension/questionnaires" in done.err
    assert kept.read_bytes() == b"of yesterday\n"


def test_a_file_that_may_not_be_written_stays(kept: Path) -> None:
    kept.chmod(0o444)
    done = run(*bound(), sys.executable, "-m", "losi", "export", "dictionary", kept.name, cwd=kept.parent)
    assert (done.code, done.lines) == (1, ["losi: cannot write prefill.csv: Permission denied; choose another file"])
    assert kept.read_bytes() == b"of yesterday\n"


def test_a_file_in_a_folder_that_may_not_be_written_is_written_itself(kept: Path) -> None:
    kept.parent.chmod(0o555)
    done = run(*bound(), sys.executable, "-m", "losi", "export", "dictionary", kept.name, cwd=kept.parent)
    kept.parent.chmod(0o755)
    assert (done.code, done.out) == (0, "prefill.csv\n")
    assert b"# Data dictionary" in kept.read_bytes()
