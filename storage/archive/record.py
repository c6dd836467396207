"""Builds the bytes of WARC 1.1 records (ISO 28500:2017)."""

from __future__ import annotations

import zlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha1
from uuid import uuid4

from storage.archive.body import is_chunked

Fields = Mapping[str, str | None]
_CHUNKED = b"transfer-encoding"


def record_bytes(kind: str, fields: Fields, block: bytes, content_type: str) -> bytes:
    """A record in clear; `fields` are its further headers, those without a value are left out.

    `kind` is the WARC-Type. The caller gives WARC-Record-ID and WARC-Date; the block's digest is added here.
    """
    stated = {"WARC-Type": kind, **{name: _line(value) for name, value in fields.items() if value}}
    stated["WARC-Block-Digest"] = digest(block)
    if kind != "warcinfo":
        stated.setdefault("WARC-Payload-Digest", stated["WARC-Block-Digest"])
    stated |= {"Content-Type": content_type, "Content-Length": str(len(block))}
    head = "".join(f"{name}: {value}\r\n" for name, value in stated.items())
    return b"".join((f"WARC/1.1\r\n{head}\r\n".encode(), block, b"\r\n\r\n"))


def http_block(status: int, reason: str, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes:
    """The HTTP message as a block: header bytes and body as they are.

    Clients hand bodies over without chunk framing; a Transfer-Encoding header that no longer tells the truth
    is kept as X-Archive-Orig-Transfer-Encoding, so that readers do not look for chunks.
    """
    lines = [f"HTTP/1.1 {status} {_line(reason)}".encode("utf-8", "replace")]
    for name, value in headers:
        if name.lower() == _CHUNKED and b"chunked" in value.lower() and not is_chunked(body):
            name = b"X-Archive-Orig-Transfer-Encoding"
        lines.append(_flat(name) + b": " + _flat(value))
    return b"\r\n".join([*lines, b"", body])


def digest(data: bytes) -> str:
    """The digest as WARC writes it: `sha1:` and 32 letters of base 32."""
    return "sha1:" + b32encode(sha1(data, usedforsecurity=False).digest()).decode()


def new_record_id() -> str:
    """A fresh WARC-Record-ID."""
    return f"<urn:uuid:{uuid4()}>"


def warc_date(moment: datetime) -> str:
    """The moment as WARC-Date, to the microsecond as WARC 1.1 allows."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def gzipped(data: bytes, level: int) -> bytes:
    """One gzip member."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _line(value: str) -> str:
    """The value on one line, in characters that UTF-8 can write."""
    return " ".join(value.split()).encode("utf-8", "replace").decode("utf-8")


def _flat(value: bytes) -> bytes:
    return value.replace(b"\r", b" ").replace(b"\n", b" ") if b"\r" in value or b"\n" in value else value
