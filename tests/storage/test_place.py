"""Archives go to other places and come back: whole, once, and never out of their folder."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from storage.archive.place import ArchivePlace
from storage.errors import ArchiveError, StorageError
from tests.crawler.loopback import reserved_port

NAME = "archive/run-000007"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one run's archive."""
    folder = tmp_path / "data" / NAME
    (folder / "shots").mkdir(parents=True)
    (folder / "run-000007-00000.warc.gz").write_bytes(b"w" * 100_000)
    (folder / "run-000007.cdxj").write_bytes(b"index")
    (folder / "shots" / "1.webp").write_bytes(b"picture")
    return tmp_path / "data"


@pytest.fixture(params=["file", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> ArchivePlace:
    """A place of either kind."""
    return ArchivePlace(str(tmp_path / "place") if request.param == "file" else f"memory://{uuid4().hex}")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_comes_back_as_it_was(data: Path, place: ArchivePlace, tmp_path: Path) -> None:
    assert place.names() == []
    assert place.upload(data, NAME) == 100_012
    assert place.names() == [NAME]
    other = tmp_path / "other"
    assert place.fetch(NAME, other) == 100_012
    assert files(other) == files(data)
    assert place.fetch(NAME, other) == 0


def test_only_what_grew_is_copied_again(data: Path, place: ArchivePlace, tmp_path: Path) -> None:
    place.upload(data, NAME)
    (data / NAME / "run-000007-00001.warc.gz").write_bytes(b"more")
    assert place.upload(data, NAME) < 1000
    with (data / NAME / "run-000007-00000.warc.gz").open("ab") as file:
        file.write(b"grown")
    assert place.upload(data, NAME) > 100_000
    place.fetch(NAME, tmp_path / "other")
    assert files(tmp_path / "other") == files(data)


def test_a_longer_local_file_is_kept(data: Path, place: ArchivePlace) -> None:
    place.upload(data, NAME)
    path = data / NAME / "run-000007-00000.warc.gz"
    path.write_bytes(path.read_bytes() + b"newer")
    assert place.fetch(NAME, data) == 0
    assert path.read_bytes().endswith(b"newer")


def test_a_copy_that_was_cut_short_is_made_again(data: Path, tmp_path: Path) -> None:
    place = ArchivePlace(str(tmp_path / "place"))
    place.upload(data, NAME)
    copy = tmp_path / "place" / NAME / "run-000007-00000.warc.gz"
    copy.write_bytes(b"w" * 10)
    place.upload(data, NAME)
    assert copy.stat().st_size == 100_000


def test_what_is_not_there_is_said(place: ArchivePlace, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"holds no archive/run-000007"):
        place.fetch(NAME, tmp_path)


def test_a_place_that_cannot_be_written_is_said(data: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match="cannot use the archive place"):
        ArchivePlace(str(tmp_path / "taken")).upload(data, NAME)


def test_a_place_that_does_not_answer_is_said_without_its_password() -> None:
    with reserved_port() as port, pytest.raises(StorageError, match="cannot use the archive place ftp://u:") as caught:
        ArchivePlace(f"ftp://u:secret@127.0.0.1:{port}/losi")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense://x/y", "gs://bucket/losi"])
def test_a_kind_of_place_without_a_driver_is_said(url: str) -> None:
    with pytest.raises(StorageError, match="archives cannot go to") as caught:
        ArchivePlace(url)
    assert caught.value.mend
