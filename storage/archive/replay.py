"""Finds archived responses by URL, so that a crawl can be served from an archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from storage.archive.body import decoded_body
from storage.archive.framing import RawRecord
from storage.archive.message import header
from storage.archive.reader import ArchiveReader, Problem
from storage.archive.record import digest as digest_of
from storage.archive.response import (
    ArchivedResponse,
    is_response,
    is_revisit,
    message_of,
    record_date,
    revisited,
    truncated_by,
)
from storage.archive.surt import older_surt, surt, without_fragment
from storage.errors import ArchiveError

_HEAD = 1 << 16
_UNPACKED = 1 << 26
"""So many bytes of what is packed are looked at for damage."""
_NOTHING = digest_of(b"")
"""What a 304 is said to hold where a tool takes the digest of its own body: it tells nothing of the page."""


@dataclass(slots=True)
class _Entry:
    """Where a response lies: `archive` numbers the reader, `digest` is the body's, or empty where the record tells
    none; `cut` whether it says that its body was cut; `original` is the entry that a revisit repeats, `second` the next
    capture of the URL that is worth as much."""

    url: str
    status: int
    archive: int
    file: str
    offset: int
    digest: str
    cut: bool = False
    original: int | None = None
    second: int | None = None

    @property
    def worth(self) -> tuple[bool, bool]:
        """Of several captures of one URL, that of the highest worth is taken, the first of these."""
        return self.status == 200, not self.cut


class ReplayIndex:
    """The responses of one or more archives by URL. Holds offsets, not bodies: memory grows by URLs only.

    `problems` tells of damage and of revisits whose original is missing. Raises `ArchiveError` for a file
    that is no archive and for one that holds no page at all.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self._readers: list[ArchiveReader] = []
        self._entries: list[_Entry] = []
        self._by_url: dict[str, int] = {}
        self._by_key: dict[str, int] = {}
        self._by_sorted_key: dict[str, int] = {}
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._problems: list[Problem] = []
        try:
            self._read([Path(path) for path in paths])
        except BaseException:
            self.close()
            raise

    def lookup(self, url: str) -> ArchivedResponse | None:
        """The response for `url`, None if the archive has none.

        First the exact URL, then its SURT key (scheme, host case, default port, escapes), then that with its
        query sorted; then both under the host that the rules of 2003 made of an international name. The fragment never
        counts. Of several captures the first with status 200 is taken, else the first; one whose body was cut only
        where none is whole, and for one that cannot be unpacked to its end the next, as whoever asks again has it. A
        redirect found by key alone that leads back to `url` is not taken: it would never end.
        """
        exact = self._by_url.get(without_fragment(url))
        if exact is not None:
            return self._whole(self._entries[exact])
        number = self._find(url, surt)
        if number is None:
            number = self._find(url, older_surt)
        if number is None:
            return None
        response = self._whole(self._entries[number])
        return None if _leads_to(response, url) else response

    def _find(self, url: str, keyed: Callable[..., str]) -> int | None:
        key = keyed(url)
        number = self._by_key.get(key) if key else None
        return self._by_sorted_key.get(keyed(url, sort_query=True)) if key and number is None else number

    def urls(self) -> Iterator[str]:
        """Every archived URL once, in the order of the archive."""
        return iter(self._by_url)

    def hosts(self) -> Counter[str]:
        """The archived hosts and how many URLs each has."""
        return Counter(urlsplit(url).netloc.rpartition("@")[2].lower() for url in self._by_url)

    @property
    def dates(self) -> tuple[datetime, datetime]:
        """When the first and the last response were captured, in UTC."""
        if self._first is None or self._last is None:
            raise ArchiveError("the archive holds no page")
        return self._first, self._last

    @property
    def problems(self) -> list[Problem]:
        """Damage found so far."""
        return [problem for reader in self._readers for problem in reader.problems] + self._problems

    def __len__(self) -> int:
        return len(self._by_url)

    def __contains__(self, url: str) -> bool:
        return self.lookup(url) is not None

    def close(self) -> None:
        """Closes all files."""
        for reader in self._readers:
            reader.close()

    def __enter__(self) -> ReplayIndex:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _read(self, paths: list[Path]) -> None:
        revisits: list[tuple[_Entry, str]] = []
        originals: dict[str, int] = {}
        for number, path in enumerate(paths):
            self._readers.append(reader := ArchiveReader(path))
            for item in reader.records(keep=_HEAD):
                self._take(item.record, number, item.file, originals, revisits)
        for number, entry in enumerate(self._entries):
            if entry.original is None:
                self._file_under_urls(number, entry)
        for entry, target in revisits:
            self._resolve(entry, originals.get(entry.digest), target)
        if not self._by_url:
            names = ", ".join(str(path) for path in paths)
            raise ArchiveError(f"{names} holds no archived page", "check that it is the archive of a web site")

    def _take(
        self,
        record: RawRecord,
        archive: int,
        file: str,
        originals: dict[str, int],
        revisits: list[tuple[_Entry, str]],
    ) -> None:
        if not is_response(record) and not is_revisit(record):
            return
        self._stretch(record_date(record))
        url = without_fragment(record.url)
        status = message_of(record).status if record.block else 0
        digest = record.headers.get("warc-payload-digest", "")
        if is_revisit(record) and digest == _NOTHING:
            digest = ""
        entry = _Entry(url, status, archive, file, record.offset, digest)
        if is_revisit(record):
            target = record.headers.get("warc-refers-to-target-uri", url).strip("<>")
            revisits.append((entry, without_fragment(target)))
            return
        if digest:
            originals.setdefault(digest, len(self._entries))
        entry.cut = truncated_by(record) is not None
        self._entries.append(entry)

    def _stretch(self, moment: datetime) -> None:
        self._first = moment if self._first is None else min(self._first, moment)
        self._last = moment if self._last is None else max(self._last, moment)

    def _resolve(self, entry: _Entry, original: int | None, target: str) -> None:
        """Finds what a revisit repeats: by its digest, else where the record says that it lies, else under the URL that
        it names, unless the digests tell that something else is there."""
        if original is None and self._lies_beside(entry):
            self._entries.append(entry)
            self._file_under_urls(len(self._entries) - 1, entry)
            return
        original = self._undigested(entry, target) if original is None else original
        if original is None:
            text = f"a revisit of a page that is not in the archive: {entry.url}"
            self._problems.append(Problem(entry.file, entry.offset, text))
            return
        entry.original, entry.cut = original, self._entries[original].cut
        if entry.status in (0, 304):
            entry.status = self._entries[original].status
        self._entries.append(entry)
        self._file_under_urls(len(self._entries) - 1, entry)

    def _undigested(self, entry: _Entry, target: str) -> int | None:
        """The entry under a URL where it or the revisit of it states no digest, so that they cannot be compared."""
        number = self._by_url.get(target)
        return number if number is not None and not (entry.digest and self._entries[number].digest) else None

    def _lies_beside(self, entry: _Entry) -> bool:
        """Whether a revisit's page is in an earlier archive beside this one; its status is then taken over."""
        try:
            entry.status = self._readers[entry.archive].response(entry.file, entry.offset).status
        except ArchiveError:
            return False
        return True

    def _file_under_urls(self, number: int, entry: _Entry) -> None:
        held = self._by_url.get(entry.url)
        first = self._entries[held] if held is not None else None
        if first is not None and first.second is None and first.worth == entry.worth:
            first.second = number
        self._prefer(self._by_url, entry.url, number, entry)
        self._prefer(self._by_key, surt(entry.url), number, entry)
        if "&" in entry.url:
            self._prefer(self._by_sorted_key, surt(entry.url, sort_query=True), number, entry)

    def _prefer(self, index: dict[str, int], key: str, number: int, entry: _Entry) -> None:
        held = index.get(key)
        if held is None or entry.worth > self._entries[held].worth:
            index[key] = number

    def _whole(self, entry: _Entry) -> ArchivedResponse:
        response = self._response(entry)
        if entry.second is None or not decoded_body(response.headers, response.body, _UNPACKED).damaged:
            return response
        return self._response(self._entries[entry.second])

    def _response(self, entry: _Entry) -> ArchivedResponse:
        reader = self._readers[entry.archive]
        if entry.original is None:
            return reader.response(entry.file, entry.offset)
        original = self._response(self._entries[entry.original])
        record = reader.record(entry.file, entry.offset)
        return revisited(record, entry.file, original)


def _leads_to(response: ArchivedResponse, url: str) -> bool:
    location = header(response.headers, "Location")
    if response.status // 100 != 3 or location is None:
        return False
    return without_fragment(urljoin(without_fragment(url), location)) == without_fragment(url)
