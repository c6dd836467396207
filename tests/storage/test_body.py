"""Bodies as servers really send them: compressed, chunked, lying, broken, and bombs."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from storage.archive import decoded_body
from storage.archive.body import DecodedBody
from storage.archive.message import HeaderPairs

TEXT = b"<p>Budget 2026</p>" * 50
PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def encoded(*names: str) -> HeaderPairs:
    return ((b"Content-Encoding", ", ".join(names).encode()),)


@pytest.mark.parametrize("name", PACKERS)
@given(data=st.binary(max_size=200))
def test_every_encoding(name: str, data: bytes) -> None:
    result = decoded_body(encoded(name.upper()), PACKERS[name](data * 400), 1 << 20)
    assert (result.body, result.truncated, result.problems) == (data * 400, False, ())


def test_raw_deflate() -> None:
    packer = zlib.compressobj(wbits=-15)
    assert decoded_body(encoded("deflate"), packer.compress(TEXT) + packer.flush(), 10**6).body == TEXT


def test_encodings_on_each_other() -> None:
    twice = brotli.compress(gzip.compress(TEXT))
    assert decoded_body(encoded("gzip", "br"), twice, 10**6).body == TEXT
    apart = ((b"content-encoding", b"gzip"), (b"CONTENT-ENCODING", b"br"))
    assert decoded_body(apart, twice, 10**6).body == TEXT


def test_gzip_of_many_members() -> None:
    assert decoded_body(encoded("gzip"), gzip.compress(TEXT) + gzip.compress(TEXT), 10**6).body == TEXT * 2
    assert decoded_body(encoded("gzip"), gzip.compress(TEXT) + b"\0" * 9, 10**6).body == TEXT


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_million_members_stop_at_some_thousand(name: str) -> None:
    member = PACKERS[name](TEXT)
    assert decoded_body(encoded(name), member * 5_000, 10**7).body == TEXT * 5_000
    result = decoded_body(encoded(name), member * 200 + PACKERS[name](b"") * 1_000_000, 10**7)
    assert result.body == TEXT * 200
    assert len(result.problems) == 1
    assert "too many" in result.problems[0]


@pytest.mark.parametrize("name", PACKERS)
def test_what_is_not_compressed_is_passed_through(name: str) -> None:
    result = decoded_body(encoded(name), TEXT, 10**6)
    assert result.body == TEXT
    assert result.problems == (f"the body is not {name}, as its headers say",)
    assert decoded_body(encoded(name), b"", 10**6) == DecodedBody(b"")


@pytest.mark.parametrize("name", PACKERS)
def test_what_is_cut_off_gives_its_beginning(name: str) -> None:
    import random

    noise = random.Random(7).randbytes(300_000)
    packed = PACKERS[name](noise)
    result = decoded_body(encoded(name), packed[: len(packed) // 2], 10**6)
    assert noise.startswith(result.body)
    assert len(result.body) > 50_000
    assert "damaged" in result.problems[0]


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_stops_at_the_limit(name: str) -> None:
    bomb = PACKERS[name](bytes(32 << 20))
    tracemalloc.start()
    try:
        result = decoded_body(encoded(name), bomb, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()
    assert result.truncated
    assert result.body == bytes(1 << 20)


def test_a_bomb_in_a_bomb() -> None:
    bomb = gzip.compress(gzip.compress(bytes(200 << 20)))
    result = decoded_body(encoded("gzip", "gzip"), bomb, 1 << 20)
    assert result.truncated
    assert len(result.body) == 1 << 20


def test_the_limit_itself_is_not_too_much() -> None:
    for body, truncated in ((bytes(10), False), (bytes(11), True)):
        assert decoded_body((), body, 10).truncated is truncated
        result = decoded_body(encoded("gzip"), gzip.compress(body), 10)
        assert (result.truncated, len(result.body)) == (truncated, 10)


CHUNKED: HeaderPairs = ((b"Transfer-Encoding", b"chunked"),)


@pytest.mark.parametrize(
    ("body", "clear", "problems"),
    [
        (b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", b"hello world", 0),
        (b"5\nhello\n0\n\n", b"hello", 0),
        (b"0\r\n\r\n", b"", 0),
        (b"not chunked at all", b"not chunked at all", 0),
        (b"<html>", b"<html>", 0),
        (b"", b"", 0),
        (b"5\r\nhello\r\nff\r\nrest", b"hellorest", 1),
        (b"5\r\nhello\r\n", b"hello", 1),
        (b"ffffffffffffff\r\nx", b"x", 1),
    ],
)
def test_chunks(body: bytes, clear: bytes, problems: int) -> None:
    result = decoded_body(CHUNKED, body, 100)
    assert (result.body, len(result.problems)) == (clear, problems)


def test_chunks_around_gzip() -> None:
    packed = gzip.compress(TEXT)
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    assert decoded_body((*CHUNKED, *encoded("gzip")), body, 10**6).body == TEXT


def test_html_that_is_gzip_without_saying_so() -> None:
    html = ((b"Content-Type", b"text/html; charset=utf-8"),)
    assert decoded_body(html, gzip.compress(TEXT), 10**6).body == TEXT
    archive = ((b"Content-Type", b"application/gzip"),)
    assert decoded_body(archive, gzip.compress(TEXT), 10**6).body == gzip.compress(TEXT)


@pytest.mark.parametrize("value", [b"identity", b"", b"none", b" , "])
def test_no_encoding(value: bytes) -> None:
    result = decoded_body(((b"Content-Encoding", value),), TEXT, 10**6)
    assert (result.body, result.problems) == (TEXT, ())


def test_an_unknown_encoding_is_said() -> None:
    result = decoded_body(encoded("lzma"), TEXT, 10**6)
    assert (result.body, result.problems) == (TEXT, ("unknown Content-Encoding 'lzma'",))


@given(body=st.binary(max_size=500), name=st.sampled_from([*PACKERS, "utf-8", "\xff"]), chunked=st.booleans())
def test_no_body_breaks_it(body: bytes, name: str, chunked: bool) -> None:
    headers = ((b"Content-Encoding", name.encode("latin-1")), *(CHUNKED if chunked else ()))
    assert len(decoded_body(headers, body, 1000).body) <= 1000


@pytest.mark.parametrize("name", PACKERS)
def test_of_what_is_cut_off_before_anything_can_be_read_nothing_is_left(name: str) -> None:
    """zstandard and brotli give nothing before a block is whole; raw bytes are no text of the page."""
    result = decoded_body(encoded(name), PACKERS[name](TEXT)[:12], 10**6)
    assert (TEXT.startswith(result.body), result.damaged) == (True, True)


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_of_what_is_damaged_at_its_beginning_nothing_is_left(name: str) -> None:
    packed = bytearray(PACKERS[name](TEXT))
    packed[4:24] = bytes(20)
    result = decoded_body(encoded(name), bytes(packed), 10**6)
    assert (result.body, result.damaged) == (b"", True)


def test_a_short_text_that_is_not_compressed_is_passed_through() -> None:
    """For brotli it ends early: its first bytes might be those of a longer body."""
    assert decoded_body(encoded("br"), b"ok", 100) == DecodedBody(
        b"ok", problems=("the body is not br, as its headers say",)
    )
