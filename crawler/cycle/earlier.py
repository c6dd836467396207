"""What an earlier visit holds of a portal's pages, so that an unchanged one is neither sent nor kept again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from storage.archive import ArchiveReader, Original
from storage.archive.message import freshened
from storage.archive.record import digest
from storage.errors import ArchiveError
from storage.records import Unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crawler.wire import Wire
    from storage.archive import ArchivedResponse

_NOT_MODIFIED = 304


class Earlier:
    """The pages of an earlier run: where each lies in its archive, by URL. Files are opened when they are needed."""

    def __init__(self, folder: Path, places: Mapping[str, tuple[str, int]]) -> None:
        self._folder = folder
        self._places = places
        self._reader: ArchiveReader | None = None
        self._last: tuple[str, ArchivedResponse | None] = ("", None)

    def conditions(self, url: str) -> dict[str, str]:
        """The request headers that ask for the page only if it changed (RFC 9110, 13.1); empty if it is not known."""
        found = self._find(url)
        if found is None:
            return {}
        asked = {"If-None-Match": found.header("ETag"), "If-Modified-Since": found.header("Last-Modified")}
        return {name: value for name, value in asked.items() if value and value.isascii() and value.isprintable()}

    def compared(self, url: str, wire: Wire) -> Wire:
        """The answer, or what stands for it: the page as it was, where the server or the bytes say that it still is."""
        if wire.status not in (200, _NOT_MODIFIED) or wire.truncated:
            return wire
        found = self._find(url)
        original = self._original(url) if found is not None else None
        if found is None or original is None:
            return wire
        said = wire.status == _NOT_MODIFIED
        if not said and digest(wire.body) != original.digest:
            return wire
        why = "server-not-modified" if said else "identical-payload-digest"
        unchanged = Unchanged(original, why, wire.status, wire.reason, wire.headers)  # type: ignore[arg-type]
        if not said:
            return replace(wire, unchanged=unchanged)
        return replace(
            wire,
            status=found.status,
            reason=found.reason,
            headers=freshened(found.headers, wire.headers),
            body=found.body,
            unchanged=unchanged,
        )

    def close(self) -> None:
        """Closes the archive's files."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._last = ("", None)

    def _find(self, url: str) -> ArchivedResponse | None:
        """The page as it was; the last one is remembered, since it is asked for by the request and by the answer."""
        if self._last[0] != url:
            self._last = (url, self._read(url))
        return self._last[1]

    def _read(self, url: str) -> ArchivedResponse | None:
        place = self._places.get(url)
        if place is None:
            return None
        try:
            self._reader = self._reader or ArchiveReader(self._folder)
            found = self._reader.response(*place)
        except ArchiveError:
            return None
        return found if found.status == 200 and found.body and not found.truncated else None

    def _original(self, url: str) -> Original | None:
        try:
            return self._reader.original(*self._places[url]) if self._reader is not None else None
        except ArchiveError:
            return None
