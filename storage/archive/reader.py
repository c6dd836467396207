"""Reads archives made by any tool: one record by its place, or all in order; damage is noted, not raised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from storage.archive.framing import MisalignedError, NotARecordError, RawRecord
from storage.archive.response import ArchivedResponse, is_response, is_revisit, record_date, revisited, to_response
from storage.archive.revisit import Original, archive_beside, original_place
from storage.archive.sources import Frames, Source, open_sources
from storage.errors import ArchiveError

BLOCK_LIMIT = 256 << 20
"""The longest block that is read into memory, in bytes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an archive, and at which byte of which file."""

    file: str
    offset: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}, byte {self.offset}: {self.text}"


@dataclass(frozen=True, slots=True)
class ArchivedRecord:
    """Any record of an archive file."""

    file: str
    record: RawRecord


@dataclass(slots=True)
class _Part:
    """A source and its record readers: whole blocks, and only their beginnings."""

    source: Source
    frames: Callable[[int], Frames]
    opened: dict[int, Frames] = field(default_factory=dict)

    def keeping(self, size: int) -> Frames:
        if size not in self.opened:
            self.opened[size] = self.frames(size)
        return self.opened[size]


class ArchiveReader:
    """The records of `path`: a WARC, ARC or WACZ file, or a folder of them.

    Raises `ArchiveError` if a file is no archive at all. Damage inside is kept in `problems`.
    Not thread-safe.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._problems: dict[Problem, None] = {}
        self._parts: dict[str, _Part] = {}
        self._beside: dict[str, ArchiveReader] = {}
        try:
            for source in open_sources(self.path):
                self._add(source).keeping(BLOCK_LIMIT)
        except BaseException:
            self.close()
            raise

    @property
    def problems(self) -> list[Problem]:
        """Damage found so far, in the order it was met."""
        return list(self._problems)

    def records(self, keep: int = BLOCK_LIMIT) -> Iterator[ArchivedRecord]:
        """All records in order, with at most `keep` bytes of each block; one is in memory at a time."""
        for name in list(self._parts):
            if not name.endswith("#clear"):
                yield from self._records_of(name, keep)

    def responses(self) -> Iterator[ArchivedResponse]:
        """All responses in order; a revisit comes with the body of the earlier record that it repeats."""
        originals: dict[str, tuple[str, int]] = {}
        for item in self.records():
            digest = item.record.headers.get("warc-payload-digest", "")
            if is_response(item.record):
                originals.setdefault(digest, (item.file, item.record.offset))
                yield to_response(item.record, item.file)
            elif is_revisit(item.record):
                place = originals.get(digest) if digest else None
                try:
                    original = self._original(item.record) if place is None else self.response(*place)
                except ArchiveError:
                    self._report(item.file, item.record.offset, "a revisit of a page that is not in the archive")
                    continue
                yield revisited(item.record, item.file, original)

    def record(self, file: str, offset: int) -> RawRecord:
        """The record at byte `offset` of `file`. Raises `ArchiveError` if there is none."""
        part = self._parts.get(file)
        if part is None:
            raise ArchiveError(f"{self.path} has no file {file}", "the archive was moved or renamed")
        try:
            record, _ = part.keeping(BLOCK_LIMIT).read(offset)
        except (MisalignedError, NotARecordError):
            record = None
        if record is None:
            raise ArchiveError(f"no record can be read at byte {offset} of {file}", "the archive is damaged")
        return record

    def response(self, file: str, offset: int) -> ArchivedResponse:
        """The response at byte `offset` of `file`; of a revisit, the page that it repeats, which may lie in the archive
        of an earlier run beside this one. Raises `ArchiveError` if it is another kind, or cannot be had."""
        record = self.record(file, offset)
        if is_revisit(record):
            return revisited(record, file, self._original(record))
        if not is_response(record):
            raise ArchiveError(
                f"the record at byte {offset} of {file} is a {record.kind or 'nameless'} record",
                "the archive was changed after it was indexed",
            )
        return to_response(record, file)

    def original(self, file: str, offset: int) -> Original:
        """The record that holds the page at byte `offset` of `file`: that one or, of a revisit, what it repeats."""
        record = self.record(file, offset)
        if is_revisit(record):
            name, offset = original_place(record)
            return self._holder(name).original(name, offset)
        body = to_response(record, file).body
        identity = record.headers.get("warc-record-id", "").strip("<>")
        digest = record.headers.get("warc-payload-digest", "")
        return Original(record.url, identity, record_date(record), file, offset, digest, len(body))

    def _original(self, revisit: RawRecord) -> ArchivedResponse:
        name, offset = original_place(revisit)
        holder = self._holder(name)
        record = holder.record(name, offset)
        if not is_response(record) or record.headers.get("warc-record-id") != revisit.headers.get("warc-refers-to"):
            raise ArchiveError(f"{name} does not hold the page of {revisit.url} any more", "the archive was changed")
        return to_response(record, name)

    def _holder(self, name: str) -> ArchiveReader:
        """The reader of file `name`: this one, or one of an archive beside this."""
        if name in self._parts:
            return self
        if name not in self._beside:
            self._beside[name] = ArchiveReader(archive_beside(self.path, name))
        return self._beside[name]

    def close(self) -> None:
        """Closes all files."""
        for reader in self._beside.values():
            reader.close()
        self._beside.clear()
        for part in self._parts.values():
            part.source.file.close()
        self._parts.clear()

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _add(self, source: Source) -> _Part:
        def frames(keep: int) -> Frames:
            return source.frames(keep, lambda offset, text: self._report(source.name, offset, text))

        part = self._parts[source.name] = _Part(source, frames)
        return part

    def _report(self, file: str, offset: int, text: str) -> None:
        self._problems.setdefault(Problem(file, offset, text))

    def _records_of(self, name: str, keep: int) -> Iterator[ArchivedRecord]:
        count = 0
        part = self._parts[name]
        try:
            for record in part.keeping(keep):
                yield ArchivedRecord(name, record)
                count += 1
        except MisalignedError:
            yield from self._clear_records(part.source, keep, count)

    def _clear_records(self, source: Source, keep: int, skip: int) -> Iterator[ArchivedRecord]:
        """What follows the first `skip` records, from the decompressed file."""
        name = source.name + "#clear"
        if name not in self._parts:
            self._add(source.decompressed(lambda offset, text: self._report(source.name, offset, text)))
        for number, record in enumerate(self._parts[name].keeping(keep)):
            if number >= skip:
                yield ArchivedRecord(name, record)
