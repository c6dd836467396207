"""Reading archives of other tools, and damaged ones: what can be read is given, what cannot is noted."""

from __future__ import annotations

import gzip
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop

import pytest

from storage.archive import ArchivedResponse, ArchiveReader, ReplayIndex
from storage.errors import ArchiveError

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def record(url: str, block: bytes, *, kind: str = "response", length: int | None = None, **extra: str) -> bytes:
    """A WARC record as other tools write it; underscores in the names of extra headers are hyphens."""
    headers = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2020-01-02T03:04:05Z",
        **{name.replace("_", "-"): value for name, value in extra.items()},
        "Content-Length": str(len(block) if length is None else length),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


INFO = record("", b"software: other\r\n", kind="warcinfo")
PAGES = [record(f"https://x.org/{n}", PAGE + b"page %d" % n) for n in range(4)]


def read(path: Path) -> tuple[list[ArchivedResponse], list[str]]:
    with ArchiveReader(path) as reader:
        responses = list(reader.responses())
        for response in responses:
            assert reader.response(response.file, response.offset) == response
        return responses, [str(problem) for problem in reader.problems]


def bodies(path: Path) -> list[bytes]:
    responses, problems = read(path)
    assert problems == []
    return [response.body for response in responses]


def stored(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


FOUR = [b"page %d" % n for n in range(4)]


def test_a_gzip_member_per_record(tmp_path: Path) -> None:
    assert bodies(stored(tmp_path / "a.warc.gz", *map(gzip.compress, [INFO, *PAGES]))) == FOUR


def test_uncompressed_whatever_the_name(tmp_path: Path) -> None:
    assert bodies(stored(tmp_path / "a.warc", INFO, *PAGES)) == FOUR
    assert bodies(stored(tmp_path / "a.warc.gz", INFO, *PAGES)) == FOUR
    assert bodies(stored(tmp_path / "upload.tmp", b"\r\n", INFO, *PAGES)) == FOUR


def test_one_gzip_member_for_the_whole_file(tmp_path: Path) -> None:
    assert bodies(stored(tmp_path / "a.warc.gz", gzip.compress(INFO + b"".join(PAGES)))) == FOUR


def test_gzip_members_of_any_cut(tmp_path: Path) -> None:
    data = INFO + b"".join(PAGES)
    for step in (50, 333, len(PAGES[0])):
        members = [gzip.compress(data[at : at + step]) for at in range(0, len(data), step)]
        assert bodies(stored(tmp_path / "a.warc.gz", *members)) == FOUR


def test_members_that_go_wrong_late(tmp_path: Path) -> None:
    parts = [gzip.compress(INFO), gzip.compress(PAGES[0]), gzip.compress(b"".join(PAGES[1:]))]
    assert bodies(stored(tmp_path / "a.warc.gz", *parts)) == FOUR


def test_arc(tmp_path: Path) -> None:
    head = b"1 0 Tool\nURL IP-address Archive-date Content-type Archive-length\n"
    page = PAGE + b"old page"
    info = b"filedesc://x.arc 0.0.0.0 20050102030405 text/plain %d\n%s\n" % (len(head), head)
    old = b"http://x.org/ 192.0.2.1 20050102030405 text/html %d\n%s\n" % (len(page), page)
    for path in (
        stored(tmp_path / "a.arc", info, old, old),
        stored(tmp_path / "a.arc.gz", *map(gzip.compress, [info, old, old])),
    ):
        responses, problems = read(path)
        assert problems == []
        assert [(r.url, r.status, r.body) for r in responses] == [("http://x.org/", 200, b"old page")] * 2
        assert responses[0].fetched_at == datetime(2005, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wacz(tmp_path: Path, method: int) -> None:
    path = tmp_path / "site.wacz"
    with zipfile.ZipFile(path, "w", method) as container:
        container.writestr("datapackage.json", "{}")
        container.writestr("archive/data-2.warc.gz", b"".join(map(gzip.compress, [INFO, *PAGES[2:]])))
        container.writestr("archive/data-1.warc.gz", b"".join(map(gzip.compress, [INFO, *PAGES[:2]])))
    assert bodies(path) == FOUR
    with ReplayIndex([path]) as index:
        response = index.lookup("https://x.org/3")
    assert response is not None
    assert (response.file, response.body) == ("archive/data-2.warc.gz", b"page 3")


def test_a_zip_in_the_last_record_makes_no_wacz(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as container:
        container.writestr("word/document.xml", "<w/>")
    document = (tmp_path / "a.docx").read_bytes()
    assert bodies(stored(tmp_path / "a.warc", record("https://x.org/a.docx", PAGE + document))) == [document]


def test_a_damaged_wacz(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="damaged WACZ"):
        ArchiveReader(stored(tmp_path / "a.wacz", b"PK\x03\x04" + bytes(50)))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_wacz_whose_compressed_archive_is_damaged_anywhere(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w", method) as container:
        container.writestr("archive/a.warc", b"".join([*PAGES, record("https://x.org/noise", PAGE + os.urandom(3000))]))
        end = container.start_dir
    whole = path.read_bytes()
    for place in range(60, end - 16, 97):  # the last bytes of LZMA flush its coder: whatever they are, nothing is lost
        path.write_bytes(whole[:place] + bytes(byte ^ 0xA5 for byte in whole[place : place + 2]) + whole[place + 2 :])
        with pytest.raises(ArchiveError, match="damaged WACZ"):
            ArchiveReader(path)


@pytest.mark.parametrize(
    ("word", "read_as"), [("length", "length"), ("Time", "time"), ("", None), ("x" * 50, "unspecified")]
)
def test_why_a_body_was_cut(tmp_path: Path, word: str, read_as: str | None) -> None:
    (response,), _ = read(stored(tmp_path / "a.warc", record("https://x.org/", PAGE, WARC_Truncated=word)))
    assert response.truncated == read_as


def test_a_folder_of_archives(tmp_path: Path) -> None:
    stored(tmp_path / "b.warc", *PAGES[2:])
    stored(tmp_path / "a.warc.gz", *map(gzip.compress, PAGES[:2]))
    stored(tmp_path / "c.warc.gz")
    stored(tmp_path / "notes.txt", b"x")
    assert bodies(tmp_path) == FOUR


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.warc.gz", b"", "is empty"),
        ("a.warc.gz", b"<html>a page</html>", "is no web archive: it begins with b'<html>"),
        ("a.warc.gz", gzip.compress(b"just some text, compressed", mtime=0), "is no web archive"),
        ("a.warc.gz", b"\x28\xb5\x2f\xfd\0\0", "zstandard, which this program does not read; recompress"),
        ("a.wacz", b"PK\x05\x06" + bytes(18), "ZIP file without any WARC"),
    ],
)
def test_what_is_no_archive(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    for make in (ArchiveReader, lambda path: ReplayIndex([path])):
        with pytest.raises(ArchiveError, match=message):
            make(stored(tmp_path / name, data))


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no archive .*nothing\.warc"):
        ArchiveReader(tmp_path / "nothing.warc")
    with pytest.raises(ArchiveError, match="holds no archive"):
        ArchiveReader(tmp_path)


def test_an_archive_without_pages(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="holds no archived page"):
        ReplayIndex([stored(tmp_path / "a.warc", INFO)])


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_file_cut_at_any_byte_gives_all_before(tmp_path: Path, compress: type[bytes]) -> None:
    parts = [compress(part) for part in (INFO, *PAGES[:2])]
    data = b"".join(parts)
    first = len(parts[0]) + len(parts[1])
    for size in range(20, len(data)):
        responses, problems = read(stored(tmp_path / "a.warc.gz", data[:size]))
        whole = (size >= first - 4 * (compress is bytes)) + (size >= len(data) - 4 * (compress is bytes))
        assert [response.body for response in responses] == FOUR[:whole]
        whole_file = size in (len(parts[0]), first) or compress is bytes
        assert whole_file or len(problems) == 1, size


def test_a_cut_whole_file_gzip(tmp_path: Path) -> None:
    pages = [record(f"https://x.org/{n}", PAGE + os.urandom(500).hex().encode()) for n in range(10)]
    data = gzip.compress(b"".join(pages))
    responses, problems = read(stored(tmp_path / "a.warc.gz", data[: len(data) // 2]))
    assert 3 <= len(responses) <= 6
    assert any("ends early" in problem for problem in problems)


def test_damage_in_the_middle_is_stepped_over(tmp_path: Path) -> None:
    damaged = bytearray(gzip.compress(PAGES[1]))
    damaged[40:44] = b"\xff" * 4
    zipped = [gzip.compress(PAGES[0]), bytes(damaged), gzip.compress(PAGES[2]), gzip.compress(PAGES[3])]
    for data in (zipped, [*zipped[:2], b"\0" * 100, *zipped[2:]], [PAGES[0], b"garbage\r\n\r\n", *PAGES[2:]]):
        responses, problems = read(stored(tmp_path / "a.warc.gz", *data))
        assert [response.body for response in responses] == [b"page 0", b"page 2", b"page 3"]
        assert "went on at byte" in problems[0]


@pytest.mark.parametrize("wrong", [-7, -1, 1, 30, 400, 10**9])
@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_wrong_content_length(tmp_path: Path, compress: type[bytes], wrong: int) -> None:
    block = PAGE + b"p" * 100
    odd = record("https://x.org/odd", block, length=len(block) + wrong)
    path = stored(tmp_path / "a.warc.gz", *map(compress, [PAGES[0], odd, PAGES[1], PAGES[2]]))
    responses, problems = read(path)
    assert [response.url[-3:] for response in responses] == ["g/0", "odd", "g/1", "g/2"]
    assert responses[1].body.rstrip() in (b"p" * 100, b"p" * min(100, 100 + wrong))
    assert [responses[n].body for n in (0, 2, 3)] == FOUR[:3]
    assert len(problems) == (wrong != 1)


@pytest.mark.parametrize("length", ["", "many", "-5", "1e3", "9" * 40])
def test_a_content_length_that_is_no_number(tmp_path: Path, length: str) -> None:
    odd = PAGES[1].replace(b"Content-Length: %d" % (len(PAGE) + 6), b"Content-Length: " + length.encode())
    for compress in (gzip.compress, bytes):
        responses, problems = read(stored(tmp_path / "a.warc.gz", *map(compress, [PAGES[0], odd, PAGES[2]])))
        assert [response.body for response in responses] == FOUR[:3]
        assert len(problems) == 1


def test_odd_http_messages(tmp_path: Path) -> None:
    blocks = [
        b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9 \xff\r\nX-Euro: \xe2\x82\xac\r\n\r\nbody",
        b"HTTP/1.0 404\n\nnot found",
        b"HTTP/2 200\r\nno colon here\r\nA: 1\r\n  folded\r\n\r\nx",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\ny",
        b"HTTP/1.1 abc\r\n\r\nz",
        b"no head at all",
        b"HTTP/1.1 200 OK\r\nA: b",
        b"",
    ]
    urls = [f"https://x.org/{n}" for n in range(len(blocks))]
    responses, problems = read(stored(tmp_path / "a.warc", *map(record, urls, blocks)))
    assert problems == []
    assert [(r.status, r.reason, r.body) for r in responses] == [
        (200, "OK", b"body"),
        (404, "", b"not found"),
        (200, "", b"x"),
        (201, "Created", b"y"),
        (0, "", b"z"),
        (200, "", b"no head at all"),
        (200, "OK", b""),
        (200, "", b""),
    ]
    assert responses[0].headers == ((b"X-Name", b"caf\xe9 \xff"), (b"X-Euro", b"\xe2\x82\xac"))
    assert responses[0].header("x-name") == "caf\xe9 \xff"
    assert responses[2].headers == ((b"A", b"1 folded"),)
    assert responses[2].header("Content-Type") is None


def test_odd_record_headers(tmp_path: Path) -> None:
    odd = (
        b"WARC/0.17\r\nwarc-type:response\r\nWARC-Target-URI: <https://x.org/a b>\r\n"
        b"WARC-Date: 20200102030405\r\n"
        b"X: \xff\xfe\r\n folded\r\ncontent-length: %d\r\n\r\n%s\r\n\r\n" % (len(PAGE), PAGE)
    )
    (response,), problems = read(stored(tmp_path / "a.warc", odd))
    assert problems == []
    assert response.url == "https://x.org/a%20b"
    assert response.fetched_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2020-05-06T07:08:09.123456789Z", 2020),
        ("2020-05-06", 2020),
        ("Wed, 06 May 2020 07:08:09 GMT", 2020),
        ("yesterday", 1970),
        ("0001-01-01T00:00:00+23:59", 1970),
        ("9999-12-31T23:59:59-10:00", 1970),
        ("1 Jan 99999999999999999999 00:00:00 GMT", 1970),
        ("", 1970),
    ],
)
def test_dates(tmp_path: Path, text: str, year: int) -> None:
    (response,), _ = read(stored(tmp_path / "a.warc", record("https://x.org/", PAGE, WARC_Date=text)))
    assert response.fetched_at.year == year
    assert response.fetched_at.tzinfo is UTC


def test_other_kinds_of_records_are_passed_over(tmp_path: Path) -> None:
    others = [
        record("https://x.org/r", b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record("https://x.org/m", b"a: b\r\n", kind="metadata"),
        record("urn:view:https://x.org/", b"png", kind="resource"),
        record("dns:x.org", b"192.0.2.1", kind="response"),
        record("https://x.org/s", PAGE, kind="response", WARC_Segment_Number="1"),
        record("https://x.org/s", b"rest", kind="continuation"),
    ]
    saved = record("https://x.org/saved", b"<p>", kind="resource", Content_Type="text/html")
    responses, _ = read(stored(tmp_path / "a.warc", INFO, *others, saved))
    assert [(r.url, r.body, r.header("Content-Type")) for r in responses] == [
        ("https://x.org/saved", b"<p>", "text/html")
    ]


def test_revisits_get_the_original_body(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nX: second\r\n\r\n"
    data = [
        record("https://x.org/a", PAGE + b"same", WARC_Payload_Digest="sha1:AA"),
        record("https://x.org/b", head, kind="revisit", WARC_Payload_Digest="sha1:AA"),
        record("https://x.org/c", b"", kind="revisit", WARC_Payload_Digest="sha1:AA"),
        record("https://x.org/d", head, kind="revisit", WARC_Payload_Digest="sha1:BB"),
    ]
    path = stored(tmp_path / "a.warc", *data)
    with ArchiveReader(path) as reader:
        responses = list(reader.responses())
        assert [(r.url[-1], r.status, r.body) for r in responses] == [
            ("a", 200, b"same"),
            ("b", 200, b"same"),
            ("c", 200, b"same"),
        ]
        assert responses[1].headers == ((b"X", b"second"),)
        assert responses[2].headers == ((b"Content-Type", b"text/html"),)
        assert len(reader.problems) == 1


def test_wrong_places_are_errors(tmp_path: Path) -> None:
    for compress in (gzip.compress, bytes):
        path = stored(tmp_path / "a.warc.gz", *map(compress, [INFO, *PAGES]))
        with ArchiveReader(path) as reader:
            for offset in (0, 3, 10**9):
                with pytest.raises(ArchiveError):
                    reader.response(path.name, offset)
            with pytest.raises(ArchiveError, match="has no file"):
                reader.response("other.warc.gz", 0)


def test_a_bomb_in_one_record_takes_little_memory(tmp_path: Path) -> None:
    bomb = record("https://x.org/bomb", PAGE + bytes(64 << 20))
    path = stored(tmp_path / "a.warc.gz", gzip.compress(PAGES[0]), gzip.compress(bomb, 1), gzip.compress(PAGES[1]))
    del bomb
    start()
    try:
        with ReplayIndex([path]) as index:
            assert list(index.urls()) == ["https://x.org/0", "https://x.org/bomb", "https://x.org/1"]
        assert get_traced_memory()[1] < 8 << 20
    finally:
        stop()


def test_the_whole_sites_of_the_corpus(corpus_sites: list[Path]) -> None:
    for path in corpus_sites:
        with ReplayIndex([path]) as index:
            urls = list(index.urls())
            assert len(urls) > 50
            for url in urls[:: len(urls) // 25]:
                response = index.lookup(url)
                assert response is not None
                assert response.status in (200, 301, 302, 404)
            assert index.problems == []
            assert sum(index.hosts().values()) == len(urls)
        with ArchiveReader(path) as reader:
            assert sum(1 for _ in reader.responses()) >= len(urls)


@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("a.warc", "\u00b2"),
        ("a.warc", "\u0660"),
        ("a.warc", "-1"),
        ("a.warc", "9" * 5000),
        ("a.warc", "9" * 20),
        ("a.warc", "9" * 12),
        ("\u00e4" * 200, "0"),
        ("..", "0"),
        ("", "0"),
    ],
)
def test_a_revisit_that_tells_nonsense_of_its_place_costs_itself_alone(tmp_path: Path, name: str, offset: str) -> None:
    url = "https://x.org/odd"
    odd = record(url, PAGE, kind="revisit", WARC_Refers_To_Filename=name, WARC_Refers_To_File_Offset=offset)
    path = stored(tmp_path / "a.warc", PAGES[0], odd, PAGES[1])
    responses, problems = read(path)
    assert [response.body for response in responses] == FOUR[:2]
    assert [problem.rpartition(": ")[2] for problem in problems] == ["a revisit of a page that is not in the archive"]
    with ReplayIndex([path]) as index:
        assert index.lookup(url) is None
