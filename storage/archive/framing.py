"""Finds the records in one WARC file, gzip or not, and goes on behind whatever is damaged."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storage.archive.gzip_member import MAGIC, GzipMember

_WARC = b"WARC/"
_FIRST = 1 << 20
"""Clear bytes within which damage to the first member of a file shows."""

_LINE = 1 << 16
_HEAD_LINES = 1000
_SCAN = 1 << 20

Report = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record: `offset` and `length` are bytes in the file as it lies there; header names are in lower case.

    `cut`: the block is longer than the reader keeps.
    """

    offset: int
    length: int
    headers: dict[str, str]
    block: bytes
    cut: bool = False

    @property
    def kind(self) -> str:
        return self.headers.get("warc-type", "").strip().lower()

    @property
    def url(self) -> str:
        return self.headers.get("warc-target-uri", "").strip().strip("<>").replace(" ", "%20")


class MisalignedError(Exception):
    """Gzip members and records do not fall together, so a record has no offset of its own in the file."""


class NotARecordError(Exception):
    """No record begins here."""


@dataclass(frozen=True, slots=True)
class _Frames(ABC):
    """The records of a file of `size` bytes; of a block, `keep` bytes at most. Damage is reported with its offset."""

    file: BinaryIO
    size: int
    keep: int
    report: Report

    def __iter__(self) -> Iterator[RawRecord]:
        offset: int | None = 0
        while offset is not None and offset < self.size:
            record, offset = self.read(offset)
            if record is not None:
                yield record

    @abstractmethod
    def read(self, offset: int) -> tuple[RawRecord | None, int | None]:
        """The record at `offset` (None if it is damaged) and the offset of the next (None at the end)."""


@dataclass(frozen=True, slots=True)
class GzipFrames(_Frames):
    """The records of a file that holds one record per gzip member (as the WARC standard recommends)."""

    def read(self, offset: int) -> tuple[RawRecord | None, int | None]:
        """The record at `offset` (None if it is damaged) and the offset of the next (None at the end).

        Raises `MisalignedError` where the member does not hold exactly one record.
        """
        member = GzipMember(self.file, offset)
        with io.BufferedReader(member, 1 << 16) as stream:
            headers, stray = _head_or_stray(stream)
            declared = declared_length(headers or {})
            block, size = read_block(stream, declared, self.keep)
            rest = _after_blank(stream)
            if (stray and not member.broken) or rest.startswith(_WARC):
                raise MisalignedError
            _drain(stream)
            if member.broken:
                following = self._next_member(offset + 1)
                self.report(offset, _damage(member.broken, following))
                return None, following
            end = member.end
        if headers is None:
            return None, end
        if declared is None:
            block = block.removesuffix(b"\r\n\r\n")
            self.report(offset, "the record does not say its length")
        elif size < declared:
            if not self._begins_record(end):
                raise MisalignedError
            self.report(offset, f"the record says {declared} bytes and has {size}")
        elif rest:
            self.report(offset, f"the record is longer than the {declared} bytes it says")
        return RawRecord(offset, end - offset, headers, block, size > self.keep), end

    def begins_damaged(self) -> bool:
        """Whether the first member is damaged and a record follows it."""
        member = GzipMember(self.file, 0)
        with io.BufferedReader(member, 1 << 16) as stream:
            stream.read(_FIRST)
        return bool(member.broken) and self._next_member(1) is not None

    def _begins_record(self, offset: int) -> bool:
        with io.BufferedReader(GzipMember(self.file, offset), 512) as stream:
            start = stream.read(len(_WARC))
        return start in (_WARC, b"")

    def _next_member(self, start: int) -> int | None:
        found = find(self.file, MAGIC, start)
        while found is not None:
            with io.BufferedReader(GzipMember(self.file, found), 512) as stream:
                if stream.read(len(_WARC)) == _WARC:
                    return found
            found = find(self.file, MAGIC, found + 1)
        return None


