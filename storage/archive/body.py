"""Decodes a body as received: chunks, gzip, deflate, brotli and zstandard, never more than a given size."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped, unused-ignore]
import zstandard

from storage.archive.message import HeaderPairs, header

_STEP = 1 << 16
_INPUT_STEP = 1 << 14
_ZSTD_STEP = 128
_MAX_MEMBERS = 10_000
"""Members, or frames, that are put together; servers send one, tools that pack in blocks send one for each 64 KiB."""

_GZIP_MAGIC = b"\x1f\x8b\x08"
_MAGICS = {
    "gzip": (_GZIP_MAGIC,),
    "x-gzip": (_GZIP_MAGIC,),
    "zstd": (b"\x28\xb5\x2f\xfd",),
    "deflate": (b"\x78\x01", b"\x78\x9c", b"\x78\xda"),
}
"""How what is packed begins; what `br` packed tells nothing of itself."""
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_MARKUP = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """The body in clear; `truncated` if the limit cut it, `damaged` if it ends where its encoding could not be read any
    further. `problems` says what was odd."""

    body: bytes
    truncated: bool = False
    problems: tuple[str, ...] = ()
    damaged: bool = False


def decoded_body(headers: HeaderPairs, body: bytes, limit: int) -> DecodedBody:
    """Undoes Transfer-Encoding and Content-Encoding, to at most `limit` bytes (a bomb is cut there).

    A body that is not encoded as its headers say is passed through, as is an empty one; of one that is, and of which
    nothing can be read, nothing is left. HTML that is gzip without saying so is decoded.
    """
    odd: list[str] = []
    damage: list[str] = []
    if "chunked" in (header(headers, "Transfer-Encoding") or "").lower():
        body = _unchunked(body, damage)
    for name in reversed(_encodings(headers, body) if body else []):
        body = _decoded(name, body, limit, odd, damage)
    truncated = len(body) > limit
    return DecodedBody(body[:limit] if truncated else body, truncated, (*odd, *damage), bool(damage))


def is_chunked(body: bytes) -> bool:
    """Whether `body` is whole in HTTP's chunked framing."""
    problems: list[str] = []
    return _unchunked(body, problems) is not body and not problems


def _encodings(headers: HeaderPairs, body: bytes) -> list[str]:
    stated = [
        name.strip().lower()
        for key, value in headers
        if key.lower() == b"content-encoding"
        for name in value.decode("latin-1").split(",")
    ]
    named = [name for name in stated if name not in ("", "identity", "none")]
    kind = (header(headers, "Content-Type") or "").lower()
    if not named and body.startswith(_GZIP_MAGIC) and kind.startswith(_MARKUP):
        return ["gzip"]
    return named


def _decoded(name: str, body: bytes, limit: int, odd: list[str], damage: list[str]) -> bytes:
    codec = _codecs().get(name)
    if codec is None:
        odd.append(f"unknown Content-Encoding {name[:40]!r}")
        return body
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in codec(body):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                return b"".join(pieces)[: limit + 1]
    except Exception as error:
        if not pieces and not _is_packed(name, body, error):
            odd.append(f"the body is not {name}, as its headers say")
            return body
        damage.append(f"the {name} body is damaged after {size} bytes: {error}")
    return b"".join(pieces)


def _is_packed(name: str, body: bytes, error: Exception) -> bool:
    """Whether a body that cannot be unpacked at all is packed all the same: it begins so, or it only ends too early and
    is no text."""
    if body.startswith(_MAGICS.get(name, ())):
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return isinstance(error, EOFError)
    return False


def _codecs() -> dict[str, Callable[[bytes], Iterator[bytes]]]:
    """Each yields clear bytes in pieces, and raises whatever it likes on bytes that it cannot read."""
    return {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}


def _gzip(data: bytes) -> Iterator[bytes]:
    return _inflated(data, 31)


def _inflated(data: bytes, wbits: int) -> Iterator[bytes]:
    """All members of `data`; what follows the last one is ignored."""
    position = 0
    for _ in range(_MAX_MEMBERS):
        decoder = zlib.decompressobj(wbits)
        while not decoder.eof and position < len(data):
            fed = data[position : position + _INPUT_STEP]
            position += len(fed)
            while fed and not decoder.eof:
                if piece := decoder.decompress(fed, _STEP):
                    yield piece
                fed = decoder.unconsumed_tail
        if not decoder.eof:
            raise EOFError("it ends early")
        position -= len(decoder.unused_data)
        if not data.startswith(_GZIP_MAGIC, position):
            return
    raise ValueError("it has too many members")


def _deflate(data: bytes) -> Iterator[bytes]:
    """`deflate` is zlib (RFC 9110), but some servers send the raw stream."""
    try:
        zlib.decompressobj().decompress(data[:2048], 1)
    except zlib.error:
        return _inflated(data, -15)
    return _inflated(data, 15)


def _brotli(data: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(data, output_buffer_limit=_STEP)
    while piece:
        yield piece
        piece = decoder.process(b"", output_buffer_limit=_STEP) if not decoder.is_finished() else b""
    if not decoder.is_finished():
        raise EOFError("it ends early")


def _zstd(data: bytes) -> Iterator[bytes]:
    """All frames of `data`, fed in small steps: four bytes may stand for a block of 128 KiB."""
    position = 0
    for _ in range(_MAX_MEMBERS):
        decoder = zstandard.ZstdDecompressor(max_window_size=128 << 20).decompressobj()
        while not decoder.eof and position < len(data):
            if piece := decoder.decompress(data[position : position + _ZSTD_STEP]):
                yield piece
            position = min(position + _ZSTD_STEP, len(data))
        if not decoder.eof:
            raise EOFError("it ends early")
        position -= len(decoder.unused_data)
        if position >= len(data):
            return
    raise ValueError("it has too many members")


def _unchunked(body: bytes, problems: list[str]) -> bytes:
    """The body without chunk framing; `body` itself if it has none."""
    pieces: list[bytes] = []
    position = 0
    while match := _CHUNK_SIZE.match(body, position):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(pieces)
        piece = body[match.end() : match.end() + size]
        position = match.end() + size
        pieces.append(piece)
        if len(piece) < size:
            break
        position += 2 if body[position : position + 2] == b"\r\n" else 1
    if not pieces:
        return body
    problems.append("the chunked body ends early")
    return b"".join(pieces)
