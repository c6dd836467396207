"""What a broken visit has in its archive: it is answered from there, in the same order, and not fetched again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, get_args

from crawler.result import Cause
from crawler.urls import canonical
from crawler.wire import FetchError, Wire
from storage.archive import ArchiveReader, RecordPlace
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crawler.frontier import Entry, Frontier
    from storage.archive.reader import ArchivedRecord

_HEAD = 1 << 14
_ERROR = "fetch-error: "
Places = dict[tuple[str, int], int]
"""The numbers of captures that have rows, by file and byte."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One answer in the archive; `error` is set where there was none."""

    url: str
    place: RecordPlace
    number: int | None
    error: str = ""


class Kept:
    """The answers of the run so far. Each is given once, those to one URL in the order in which they came."""

    def __init__(self, folder: Path, rows: Mapping[tuple[str, int], int]) -> None:
        self._reader = ArchiveReader(folder)
        self._by_url: dict[str, deque[_Item]] = {}
        self._order: deque[str] = deque()
        for item in self._reader.records(keep=_HEAD):
            found = _item(item, rows)
            if found is not None:
                self._by_url.setdefault(found.url, deque()).append(found)
                self._order.append(found.url)

    @property
    def left(self) -> bool:
        """Whether any answer has not been given."""
        return bool(self._order)

    def take(self, url: str) -> _Item | None:
        """The next answer to this URL, None if there is none left."""
        waiting = self._by_url.get(url)
        return waiting.popleft() if waiting else None

    def wire(self, item: _Item) -> Wire | None:
        """The answer as it was received; None if it cannot be read any more. Raises `FetchError` if none had come."""
        if item.error:
            cause, _, message = item.error.partition(": ")
            known = cause in get_args(Cause)
            raise FetchError(cast(Cause, cause) if known else "error", message if known else item.error)
        try:
            found = self._reader.response(item.place.file, item.place.offset)
        except ArchiveError:
            return None
        return Wire(
            found.status,
            found.reason,
            found.headers,
            found.body,
            found.fetched_at,
            truncated=found.truncated,
            kept=item.place,
            number=item.number,
        )

    def next(self, frontier: Frontier) -> Entry | None:
        """Of the links that wait, the one that was followed next before the end; None when the rest is not known."""
        while self._order:
            url = self._order[0]
            if self._by_url[url]:
                entry = frontier.pick(canonical(url))
                if entry is not None:
                    return entry
            self._order.popleft()
        return None

    def close(self) -> None:
        """Closes the archive's files; what was not given is forgotten."""
        self._order.clear()
        self._by_url.clear()
        self._reader.close()


def _item(item: ArchivedRecord, rows: Mapping[tuple[str, int], int]) -> _Item | None:
    record = item.record
    error = ""
    if record.kind == "metadata":
        text = record.block.decode("utf-8", "replace")
        error = text.removeprefix(_ERROR).strip() if text.startswith(_ERROR) else ""
    if record.kind not in ("response", "revisit") and not error:
        return None
    digest = record.headers.get("warc-payload-digest") or record.headers.get("warc-block-digest", "")
    identity = record.headers.get("warc-record-id", "").strip("<>")
    place = RecordPlace(item.file, record.offset, record.length, identity, digest)
    return _Item(record.url, place, rows.get((item.file, record.offset)), error)
