"""Files of any bytes: archives give what is whole in them, imports give rows or one clear line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losi.errors import Failure
from losi.labels import read_labels
from losi.manifest import read_manifest
from losi.portal_files import read_portals
from review.errors import Refused
from review.workbook.reading import read_book
from storage.archive import ArchiveReader, ArchiveWriter
from storage.errors import StorageError
from tests.properties.profile import tried, tried_less

_AT = datetime(2026, 3, 1, tzinfo=UTC)
_URLS = tuple(f"https://town.example/{number}" for number in range(6))
CHANGES = st.lists(
    st.tuples(st.floats(0, 0.999), st.sampled_from(["set", "cut", "drop", "repeat", "insert"]), st.binary(max_size=6)),
    min_size=1,
    max_size=4,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["id", "labels", "code", "220"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "file", "url", "labels", "code", "language", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
LINES = st.lists(JSON.map(json.dumps) | st.text(max_size=10), max_size=5).map("\n".join)
TABLES = st.lists(
    st.lists(
        st.text(max_size=6)
        | st.sampled_from(["url", "name", "kind", "country", "verified", "city", "CHE", "2026-01-01", "https://x.org"]),
        max_size=6,
    ).map(lambda row: ",".join(row)),
    max_size=6,
).map("\n".join)


@cache
def _archive() -> tuple[bytes, tuple[int, ...]]:
    """A small archive, and where each page's record ends."""
    with TemporaryDirectory() as folder:
        ends = []
        with ArchiveWriter(folder, "run") as writer:
            for number, url in enumerate(_URLS):
                body = b"<p>Page %d</p>" % number * 30
                place = writer.write_response(url, 200, "OK", ((b"Content-Type", b"text/html"),), body, _AT)
                ends.append(place.offset + place.length)
        return next(Path(folder).glob("*.warc.gz")).read_bytes(), tuple(ends)


@cache
def _book() -> bytes:
    """A small workbook."""
    out, book = io.BytesIO(), openpyxl.Workbook()
    sheet = book.create_sheet("Portals", 0)
    for row in (("kind", "country", "name", "url"), ("city", "CHE", "Town", "https://town.example")):
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def _changed(data: bytes, changes: Sequence[tuple[float, str, bytes]]) -> bytes:
    """The file after these changes at places from 0 (its begin) to 1 (its end)."""
    for place, kind, piece in changes:
        at, size = int(place * len(data)), max(1, len(piece))
        after = {"set": at + len(piece), "cut": len(data), "drop": at + size, "repeat": at, "insert": at}[kind]
        between = data[max(0, at - 50) : at] if kind == "repeat" else b"" if kind in ("cut", "drop") else piece
        data = data[:at] + between + data[after:]
    return data


@contextmanager
def _one_line() -> Iterator[None]:
    """A failure is told, and in one line."""
    failures: list[str] = []
    try:
        yield
    except Failure as error:
        failures.append(error.format_message())
    assert not any("\n" in text for text in failures)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a file is written to."""
    return tmp_path / "file"


@tried_less
@given(CHANGES)
def test_a_changed_archive_gives_what_is_whole(tmp_path: Path, changes: list[tuple[float, str, bytes]]) -> None:
    path = tmp_path / "a.warc.gz"
    before, ends = _archive()
    path.write_bytes(after := _changed(before, changes))
    whole = [url for url, end in zip(_URLS, ends, strict=True) if after[:end] == before[:end]]
    found = []
    with suppress(StorageError), ArchiveReader(path) as reader:
        found = [response.url for response in reader.responses()]
    assert found[: len(whole)] == whole


@tried_less
@given(
    st.binary(max_size=200) | st.binary(max_size=80).map(b"WARC/1.1\r\n".__add__) | st.binary().map(b"\x1f\x8b".__add__)
)
def test_any_file_is_an_archive_or_an_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "b.warc.gz"
    path.write_bytes(data)
    with suppress(StorageError), ArchiveReader(path) as reader:
        assert list(reader.responses()) == []


@tried_less
@given(CHANGES)
def test_an_archive_that_broke_is_gone_on_with_or_left_alone(changes: list[tuple[float, str, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run-00000.warc.gz"
        path.write_bytes(before := _changed(_archive()[0], changes))
        try:
            with ArchiveWriter(folder, "run") as writer:
                writer.write_response("https://town.example/new", 200, "OK", (), b"new", _AT)
        except StorageError:
            assert path.read_bytes() == before
            return
        with ArchiveReader(path) as reader:
            assert [response.url for response in reader.responses()][-1] == "https://town.example/new"


@tried
@given(LINES | st.binary(max_size=80).map(lambda data: data.decode("latin-1")))
def test_labels_and_manifests_of_any_text(file: Path, text: str) -> None:
    file.write_text(text, "utf-8", errors="surrogatepass")
    assert all(row.id is not None for row in read_manifest(file))
    with _one_line():
        assert isinstance(read_labels(file), dict)


@tried
@given(TABLES.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=120))
def test_portal_lists_of_any_bytes(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with _one_line():
        for row in read_portals(file):
            assert getattr(row, "url", "") or getattr(row, "message", "")


@tried_less
@given(CHANGES)
def test_changed_workbooks_are_read_or_refused(file: Path, changes: list[tuple[float, str, bytes]]) -> None:
    file.write_bytes(_changed(_book(), changes))
    with _one_line():
        list(read_portals(file))
    with pytest.raises(Refused):
        read_book(file)
