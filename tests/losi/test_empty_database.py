"""A database file of nothing, as a full disk or a broken start leaves it, is not taken for a new one in silence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from storage.sqlite_file import is_empty

Losi = Any
EMPTY = "losi: losi-data/losi.db is an empty file, no database; "
MEND = "bring it back from a backup (docs/operations.md), or delete it to begin anew\n"


@pytest.fixture
def emptied(tmp_path: Path) -> Path:
    """A data folder whose database is a file of no bytes."""
    (tmp_path / "losi-data").mkdir()
    (tmp_path / "losi-data" / "losi.db").touch()
    return tmp_path / "losi-data"


@pytest.mark.parametrize(
    "words", [("portals", "list"), ("cycle", "status", "one"), ("cycle", "crawl", "one"), ("score",)]
)
def test_who_looks_for_what_was_stored_is_told(words: tuple[str, ...], emptied: Path, offline: Losi) -> None:
    done = offline(*words)
    assert (done.code, done.out, done.err) == (1, "", EMPTY + MEND)
    assert (emptied / "losi.db").read_bytes() == b"", "nothing was filled"


def test_who_begins_goes_on_and_is_told(emptied: Path, offline: Losi, tmp_path: Path) -> None:
    """SQLite itself leaves such a file where its first start is broken off."""
    (tmp_path / "list.csv").write_text("url\nwww.lima.example\n")
    done = offline("portals", "import", "list.csv")
    assert (done.code, done.out) == (0, "1 portal added, 0 changed, 0 unchanged\n")
    assert done.err == "losi: losi-data/losi.db was an empty file; a new database is made in it\n"
    assert offline("portals", "list").err == ""


def test_where_runs_were_archived_a_database_was_lost(emptied: Path, offline: Losi, tmp_path: Path) -> None:
    (emptied / "archive" / "run-000001").mkdir(parents=True)
    (tmp_path / "list.csv").write_text("url\nwww.lima.example\n")
    done = offline("portals", "import", "list.csv")
    assert (done.code, done.out, done.err) == (1, "", EMPTY + MEND)
    assert (emptied / "losi.db").read_bytes() == b""
    (emptied / "losi.db").unlink()
    assert offline("portals", "import", "list.csv").code == 0


def test_a_file_that_somebody_is_about_to_fill_is_not_empty(emptied: Path) -> None:
    """A database that another process makes has a log beside it before it has pages."""
    assert is_empty(emptied / "losi.db")
    (emptied / "losi.db-wal").touch()
    assert not is_empty(emptied / "losi.db")
    shutil.rmtree(emptied)
    assert not is_empty(emptied / "losi.db")
