"""`losi archives` brings the pictures of the proof along with their archive, and says which are nowhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage.database import Database
from storage.models import Run

Losi = Callable[..., Any]
HOME = "screenshots/run-000001/home-desktop.webp"


@pytest.fixture
def pictured(losi: Losi, tmp_path: Path) -> Losi:
    """A folder with one run that took pictures, which are not in it."""
    (tmp_path / "one.csv").write_text("url,name,kind\nhttp://127.0.0.1:9/,Nowhere,city\n", encoding="utf-8")
    assert losi("portals", "import", "one.csv").code == 0
    words = ("--tries", "1", "--allow-private", "--delay", "0", "--timeout", "2")
    assert losi("cycle", "new", "one", *words).code == 0
    losi("cycle", "crawl", "one")
    with Database(f"sqlite:///{tmp_path / 'losi-data' / 'losi.db'}") as database, database.session() as session:
        session.execute(update(Run).values(certificate={"views": {"desktop": HOME}}))
    return losi


def test_pictures_go_and_come_back_and_those_that_stayed_behind_are_named(pictured: Losi, tmp_path: Path) -> None:
    data = tmp_path / "losi-data"
    assert pictured("archives", "push", "away").code == 0
    shutil.rmtree(data / "archive")
    bare = pictured("archives", "pull", "away")
    assert (bare.code, bare.err) == (
        0,
        "losi: pictures of 1 run are not in away: run losi archives push where they were taken\n",
    )
    assert bare.out.startswith("Archives here: 1; ")
    (data / HOME).parent.mkdir(parents=True)
    (data / HOME).write_bytes(b"RIFF a picture")
    assert pictured("archives", "push", "away").out.startswith("Archives in away: 1; ")
    shutil.rmtree(data / "archive")
    shutil.rmtree(data / "screenshots")
    back = pictured("archives", "pull", "away")
    assert (back.code, back.err) == (0, "")
    assert (data / HOME).read_bytes() == b"RIFF a picture"
    assert (data / "archive" / "run-000001").is_dir()
