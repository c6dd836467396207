"""What the writer puts on disk: bytes as received, headers by the standard, nothing torn, nothing lost."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
from base64 import b32encode
from datetime import datetime
from hashlib import sha1
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from storage.archive import ArchivedResponse, ArchiveReader, ArchiveWriter
from storage.errors import StorageError

ROOT = Path(__file__).parents[2]
HTML = ((b"Content-Type", b"text/html; charset=utf-8"),)


def write(folder: Path, at: datetime, *bodies: bytes, rotate_at: int = 1 << 30) -> list[Path]:
    with ArchiveWriter(folder, "run", rotate_at=rotate_at) as archive:
        for number, body in enumerate(bodies):
            archive.write_response(f"https://x.org/{number}", 200, "OK", HTML, body, at)
    return sorted(folder.glob("*.warc.gz"))


def read(path: Path) -> list[ArchivedResponse]:
    with ArchiveReader(path) as reader:
        return list(reader.responses())


def sha(data: bytes) -> str:
    return "sha1:" + b32encode(sha1(data).digest()).decode()


def test_record_headers_follow_the_standard(tmp_path: Path, at: datetime) -> None:
    with ArchiveWriter(tmp_path, "run", info={"software": "losi 1.0", "robots": "obey"}) as archive:
        place = archive.write_response(
            "https://x.org/a", 200, "OK", HTML, b"<p>hi", at, ip="192.0.2.7", truncated="length"
        )
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>hi"
    records = list(_warcio(tmp_path / place.file))
    assert [kind for kind, _, _ in records] == ["warcinfo", "response"]
    _, headers, content = records[1]
    assert content == block
    assert headers == {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<{place.record_id}>",
        "WARC-Date": "2026-03-01T12:30:15.123456Z",
        "WARC-Target-URI": "https://x.org/a",
        "WARC-Payload-Digest": sha(b"<p>hi"),
        "WARC-IP-Address": "192.0.2.7",
        "WARC-Truncated": "length",
        "WARC-Block-Digest": sha(block),
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    info = records[0][2].decode()
    assert "software: losi 1.0\r\n" in info
    assert "format: WARC File Format 1.1\r\n" in info
    assert records[0][1]["WARC-Filename"] == place.file == "run-00000.warc.gz"


def test_every_record_is_a_gzip_member_at_its_place(tmp_path: Path, at: datetime) -> None:
    with ArchiveWriter(tmp_path, "run") as archive:
        places = [archive.write_response(f"https://x.org/{n}", 200, "OK", HTML, b"x" * n, at) for n in range(20)]
    data = (tmp_path / places[0].file).read_bytes()
    for place in places:
        assert gzip.decompress(data[place.offset : place.offset + place.length]).startswith(b"WARC/1.1\r\n")
    assert places[-1].offset + places[-1].length == len(data)


def test_other_tools_find_the_digests_right(tmp_path: Path, at: datetime) -> None:
    with ArchiveWriter(tmp_path, "run", info={"software": "losi"}) as archive:
        place = archive.write_response("https://x.org/", 200, "OK", HTML, os.urandom(5000), at)
        archive.write_resource("urn:losi:dom:https://x.org/", "text/html", b"<p>", at, concurrent_to=place.record_id)
        archive.write_metadata("https://y.org/", {"fetch-error": "DNS lookup failed"}, at)
    with (tmp_path / place.file).open("rb") as file:
        for record in ArchiveIterator(file, check_digests=True):
            record.content_stream().read()
            assert record.digest_checker.passed is not False


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=3000),
    reason=st.text(max_size=20),
    status=st.integers(100, 999),
    headers=st.lists(
        st.tuples(
            st.binary(min_size=1, max_size=8).filter(lambda n: not set(n) & set(b" \t\r\n:\0")),
            st.binary(max_size=20).map(lambda v: v.replace(b"\r", b"").replace(b"\n", b"").strip()),
        ),
        max_size=5,
    ),
)
def test_bytes_come_back_as_they_went(
    tmp_path: Path, at: datetime, body: bytes, reason: str, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    if status // 100 == 1:
        status += 100
    for old in tmp_path.glob("run*"):
        old.unlink()
    with ArchiveWriter(tmp_path, "run") as archive:
        place = archive.write_response("https://x.org/ü?q=1", status, reason, headers, body, at)
    with ArchiveReader(tmp_path / place.file) as reader:
        response = reader.response(place.file, place.offset)
        assert reader.problems == []
    assert (response.status, response.body, response.fetched_at) == (status, body, at)
    assert response.url == "https://x.org/ü?q=1"
    if b"transfer-encoding" not in {name.lower() for name, _ in headers}:
        assert response.headers == tuple(headers)


def test_a_header_of_two_lines_cannot_forge_another(tmp_path: Path, at: datetime) -> None:
    with ArchiveWriter(tmp_path, "run") as archive:
        archive.write_response("https://x.org/\r\nWARC-Type: x", 200, "OK\r\nA: b", ((b"X", b"1\r\nY: 2"),), b"", at)
    (response,) = read(tmp_path)
    assert response.headers == ((b"X", b"1  Y: 2"),)
    assert response.reason == "OK A: b"


def test_a_lying_transfer_encoding_is_set_aside(tmp_path: Path, at: datetime) -> None:
    header = ((b"Transfer-Encoding", b"chunked"),)
    with ArchiveWriter(tmp_path, "run") as archive:
        archive.write_response("https://x.org/1", 200, "OK", header, b"plain", at)
        archive.write_response("https://x.org/2", 200, "OK", header, b"5\r\nplain\r\n0\r\n\r\n", at)
    plain, chunked = read(tmp_path)
    assert plain.headers == ((b"X-Archive-Orig-Transfer-Encoding", b"chunked"),)
    assert chunked.headers == header


def test_it_rotates(tmp_path: Path, at: datetime) -> None:
    files = write(tmp_path, at, *(os.urandom(1000) for _ in range(10)), rotate_at=3000)
    assert [file.name for file in files] == [f"run-{number:05d}.warc.gz" for number in range(len(files))]
    assert len(files) > 3
    assert max(file.stat().st_size for file in files) < 5000
    assert [response.url for response in read(tmp_path)] == [f"https://x.org/{n}" for n in range(10)]


def test_the_index_leads_to_the_records(tmp_path: Path, at: datetime) -> None:
    with ArchiveWriter(tmp_path, "run", rotate_at=1500) as archive:
        for host in ("b.org", "a.org", "www.a.org"):
            archive.write_response(f"https://{host}/x", 404, "No", HTML, os.urandom(900), at)
    lines = archive.index_path.read_text().splitlines()
    assert [line.split(" ")[:2] for line in lines] == [
        ["org,a)/x", "20260301123015"],
        ["org,a)/x", "20260301123015"],
        ["org,b)/x", "20260301123015"],
    ]
    with ArchiveReader(tmp_path) as reader:
        for line in lines:
            fields = json.loads(line.split(" ", 2)[2])
            assert sorted(fields) == ["digest", "filename", "length", "mime", "offset", "status", "url"]
            response = reader.response(fields["filename"], int(fields["offset"]))
            assert (response.url, response.length) == (fields["url"], int(fields["length"]))
            assert sha(response.body) == "sha1:" + fields["digest"]
            assert (fields["mime"], fields["status"]) == ("text/html", "404")


def test_opened_again_it_goes_on(tmp_path: Path, at: datetime) -> None:
    write(tmp_path, at, b"one", b"two")
    with ArchiveWriter(tmp_path, "run") as archive:
        assert archive.problems == []
        archive.write_response("https://x.org/2", 200, "OK", HTML, b"three", at)
    assert [response.body for response in read(tmp_path)] == [b"one", b"two", b"three"]
    assert len(archive.index_path.read_text().splitlines()) == 3


def test_an_archive_of_several_files_goes_on_in_the_last_and_is_mended_there_alone(
    tmp_path: Path, at: datetime
) -> None:
    files = write(tmp_path, at, *(os.urandom(1000) for _ in range(10)), rotate_at=3000)
    for file in (files[0], files[-1]):
        file.write_bytes(file.read_bytes()[:-5])
    before = {file: file.read_bytes() for file in files}
    with ArchiveWriter(tmp_path, "run") as archive:
        assert [problem.partition(":")[0] for problem in archive.problems] == [files[-1].name]
        archive.write_response("https://x.org/n", 200, "OK", HTML, b"new", at)
    assert {file: file.read_bytes() for file in files[:-1]} == {file: before[file] for file in files[:-1]}
    assert read(files[-1])[-1].body == b"new"
    assert sorted(tmp_path.glob("*.warc.gz")) == files


def test_a_torn_record_is_cut_at_any_byte(tmp_path: Path, at: datetime) -> None:
    (path,) = write(tmp_path, at, b"one", os.urandom(60))
    whole = path.read_bytes()
    ends = [response.offset + response.length for response in read(path)]
    for size in range(ends[0], ends[1]):
        path.write_bytes(whole[:size])
        with ArchiveWriter(tmp_path, "run") as archive:
            assert len(archive.problems) == (size > ends[0])
            archive.write_response("https://x.org/n", 200, "OK", HTML, b"new", at)
        assert [response.body for response in read(path)] == [b"one", b"new"]


def test_damage_in_the_middle_costs_one_record_only(tmp_path: Path, at: datetime) -> None:
    (path,) = write(tmp_path, at, b"one", os.urandom(60), b"three")
    damaged = read(path)[1]
    data = bytearray(path.read_bytes())
    data[damaged.offset + 60 : damaged.offset + 64] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with ArchiveWriter(tmp_path, "run") as archive:
        archive.write_response("https://x.org/n", 200, "OK", HTML, b"new", at)
    assert [response.body for response in read(path)] == [b"one", b"three", b"new"]


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_a_file_of_nothing_that_a_crash_left_is_filled(size: int, tmp_path: Path, at: datetime) -> None:
    """As long as it was to be, but without what was written to it, where the power failed before the disk had that."""
    (tmp_path / "run-00000.warc.gz").write_bytes(bytes(size))
    (path,) = write(tmp_path, at, b"one")
    assert [kind for kind, _, _ in _warcio(path)] == ["warcinfo", "response"]


@pytest.mark.parametrize("data", [b"my thesis", bytes(300_000) + b"my thesis"])
def test_a_foreign_file_is_not_touched(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run-00000.warc.gz"
    path.write_bytes(data)
    with pytest.raises(StorageError, match="was not written by this program"):
        ArchiveWriter(tmp_path, "run")
    assert path.read_bytes() == data


def test_two_writers_of_one_archive_are_refused(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "run"):
        with pytest.raises(StorageError, match="being written by another process"):
            ArchiveWriter(tmp_path, "run")
        ArchiveWriter(tmp_path, "other").close()


def test_a_closed_archive_takes_nothing(tmp_path: Path, at: datetime) -> None:
    archive = ArchiveWriter(tmp_path, "run")
    archive.close()
    archive.close()
    with pytest.raises(StorageError, match="is closed"):
        archive.write_response("https://x.org/", 200, "OK", (), b"", at)


def test_a_full_disk_leaves_whole_records_only(tmp_path: Path, at: datetime) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    archive = ArchiveWriter(tmp_path, "run")
    archive.write_response("https://x.org/1", 200, "OK", HTML, os.urandom(5000), at)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(StorageError, match="disk is full; free some space"):
            archive.write_response("https://x.org/2", 200, "OK", HTML, os.urandom(50_000), at)
        archive.write_response("https://x.org/3", 200, "OK", HTML, os.urandom(5000), at)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        archive.close()
    assert [response.url for response in read(tmp_path)] == ["https://x.org/1", "https://x.org/3"]


def test_what_was_written_outlives_a_kill(tmp_path: Path) -> None:
    code = f"""
import os, sys
from datetime import UTC, datetime
from storage.archive import ArchiveWriter
archive = ArchiveWriter({str(tmp_path)!r}, "run")
for number in range(10**6):
    archive.write_response(f"https://x.org/{{number}}", 200, "OK", (), os.urandom(3000), datetime.now(UTC))
    print(number, flush=True)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    while int(child.stdout.readline()) < 200:
        pass
    child.kill()
    last = int((child.stdout.read().split() or ["200"])[-1])
    child.wait()
    urls = [response.url for response in read(tmp_path)]
    assert urls == [f"https://x.org/{n}" for n in range(len(urls))]
    assert len(urls) > last
    with ArchiveWriter(tmp_path, "run") as archive:
        pass
    assert len(archive.index_path.read_text().splitlines()) == len(urls)


def _warcio(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    return [
        (record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())
        for record in ArchiveIterator(BytesIO(path.read_bytes()), no_record_parse=True)
    ]
