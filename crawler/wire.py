"""What came over the wire for one request, and the errors that stand for no answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag, urljoin

from w3lib.url import safe_url_string

from crawler.result import Cause
from storage.archive import DecodedBody, RecordPlace, decoded_body
from storage.records import Unchanged

CUTS = {
    "length": "longer than the limit",
    "time": "it did not end in time",
    "disconnect": "the connection broke",
    "damaged": "it cannot be unpacked to its end",
}
"""Why a body was cut, in WARC's words and one more, and what is told of it."""
_PASSING_CUTS = frozenset({"time", "disconnect", "damaged"})
"""Cuts that may be an accident of this one answer: another may be whole."""
_TAIL = 2048

HeaderPairs = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """An answer as received: header bytes as sent, body with its Content-Encoding (transfer chunks undone).

    `truncated` is WARC's word for a body that was cut (`length`, `time`, `disconnect`, `unspecified`), else None.
    `source` is the place in another archive this answer was replayed from. `unchanged` says that the page is as at an
    earlier visit, whose head and body these are. `kept` is where it lies in the run's own archive already, `number` the
    number that it has in the run.
    """

    status: int
    reason: str
    headers: HeaderPairs
    body: bytes
    fetched_at: datetime
    ip: str | None = None
    truncated: str | None = None
    source: str = ""
    unchanged: Unchanged | None = None
    kept: RecordPlace | None = None
    number: int | None = None

    def decoded(self, limit: int) -> DecodedBody:
        """The body in clear, to at most `limit` bytes. What this program received has no chunks left, whatever its
        headers say; another archive's may have."""
        framed = b"transfer-encoding" if not self.source else b""
        headers = tuple((name, value) for name, value in self.headers if name.lower() != framed)
        return decoded_body(headers, self.body, limit)


class FetchError(Exception):
    """No usable answer; `cause` is the outcome's word for it. `stale` says that the server hung up on a connection that
    was kept alive, most likely before it saw the request, which is to be made again when its turn comes."""

    def __init__(self, cause: Cause, message: str, *, stale: bool = False) -> None:
        super().__init__(message)
        self.cause = cause
        self.stale = stale


def broke_off(cut: str, body: bytes) -> bool:
    """Whether a part of the page is missing: an answer that was cut behind the end of its document is whole."""
    return cut in CUTS and b"</html" not in body[-_TAIL:].lower()


def broke_by_accident(cut: str, status: int, body: bytes) -> bool:
    """Whether a part of the page is missing that another answer may have: its server hung up within the body, did not
    end it in time, or sent what cannot be unpacked."""
    return 200 <= status < 300 and cut in _PASSING_CUTS and broke_off(cut, body)


def led(url: str, location: str) -> str:
    """Where a Location header, decoded as latin-1, leads, in whatever characters it is written; raises `FetchError` if
    that is nowhere."""
    try:
        return safe_url_string(urldefrag(urljoin(url, safe_url_string(location.strip().encode("latin-1")))).url)
    except ValueError as error:
        raise FetchError("http_status", f"{url} redirects to no address") from error
