"""Which archived response answers which URL."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.archive import ArchiveWriter, ReplayIndex, surt
from storage.archive.record import digest
from storage.errors import ArchiveError

AT = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def archive_of(folder: Path, *pages: tuple[str, int, str]) -> Iterator[ReplayIndex]:
    """An index of pages (url, status, text), one day apart; the text of a redirect is its Location."""
    with ArchiveWriter(folder, "run") as archive:
        for day, (url, status, text) in enumerate(pages):
            headers = ((b"Location", text.encode()),) if status // 100 == 3 else ()
            archive.write_response(url, status, "", headers, text.encode(), AT + timedelta(days=day))
    with ReplayIndex([folder]) as index:
        yield index


def found(index: ReplayIndex, url: str) -> str | None:
    response = index.lookup(url)
    return None if response is None else response.body.decode()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.ORG:443/a?b=1&a=2#f", "org,example,www)/a?b=1&a=2"),
        ("http://example.org", "org,example)/"),
        ("http://example.org:80/", "org,example)/"),
        ("http://example.org:8080/x", "org,example:8080)/x"),
        ("https://example.org:80/", "org,example:80)/"),
        ("https://example.org./?", "org,example)/"),
        ("https://user:pw@example.org/", "org,example)/"),
        ("https://192.0.2.1/a", "192.0.2.1)/a"),
        ("https://[2001:DB8::1]:8443/", "2001:db8::1:8443)/"),
        ("https://münchen.de/Straße%7ea%2fb", "de,xn--mnchen-3ya)/Stra%C3%9Fe~a%2Fb"),
        ("https://x.org/a b?q=ü", "org,x)/a%20b?q=%C3%BC"),
        ("https://gießen.de/", "de,xn--gieen-nqa)/"),
        ("https://xn--gieen-nqa.de/", "de,xn--gieen-nqa)/"),
        ("https://GIESSEN.de/", "de,giessen)/"),
        ("  https://x.org/A\t", "org,x)/A"),
        ("https://x.org/\ud800", "org,x)/%ED%A0%80"),
        ("mailto:a@x.org", "mailto:a@x.org"),
        ("https://[bad/", "https://[bad/"),
        ("https://x.org:99999/a", "https://x.org:99999/a"),
        ("", ""),
    ],
)
def test_keys(url: str, key: str) -> None:
    assert surt(url) == key


@pytest.mark.parametrize("asked", ["https://gießen.de/a?c=1&b=2", "https://xn--gieen-nqa.de:443/a?b=2&c=1"])
def test_what_was_archived_under_a_host_of_2003_is_found(tmp_path: Path, asked: str) -> None:
    with archive_of(tmp_path, ("https://giessen.de/a?b=2&c=1", 200, "before")) as index:
        assert found(index, asked) == "before"
        assert found(index, "https://straße.de/") is None
        assert index.lookup("https://münchen.de/a?b=2&c=1") is None


def test_the_host_of_today_goes_before_that_of_2003(tmp_path: Path) -> None:
    pages = (("https://giessen.de/", 200, "another town"), ("https://gießen.de/", 200, "the town"))
    with archive_of(tmp_path, *pages) as index:
        assert found(index, "http://xn--gieen-nqa.de/") == "the town"
        assert found(index, "http://giessen.de/") == "another town"


def test_the_exact_url_wins(tmp_path: Path) -> None:
    pages = (
        ("http://x.org/a", 200, "plain"),
        ("https://x.org/a", 200, "secure"),
        ("https://x.org/a/", 200, "slash"),
    )
    with archive_of(tmp_path, *pages) as index:
        assert [found(index, url) for url, _, _ in pages] == ["plain", "secure", "slash"]
        assert found(index, "https://X.org:443/a#part") == "plain"


def test_spellings_of_one_address(tmp_path: Path) -> None:
    with archive_of(tmp_path, ("https://www.x.org", 200, "home"), ("https://x.org/%7Eme", 200, "me")) as index:
        for url in (
            "https://www.x.org/",
            "http://www.x.org",
            "https://WWW.X.ORG:443/#top",
            "http://www.x.org:80/",
        ):
            assert found(index, url) == "home"
        assert found(index, "https://x.org/~me") == "me"
        assert found(index, "https://x.org/") is None
        assert found(index, "https://www.x.org/other") is None
        assert found(index, "https://x.org/~ME") is None


def test_the_order_of_the_query_counts_first(tmp_path: Path) -> None:
    pages = (
        ("https://x.org/?b=2&a=1", 200, "ba"),
        ("https://x.org/?a=1&b=2", 200, "ab"),
        ("https://x.org/?c", 200, "c"),
    )
    with archive_of(tmp_path, *pages) as index:
        assert found(index, "http://x.org/?a=1&b=2") == "ab"
        assert found(index, "http://x.org/?b=2&a=1") == "ba"
    with archive_of(tmp_path / "one", ("https://x.org/?b=2&a=1&c=3", 200, "bac")) as index:
        assert found(index, "https://x.org/?a=1&b=2&c=3") == "bac"
        assert found(index, "https://x.org/?a=1&b=2") is None


def test_of_many_captures_the_first_good_one(tmp_path: Path) -> None:
    pages = (
        ("https://x.org/", 503, "down"),
        ("https://x.org/", 200, "first"),
        ("https://x.org/", 200, "second"),
    )
    with archive_of(tmp_path, *pages) as index:
        assert found(index, "https://x.org/") == "first"
        assert len(index) == 1
    with archive_of(tmp_path / "bad", ("https://x.org/", 404, "gone"), ("https://x.org/", 500, "oops")) as index:
        assert found(index, "https://x.org/") == "gone"


@pytest.mark.parametrize("length", [15, 20, 30])
def test_of_two_captures_that_one_that_can_be_unpacked(tmp_path: Path, length: int) -> None:
    url, whole = "https://villa.example/x", gzip.compress(b"the whole page", mtime=0)
    packed = ((b"Content-Encoding", b"gzip"),)
    with ArchiveWriter(tmp_path, "run") as archive:
        for body in (whole[:length], whole, b"a later day"):
            archive.write_response(url, 200, "", packed, body, AT)
    with ReplayIndex([tmp_path]) as index:
        response = index.lookup(url.upper().replace("X", "x"))
        assert response is not None
        assert response.body == whole


def test_a_redirect_to_https_does_not_turn_in_circles(tmp_path: Path) -> None:
    pages = (
        ("http://x.org/", 301, "https://x.org/"),
        ("http://x.org/a", 301, "/b"),
        ("http://x.org/b", 200, "b"),
    )
    with archive_of(tmp_path, *pages) as index:
        assert found(index, "http://x.org/") == "https://x.org/"
        assert found(index, "https://x.org/") is None
        assert found(index, "https://x.org/a") == "/b"
        assert "https://x.org/b" in index


def test_what_an_index_tells(tmp_path: Path) -> None:
    pages = ("https://x.org/", 200, ""), ("https://y.org:8080/", 200, ""), ("https://x.org/a", 404, "")
    with archive_of(tmp_path, *pages) as index:
        assert list(index.urls()) == [url for url, _, _ in pages]
        assert index.hosts() == {"x.org": 2, "y.org:8080": 1}
        assert index.dates == (AT, AT + timedelta(days=2))
        response = index.lookup("https://x.org/a")
        assert response is not None
        assert (response.status, response.fetched_at) == (404, AT + timedelta(days=2))
        assert response.capture.startswith("urn:uuid:")


def test_several_archives(tmp_path: Path) -> None:
    for name in ("b", "a"):
        with archive_of(tmp_path / name, (f"https://{name}.org/", 200, name), ("https://c.org/", 200, name)):
            pass
    with ReplayIndex([tmp_path / "b", tmp_path / "a" / "run-00000.warc.gz"]) as index:
        assert [found(index, f"https://{host}.org/") for host in "abc"] == ["a", "b", "b"]


def test_no_paths() -> None:
    with pytest.raises(ArchiveError):
        ReplayIndex([])


def test_revisits_by_warcio(tmp_path: Path) -> None:
    """Revisits before their original, without its digest, and of pages that were never archived."""
    path = tmp_path / "a.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file)
        head = StatusAndHeaders("200 OK", [("X", "again")], protocol="HTTP/1.1")
        early = writer.create_revisit_record(
            "https://x.org/early", digest(b"body"), "https://x.org/", "2020-01-01T00:00:00Z", http_headers=head
        )
        unchanged = writer.create_revisit_record(
            "https://x.org/u",
            "sha1:Z",
            "https://x.org/",
            "2020-01-01T00:00:00Z",
            http_headers=StatusAndHeaders("304 Not Modified", [("E", "1")], protocol="HTTP/1.1"),
        )
        unchanged.rec_headers.remove_header("WARC-Payload-Digest")
        empty = writer.create_revisit_record(
            "https://x.org/empty", digest(b""), "https://x.org/", "2020-01-01T00:00:00Z"
        )
        lost = writer.create_revisit_record(
            "https://x.org/lost", "sha1:B", "https://x.org/nowhere", "2020-01-01T00:00:00Z", http_headers=head
        )
        from io import BytesIO

        page = writer.create_warc_record(
            "https://x.org/",
            "response",
            payload=BytesIO(b"body"),
            http_headers=StatusAndHeaders("200 OK", [("X", "one")], protocol="HTTP/1.1"),
        )
        moved = writer.create_warc_record(
            "https://x.org/moved",
            "response",
            payload=BytesIO(b""),
            http_headers=StatusAndHeaders("302 Found", [("Location", "/")], protocol="HTTP/1.1"),
        )
        for record in (early, unchanged, empty, lost, moved, page):
            writer.write_record(record)
    with ReplayIndex([path]) as index:
        for url, header in (
            ("https://x.org/early", "again"),
            ("https://x.org/u", "one"),
            ("https://x.org/empty", "one"),
            ("https://x.org/", "one"),
        ):
            response = index.lookup(url)
            assert response is not None
            assert (response.url, response.status, response.body) == (url, 200, b"body")
            assert response.header("X") == header
        assert index.lookup("https://x.org/lost") is None
        assert ["lost" in str(problem) for problem in index.problems] == [True]


def test_memory_grows_by_urls_not_by_bodies(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "run") as archive:
        for number in range(2000):
            archive.write_response(f"https://x.org/page/{number}", 200, "OK", (), bytes(50_000), AT)
    tracemalloc.start()
    try:
        with ReplayIndex([tmp_path]) as index:
            held, peak = tracemalloc.get_traced_memory()
            assert len(index) == 2000
    finally:
        tracemalloc.stop()
    assert held < 2000 * 1000
    assert peak < 2000 * 1000 + (4 << 20)
