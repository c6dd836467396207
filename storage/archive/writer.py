"""Writes the archive of one run: WARC 1.1, a gzip member per record, a CDXJ index at the end."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.archive.cdxj import cdxj_line, write_cdxj
from storage.archive.message import header
from storage.archive.record import (
    digest,
    gzipped,
    http_block,
    new_record_id,
    record_bytes,
    warc_date,
)
from storage.archive.recovery import append_to, recover
from storage.archive.revisit import Original, Sameness, revisit_fields
from storage.errors import StorageError, explain_os

LEVEL = 1
"""gzip -1 takes two fifths of the time of -6 and gives files a quarter larger (measured on 83 KB pages)."""
ROTATE_AT = 1 << 30


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record lies: `file` in the archive's folder, `offset`, `length` in bytes, payload digest."""

    file: str
    offset: int
    length: int
    record_id: str
    digest: str


class ArchiveWriter:
    """Appends records to `<name>-00000.warc.gz`, `-00001` ... in `folder`; one process at a time.

    Every record is handed to the operating system before the call returns, so a killed process loses none.
    Opening an archive again cuts off a record that was torn (`problems` says so) and goes on behind the last
    whole one. `info` goes into each file's warcinfo record. Raises `StorageError`.
    """

    def __init__(
        self,
        folder: str | Path,
        name: str,
        *,
        info: Mapping[str, str] | None = None,
        level: int = LEVEL,
        rotate_at: int = ROTATE_AT,
    ) -> None:
        self.folder = Path(folder)
        self.name = name
        self._info = dict(info or {})
        self._level = level
        self._rotate_at = rotate_at
        self._descriptor = -1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = recover(self.folder, name)
        except OSError as error:
            raise self._failure(error) from error
        self.problems = found.problems
        self._index = found.index
        self._number = found.number
        try:
            self._open()
        except BaseException:
            self._release()
            raise

    @property
    def index_path(self) -> Path:
        """Where the CDXJ index is written by `close`."""
        return self.folder / f"{self.name}.cdxj"

    def write_response(
        self,
        url: str,
        status: int,
        reason: str,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
        fetched_at: datetime,
        *,
        ip: str | None = None,
        truncated: str | None = None,
    ) -> RecordPlace:
        """Appends a response as received; `truncated` is WARC's word for a body that was cut."""
        block = http_block(status, reason, headers, body)
        fields = {
            "WARC-Target-URI": url,
            "WARC-Payload-Digest": digest(body),
            "WARC-IP-Address": ip,
            "WARC-Truncated": truncated,
        }
        place = self._write("response", fields, block, fetched_at, "application/http; msgtype=response")
        mime = (header(tuple(headers), "Content-Type") or "unk").partition(";")[0].strip().lower()
        self._index.append(
            cdxj_line(
                url,
                fetched_at.astimezone(UTC),
                mime=mime or "unk",
                status=status,
                digest=place.digest.removeprefix("sha1:"),
                length=place.length,
                offset=place.offset,
                filename=place.file,
            )
        )
        return place

    def write_revisit(
        self,
        url: str,
        original: Original,
        why: Sameness,
        status: int,
        reason: str,
        headers: Sequence[tuple[bytes, bytes]],
        fetched_at: datetime,
        *,
        ip: str | None = None,
    ) -> RecordPlace:
        """Appends that the page at `url` is as in the record `original`; the head of the new answer is kept."""
        fields = {"WARC-Target-URI": url, "WARC-IP-Address": ip, **revisit_fields(original, why)}
        block = http_block(status, reason, headers, b"")
        place = self._write("revisit", fields, block, fetched_at, "application/http; msgtype=response")
        self._index.append(
            cdxj_line(
                url,
                fetched_at.astimezone(UTC),
                mime="warc/revisit",
                status=status,
                digest=place.digest.removeprefix("sha1:"),
                length=place.length,
                offset=place.offset,
                filename=place.file,
            )
        )
        return place

    def write_resource(
        self, url: str, content_type: str, body: bytes, made_at: datetime, *, concurrent_to: str | None = None
    ) -> RecordPlace:
        """Appends a file made from the response `concurrent_to` (its id): a rendered DOM, a screenshot."""
        fields = {
            "WARC-Target-URI": url,
            "WARC-Payload-Digest": digest(body),
            "WARC-Concurrent-To": concurrent_to,
        }
        return self._write("resource", fields, body, made_at, content_type)

    def write_conversion(
        self, url: str, content_type: str, body: bytes, made_at: datetime, refers_to: str
    ) -> RecordPlace:
        """Appends another form of the response `refers_to` (its id) under its URL (WARC 1.1, 6.7): a rendered DOM."""
        fields = {
            "WARC-Target-URI": url,
            "WARC-Payload-Digest": digest(body),
            "WARC-Refers-To": refers_to,
        }
        return self._write("conversion", fields, body, made_at, content_type)

    def write_metadata(
        self, url: str, values: Mapping[str, str], made_at: datetime, *, concurrent_to: str | None = None
    ) -> RecordPlace:
        """Appends facts about `url` as `name: value` lines, for example why a fetch failed."""
        block = _warc_fields(values)
        fields = {"WARC-Target-URI": url, "WARC-Concurrent-To": concurrent_to}
        return self._write("metadata", fields, block, made_at, "application/warc-fields")

    def sync(self) -> None:
        """Waits until the disk holds all records, so that they outlive a power failure."""
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Writes the index and closes the files; a second call does nothing."""
        if self._descriptor < 0:
            return
        try:
            os.fsync(self._descriptor)
            write_cdxj(self.index_path, self._index)
        except OSError as error:
            raise self._failure(error) from error
        finally:
            self._release()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def _file(self) -> str:
        return f"{self.name}-{self._number:05d}.warc.gz"

    def _open(self) -> None:
        try:
            self._descriptor, self._size = append_to(self.folder / self._file)
        except OSError as error:
            raise self._failure(error) from error
        if self._size == 0:
            self._write_warcinfo()

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _write_warcinfo(self) -> None:
        values = {
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            **self._info,
        }
        fields = {"WARC-Filename": self._file}
        self._write("warcinfo", fields, _warc_fields(values), datetime.now(UTC), "application/warc-fields")

    def _write(
        self, kind: str, fields: Mapping[str, str | None], block: bytes, at: datetime, content_type: str
    ) -> RecordPlace:
        if self._descriptor < 0:
            raise StorageError(f"the archive {self.folder / self.name} is closed")
        if self._size >= self._rotate_at:
            self._rotate()
        record_id = new_record_id()
        stated = {"WARC-Record-ID": record_id, "WARC-Date": warc_date(at), **fields}
        data = gzipped(record_bytes(kind, stated, block, content_type), self._level)
        offset = self._size
        self._append(data)
        payload = fields.get("WARC-Payload-Digest") or ""
        return RecordPlace(self._file, offset, len(data), record_id.strip("<>"), payload or digest(block))

    def _append(self, data: bytes) -> None:
        """All of `data` or, if the disk is full, none of it."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            os.ftruncate(self._descriptor, self._size)
            raise self._failure(error) from error
        self._size += len(data)

    def _rotate(self) -> None:
        self.sync()
        self._release()
        self._number += 1
        self._open()

    def _failure(self, error: OSError) -> StorageError:
        return explain_os(error, f"write the archive {self.folder / self.name}")


def _warc_fields(values: Mapping[str, str]) -> bytes:
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in values.items() if value)
    return "".join(lines).encode("utf-8", "replace")
