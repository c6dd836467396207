"""The captures of a run, for its browser: looked up when the crawl has ended, added to at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.wire import Wire
from storage.archive.reader import ArchiveReader
from storage.errors import StorageError
from storage.repository import captures
from storage.rows import url_key

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from crawler.runlog import RunLog
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class _Place:
    seq: int
    file: str
    offset: int


class RunShelf:
    """Reads one run's archive while it is still being written to; what was captured after `open` is not read back."""

    def __init__(self, database: Database, run_id: int, archive: Path, log: RunLog) -> None:
        self._database = database
        self._run_id = run_id
        self._archive = archive
        self._log = log
        self._reader: ArchiveReader | None = None
        self._by_url: dict[int, _Place] = {}
        self._by_seq: dict[int, _Place] = {}

    def open(self) -> None:
        """Stores what the crawl captured, and makes it readable. Waits for the disk and the database: for a thread."""
        self._log.flush()
        self._reader = ArchiveReader(self._archive)
        self._database.read(self._look_up)

    def _look_up(self, session: Session) -> None:
        for row in captures(session, self._run_id):
            if row.status is None:
                continue
            place = self._by_seq[row.seq] = _Place(row.seq, row.file, row.offset)
            good = row.status == 200
            if good or row.url_key not in self._by_url:
                self._by_url[row.url_key] = place

    def find(self, url: str) -> tuple[int, Wire] | None:
        """Number and answer of the capture of `url`: the last with status 200, else the first; None without any.
        What was asked for again had come in part."""
        return self._read(self._by_url.get(url_key(url)))

    def capture(self, seq: int) -> tuple[str, Wire] | None:
        """Address and answer of a capture by its number."""
        found = self._read(self._by_seq.get(seq))
        return None if found is None else (found[1].source, found[1])

    def keep(self, url: str, wire: Wire) -> int:
        """Captures what a page embeds."""
        return self._log.embed(url, wire)

    def close(self) -> None:
        """Closes the files."""
        if self._reader is not None:
            self._reader.close()

    def _read(self, place: _Place | None) -> tuple[int, Wire] | None:
        if place is None or self._reader is None:
            return None
        try:
            found = self._reader.response(place.file, place.offset)
        except StorageError:
            return None
        wire = Wire(
            found.status, found.reason, found.headers, found.body, found.fetched_at, None, found.truncated, found.url
        )
        return place.seq, wire
