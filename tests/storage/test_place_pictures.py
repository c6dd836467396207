"""Pictures travel with their run's archive: whole, once, and the newer ones win."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from storage.archive.place import ArchivePlace
from storage.errors import StorageError

NAME = "archive/run-000007"
WARC = f"{NAME}/run-000007-00000.warc.gz"
SHOTS = "screenshots/run-000007"


def write(data: Path, **files: bytes) -> None:
    """Files in a data folder: `warc`, or pictures by their name."""
    for name, content in files.items():
        path = data / (WARC if name == "warc" else f"{SHOTS}/{name}.webp")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one run's archive and pictures."""
    write(tmp_path / "data", warc=b"w" * 1000, news=b"news!", home=b"home page")
    return tmp_path / "data"


@pytest.fixture(params=["file", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> ArchivePlace:
    """A place of either kind."""
    return ArchivePlace(str(tmp_path / "place") if request.param == "file" else f"memory://{uuid4().hex}")


def test_pictures_go_and_come_with_their_archive(data: Path, place: ArchivePlace, tmp_path: Path) -> None:
    assert place.upload(data, NAME) == 1014
    assert (place.names(), place.sizes(SHOTS)) == ([NAME], {"news.webp": 5, "home.webp": 9})
    assert place.upload(data, NAME) == 0
    other = tmp_path / "other"
    assert place.fetch(NAME, other) == 1014
    assert files(other) == files(data)
    assert place.fetch(NAME, other) == 0


def test_what_was_sent_without_pictures_gets_them_later(data: Path, place: ArchivePlace, tmp_path: Path) -> None:
    write(tmp_path / "bare", warc=b"w" * 1000)
    assert place.upload(tmp_path / "bare", NAME) == 1000
    assert place.fetch(NAME, tmp_path / "other") == 1000
    assert files(tmp_path / "other") == files(tmp_path / "bare")
    assert place.upload(data, NAME) == 14
    assert place.fetch(NAME, tmp_path / "other") == 14
    assert files(tmp_path / "other") == files(data)


def test_a_picture_that_is_lost_or_cut_short_is_copied_again(data: Path, tmp_path: Path) -> None:
    place = ArchivePlace(str(tmp_path / "place"))
    place.upload(data, NAME)
    write(tmp_path / "place", news=b"n")
    assert place.upload(data, NAME) == 5
    place.fetch(NAME, tmp_path / "other")
    write(tmp_path / "other", news=b"n")
    (tmp_path / "other" / SHOTS / "home.webp").unlink()
    assert place.fetch(NAME, tmp_path / "other") == 14
    assert files(tmp_path / "other") == files(data)


def test_a_visit_that_went_on_brings_its_new_pictures(data: Path, place: ArchivePlace, tmp_path: Path) -> None:
    place.upload(data, NAME)
    place.fetch(NAME, tmp_path / "here")
    write(data, warc=b"w" * 1001, news=b"NEWS!")
    place.upload(data, NAME)
    place.fetch(NAME, tmp_path / "here")
    assert files(tmp_path / "here") == files(data)


def test_a_machine_that_was_left_behind_overwrites_nothing(data: Path, place: ArchivePlace, tmp_path: Path) -> None:
    write(tmp_path / "behind", warc=b"w" * 999, news=b"older picture")
    place.upload(data, NAME)
    assert place.upload(tmp_path / "behind", NAME) == 0
    place.fetch(NAME, tmp_path / "other")
    assert files(tmp_path / "other") == files(data)
    assert place.fetch(NAME, tmp_path / "behind") == 1014
    assert files(tmp_path / "behind") == files(data)


def test_a_machine_that_is_further_keeps_its_pictures(data: Path, place: ArchivePlace) -> None:
    place.upload(data, NAME)
    write(data, warc=b"w" * 1001, news=b"a newer picture")
    before = files(data)
    assert place.fetch(NAME, data) == 0
    assert files(data) == before


def test_copies_under_way_are_no_pictures(data: Path, place: ArchivePlace) -> None:
    (data / SHOTS / "news.webp.part").write_bytes(b"ne")
    place.upload(data, NAME)
    assert place.sizes(SHOTS) == {"news.webp": 5, "home.webp": 9}


def test_pictures_that_cannot_be_written_hold_their_archive_back(data: Path, tmp_path: Path) -> None:
    place = ArchivePlace(str(tmp_path / "place"))
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "screenshots").write_text("a file")
    with pytest.raises(StorageError, match="cannot use the archive place"):
        place.upload(data, NAME)
    assert place.names() == []
    (tmp_path / "place" / "screenshots").unlink()
    assert place.upload(data, NAME) == 1014
