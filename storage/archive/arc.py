"""Reads ARC files (the older format of the Internet Archive) through warcio, as if they were WARC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storage.archive.framing import MisalignedError, RawRecord, Report

START = b"filedesc://"


@dataclass(frozen=True, slots=True)
class ArcFrames:
    """The records of an ARC file, gzip or not."""

    file: BinaryIO
    keep: int
    report: Report

    def __iter__(self) -> Iterator[RawRecord]:
        return self._records(0)

    def read(self, offset: int) -> tuple[RawRecord | None, int | None]:
        """The record at `offset`; the next one's offset is not known."""
        return next(self._records(offset), None), None

    def _records(self, offset: int) -> Iterator[RawRecord]:
        from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped, unused-ignore]
        from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped, unused-ignore]

        self.file.seek(offset)
        records = ArchiveIterator(self.file, no_record_parse=True, arc2warc=True)
        while True:
            try:
                record = next(records)
                block = record.raw_stream.read(self.keep)
                place = records.get_record_offset(), records.get_record_length()
            except StopIteration:
                return
            except ArchiveLoadFailed as error:
                if "non-chunked" in str(error):
                    raise MisalignedError from error
                return self.report(offset, "the record cannot be read; nothing readable follows")
            offset = place[0]
            headers = {name.lower(): value for name, value in record.rec_headers.headers}
            headers["warc-record-id"] = f"<urn:arc:{offset}>"
            cut = record.length is not None and len(block) < record.length
            if cut and len(block) < self.keep:
                self.report(offset, "the record is cut off")
                continue
            yield RawRecord(*place, headers, block, cut)