@dataclass(frozen=True, slots=True)
class PlainFrames(_Frames):
    """The records of an uncompressed file."""

    def read(self, offset: int) -> tuple[RawRecord | None, int | None]:
        """The record at `offset` (None if it is damaged) and the offset of the next (None at the end)."""
        self.file.seek(offset)
        offset += _skip_blank(self.file)
        try:
            headers = read_head(self.file)
        except NotARecordError:
            following = self._next_record(offset + 1)
            self.report(offset, _damage("no record begins here", following))
            return None, following
        if headers is None:
            return None, None
        start = self.file.tell()
        end = self._end(offset, start, declared_length(headers))
        if end is None:
            self.report(offset, "the last record is cut off")
            return None, None
        self.file.seek(start)
        block = self.file.read(min(self.keep, end - start))
        return RawRecord(offset, end - offset, headers, block, end - start > self.keep), end

    def _end(self, offset: int, start: int, declared: int | None) -> int | None:
        """Where the block ends that begins at `start`; None if the file ends before it."""
        if declared is not None and start + declared <= self.size and self._between(start + declared):
            return start + declared
        following = self._next_record(start)
        if following is None and (declared is None or start + declared > self.size):
            return None
        self.report(offset, "the record has not the length it says")
        if following is not None:
            return max(start, following - 4)
        return self.size

    def _between(self, position: int) -> bool:
        self.file.seek(position)
        following = self.file.read(64)
        return following.startswith(b"\r\n\r\n") or _WARC.startswith(following.lstrip(b"\r\n")[:5])

    def _next_record(self, start: int) -> int | None:
        found = find(self.file, b"\r\n\r\n" + _WARC, max(start - 4, 0))
        return None if found is None else found + 4


def read_head(stream: BinaryIO | io.BufferedReader[GzipMember]) -> dict[str, str] | None:
    """The record headers at the stream's position, names in lower case; None at the end of the stream."""
    line = stream.readline(_LINE)
    while line in (b"\r\n", b"\n"):
        line = stream.readline(_LINE)
    if not line:
        return None
    if not line.startswith(_WARC):
        raise NotARecordError
    headers: dict[str, str] = {}
    name = ""
    for _ in range(_HEAD_LINES):
        line = stream.readline(_LINE)
        text = _text(line).rstrip("\r\n")
        if not line.endswith(b"\n"):
            break
        if not text:
            return headers
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        name = name.strip().lower()
        headers.setdefault(name, value.strip())
    raise NotARecordError


def _head_or_stray(stream: io.BufferedReader[GzipMember]) -> tuple[dict[str, str] | None, bool]:
    try:
        return read_head(stream), False
    except NotARecordError:
        return None, True


def declared_length(headers: dict[str, str]) -> int | None:
    """The record's Content-Length; None if there is none that makes sense."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def read_block(stream: io.BufferedReader[GzipMember], declared: int | None, keep: int) -> tuple[bytes, int]:
    """At most `keep` bytes of a block of `declared` bytes (None: to the end), and how many it really has."""
    pieces = []
    size = 0
    while piece := stream.read(_SCAN if declared is None else min(_SCAN, declared - size)):
        if size < keep:
            pieces.append(piece[: keep - size])
        size += len(piece)
    return b"".join(pieces), size


def find(file: BinaryIO, needle: bytes, start: int) -> int | None:
    """The offset of the first `needle` at or behind `start`."""
    overlap = b""
    file.seek(start)
    position = start
    while piece := file.read(_SCAN):
        window = overlap + piece
        if (found := window.find(needle)) >= 0:
            return position - len(overlap) + found
        position += len(piece)
        overlap = window[-(len(needle) - 1) :]
    return None


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _damage(what: str, following: int | None) -> str:
    if following is None:
        return f"the record cannot be read: {what}; nothing readable follows"
    return f"the record cannot be read: {what}; went on at byte {following}"


def _after_blank(stream: io.BufferedReader[GzipMember]) -> bytes:
    """The first few bytes behind the blank lines that end a record."""
    return stream.read(64).lstrip(b"\r\n")


def _skip_blank(file: BinaryIO) -> int:
    start = file.tell()
    while (line := file.read(_LINE)) and not line.strip(b"\r\n"):
        pass
    skipped = file.tell() - len(line.lstrip(b"\r\n")) - start
    file.seek(start + skipped)
    return skipped


def _drain(stream: io.BufferedReader[GzipMember]) -> None:
    while stream.read(_SCAN):
        pass
