"""Revisit records: written, found again after a crash, read through the archive of the earlier run."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped, unused-ignore]

from storage.archive import ArchiveReader, ArchiveWriter, RecordPlace, ReplayIndex, Sameness
from storage.archive.wacz import WaczAbout, write_wacz
from storage.errors import ArchiveError

URL = "https://www.example.org/page"
HEADERS = ((b"Content-Type", b"text/html"), (b"ETag", b'"1"'))
BODY = b"<html>" + b"The page as it was. " * 200


@pytest.fixture
def two_runs(tmp_path: Path, at: datetime) -> tuple[RecordPlace, RecordPlace]:
    """A page in one run, and that it is unchanged in the next."""
    with ArchiveWriter(tmp_path / "run-000001", "run-000001") as writer:
        first = writer.write_response(URL, 200, "OK", HEADERS, BODY, at)
    with ArchiveReader(tmp_path / "run-000001") as reader:
        original = reader.original(first.file, first.offset)
    with ArchiveWriter(tmp_path / "run-000002", "run-000002") as writer:
        head = ((b"ETag", b'"1"'),)
        second = writer.write_revisit(URL, original, "server-not-modified", 304, "Not Modified", head, at)
    return first, second


def test_a_revisit_gives_the_page_that_it_repeats(two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path) -> None:
    first, second = two_runs
    assert second.digest == first.digest
    assert second.length < first.length + 700
    with ArchiveReader(tmp_path / "run-000002") as reader:
        found = reader.response(second.file, second.offset)
        assert (found.url, found.status, found.body, found.header("ETag")) == (URL, 200, BODY, '"1"')
        assert [response.body for response in reader.responses()] == [BODY]
        assert reader.original(second.file, second.offset).offset == first.offset
        assert reader.problems == []
    with ReplayIndex([tmp_path / "run-000002"]) as index:
        hit = index.lookup(URL)
        assert hit is not None
        assert hit.body == BODY


def test_the_head_of_a_304_tells_what_is_new(two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path) -> None:
    first, _ = two_runs
    with ArchiveReader(tmp_path / "run-000001") as reader:
        original = reader.original(first.file, first.offset)
    head = ((b"etag", b'"2"'), (b"Content-Security-Policy", b"x"), (b"Content-Type", b"text/plain"))
    with ArchiveWriter(tmp_path / "run-000003", "run-000003") as writer:
        writer.write_revisit(URL, original, "server-not-modified", 304, "Not Modified", head, original.fetched_at)
    with ReplayIndex([tmp_path / "run-000003"]) as index:
        found = index.lookup(URL)
    assert found is not None
    assert found.headers == (HEADERS[0], *head[:2])


def test_the_record_is_as_the_standard_has_it(two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path) -> None:
    with (tmp_path / "run-000002" / "run-000002-00000.warc.gz").open("rb") as file:
        _, record = list(ArchiveIterator(file, check_digests="raise"))
    headers = record.rec_headers
    assert record.rec_type == "revisit"
    assert headers["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert headers["WARC-Refers-To"] == f"<{two_runs[0].record_id}>"
    assert headers["WARC-Refers-To-Target-URI"] == URL
    assert record.http_headers.get_statuscode() == "304"


def test_a_reopened_archive_keeps_its_revisits_in_the_index(
    two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path
) -> None:
    index = tmp_path / "run-000002" / "run-000002.cdxj"
    before = index.read_text()
    index.unlink()
    ArchiveWriter(tmp_path / "run-000002", "run-000002").close()
    assert index.read_text() == before
    assert "warc/revisit" in before


@pytest.mark.parametrize("why", ["identical-payload-digest", "server-not-modified"])
def test_a_revisit_never_repeats_another_answer_of_its_url(why: Sameness, tmp_path: Path, at: datetime) -> None:
    """As where the server was busy at first, and had the page of the earlier run at the second try."""
    with ArchiveWriter(tmp_path / "run-000001", "run-000001") as writer:
        first = writer.write_response(URL, 200, "OK", HEADERS, BODY, at)
    with ArchiveReader(tmp_path / "run-000001") as reader:
        original = reader.original(first.file, first.offset)
    with ArchiveWriter(tmp_path / "run-000002", "run-000002") as writer:
        writer.write_response(URL, 503, "Busy", HEADERS, b"busy", at)
        writer.write_revisit(URL, original, why, 200 if why.startswith("identical") else 304, "", HEADERS, at)
    with ReplayIndex([tmp_path / "run-000002"]) as index:
        found = index.lookup(URL)
        assert found is not None
        assert (found.status, found.body, index.problems) == (200, BODY, [])
    shutil.rmtree(tmp_path / "run-000001")
    with ReplayIndex([tmp_path / "run-000002"]) as index:
        found = index.lookup(URL)
        assert found is not None
        assert (found.status, found.body, len(index.problems)) == (503, b"busy", 1)


def test_a_lost_original_is_told(two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path) -> None:
    (tmp_path / "run-000001").rename(tmp_path / "elsewhere")
    with ArchiveReader(tmp_path / "run-000002") as reader, pytest.raises(ArchiveError, match="keep the archives"):
        reader.response(two_runs[1].file, two_runs[1].offset)
    with pytest.raises(ArchiveError, match="no archived page"):
        ReplayIndex([tmp_path / "run-000002"])


def test_a_file_name_cannot_lead_out_of_the_data_folder(
    two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path, at: datetime
) -> None:
    with ArchiveReader(tmp_path / "run-000001") as reader:
        original = reader.original(two_runs[0].file, two_runs[0].offset)
    object.__setattr__(original, "file", "../run-000001/run-000001-00000.warc.gz")
    with ArchiveWriter(tmp_path / "run-000003", "run-000003") as writer:
        place = writer.write_revisit(URL, original, "identical-payload-digest", 200, "OK", HEADERS, at)
    with ArchiveReader(tmp_path / "run-000003") as reader, pytest.raises(ArchiveError, match="does not tell"):
        reader.response(place.file, place.offset)


def test_a_package_holds_what_its_revisits_repeat(
    two_runs: tuple[RecordPlace, RecordPlace], tmp_path: Path, at: datetime
) -> None:
    target = tmp_path / "alone" / "run.wacz"
    write_wacz(target, tmp_path / "run-000002", [], WaczAbout("Run", at, "losi-scout"))
    (tmp_path / "run-000001").rename(tmp_path / "elsewhere")
    with ReplayIndex([target]) as index:
        hit = index.lookup(URL)
        assert hit is not None
        assert (hit.status, hit.body) == (200, BODY)
        assert index.problems == []
