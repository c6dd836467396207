"""Reads the HTTP message in an archive record, however odd it is; header bytes stay as they came."""

from __future__ import annotations

import re
from dataclasses import dataclass

HeaderPairs = tuple[tuple[bytes, bytes], ...]

_STATUS = re.compile(rb"HTTP/[0-9.]+[ \t]+([0-9]{3})(?:[ \t]+(.*))?$")
_HEAD_LIMIT = 1 << 20
_OF_THE_BODY = frozenset(
    {b"content-encoding", b"content-length", b"content-range", b"content-type", b"transfer-encoding"}
)


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A response: `status` is 0 where the status line makes no sense."""

    status: int
    reason: str
    headers: HeaderPairs
    body: bytes


def parse_response(block: bytes) -> HttpMessage:
    """The response in `block`; a block without an HTTP head is all body, with status 200."""
    while True:
        if not block.startswith(b"HTTP/"):
            return HttpMessage(200, "", (), block)
        first, lines, body = _split_head(block)
        match = _STATUS.match(first)
        status = int(match[1]) if match else 0
        if status // 100 == 1 and status != 101 and body.startswith(b"HTTP/"):
            block = body
            continue
        reason = (match[2] or b"").decode("latin-1") if match else ""
        return HttpMessage(status, reason, _pairs(lines), body)


def header(headers: HeaderPairs, name: str) -> str | None:
    """The first value of header `name`, decoded as latin-1; None if it is missing."""
    wanted = name.lower().encode("latin-1")
    for key, value in headers:
        if key.lower() == wanted:
            return value.decode("latin-1")
    return None


def freshened(before: HeaderPairs, now: HeaderPairs) -> HeaderPairs:
    """The headers of a page that a newer answer calls unchanged: what that gives anew counts, but for what says how the
    body is sent (RFC 9111, 3.2)."""
    fresh = {name.lower() for name, _ in now} - _OF_THE_BODY
    kept = tuple((name, value) for name, value in before if name.lower() not in fresh)
    return kept + tuple((name, value) for name, value in now if name.lower() in fresh)


def _split_head(block: bytes) -> tuple[bytes, list[bytes], bytes]:
    lines, position = [], 0
    while position < min(len(block), _HEAD_LIMIT):
        end = block.find(b"\n", position)
        line = block[position:] if end < 0 else block[position:end]
        position = len(block) if end < 0 else end + 1
        line = line.rstrip(b"\r")
        if not line:
            break
        lines.append(line)
    return (lines[0] if lines else b""), lines[1:], block[position:]


def _pairs(lines: list[bytes]) -> HeaderPairs:
    pairs: list[tuple[bytes, bytes]] = []
    for line in lines:
        if line[:1] in b" \t" and pairs:
            name, value = pairs[-1]
            pairs[-1] = (name, value + b" " + line.strip(b" \t"))
            continue
        name, colon, value = line.partition(b":")
        if colon:
            pairs.append((name.strip(b" \t"), value.strip(b" \t")))
    return tuple(pairs)
