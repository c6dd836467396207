"""A response taken from an archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from storage.archive.framing import RawRecord
from storage.archive.message import HeaderPairs, HttpMessage, freshened, header, parse_response

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CUT_BY = frozenset({"length", "time", "disconnect", "unspecified"})
"""Why a body was cut, in the words of WARC 1.1, 5.13."""


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """A response as archived: `headers` and `body` are the bytes in the record, encodings not undone.

    `capture` is the record's id (WARC-Record-ID without brackets); `file`, `offset` and `length` are its
    place. `truncated` is WARC's word for a body cut when it was archived ("unspecified" for words that are not of the
    standard), or "limit" if it was cut on reading.
    """

    url: str
    status: int
    reason: str
    headers: HeaderPairs
    body: bytes
    fetched_at: datetime
    capture: str
    file: str
    offset: int
    length: int
    truncated: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, decoded as latin-1; None if it is missing."""
        return header(self.headers, name)


def is_response(record: RawRecord) -> bool:
    """Whether `record` is a page that a server gave (or a page saved as a `resource` under its http URL)."""
    if record.kind not in ("response", "resource") or "warc-segment-number" in record.headers:
        return False
    return record.url.lower().startswith(("http://", "https://"))


def is_revisit(record: RawRecord) -> bool:
    """Whether `record` says that the page was as at an earlier visit."""
    return record.kind == "revisit" and record.url.lower().startswith(("http://", "https://"))


def message_of(record: RawRecord) -> HttpMessage:
    """The HTTP message of a response or revisit record; of a resource, one made of its content type."""
    if record.kind == "resource":
        kind = record.headers.get("content-type", "application/octet-stream").encode("utf-8", "replace")
        return HttpMessage(200, "OK", ((b"Content-Type", kind),), record.block)
    return parse_response(record.block)


def to_response(record: RawRecord, file: str) -> ArchivedResponse:
    """The response that `record` of archive file `file` holds."""
    message = message_of(record)
    return ArchivedResponse(
        url=record.url,
        status=message.status,
        reason=message.reason,
        headers=message.headers,
        body=message.body,
        fetched_at=record_date(record),
        capture=record.headers.get("warc-record-id", "").strip("<>"),
        file=file,
        offset=record.offset,
        length=record.length,
        truncated="limit" if record.cut else truncated_by(record),
    )


def truncated_by(record: RawRecord) -> str | None:
    """WARC's word for why the body was cut when it was archived; None if it was not."""
    word = record.headers.get("warc-truncated", "").strip().lower()
    return (word if word in _CUT_BY else "unspecified") if word else None


def revisited(record: RawRecord, file: str, original: ArchivedResponse) -> ArchivedResponse:
    """What a revisit stands for: the original's body under the revisit's URL, date and head (if any). The head of a 304
    tells only what is new in the original's."""
    revisit = to_response(record, file)
    own_head = revisit.headers and revisit.status not in (0, 304)
    head = revisit if own_head else original
    return replace(
        revisit,
        status=head.status,
        reason=head.reason,
        headers=revisit.headers if own_head else freshened(original.headers, revisit.headers),
        body=original.body,
        truncated=original.truncated,
    )


def record_date(record: RawRecord) -> datetime:
    """The record's date (ISO 8601, or the forms that odd tools write); 1970 if none can be read."""
    text = record.headers.get("warc-date", "").strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _odd_date(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return _EPOCH


def _odd_date(text: str) -> datetime:
    digits = "".join(c for c in text if c.isdigit())[:14]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return _EPOCH
