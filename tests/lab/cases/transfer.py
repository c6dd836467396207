"""Answers that are slow, endless, cut, packed or framed wrongly."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import brotli
import zstandard

from tests.lab.case import HOME, HTML, NEXT, Act, Case, Reply, Talk, content

_TYPE = "Content-Type: text/html"
_CLOSE = "Connection: close"
_UNANSWERED: Any = {"outcome": "unreachable", "options": {"retries": 0, "timeout": 3.0}}
_SOON: Any = {"options": {"timeout": 3.0, "retries": 4}}
"""For an answer that is given up by the clock alone; a machine that stands still meanwhile may try again."""
_LIMIT: Any = {"options": {"max_body": 300_000}, "problem": "longer than the limit"}
_CHUNK = f"{len(HOME.encode()):x}\r\n".encode()
_FILL = b" " * 1_000_000


async def _slow_head(talk: Talk) -> None:
    talk.writer.write(b"HTTP/1.1 200 OK\r\n")
    await talk.flow(b"X: y\r\n", pause=0.2)


async def _silent(talk: Talk) -> None:
    await talk.reader.read()


async def _hang_up(talk: Talk) -> None:
    talk.close()


async def _reset(talk: Talk) -> None:
    talk.reset()


async def _reset_within(talk: Talk) -> None:
    talk.head(_TYPE, "Content-Length: 99999")
    talk.writer.write(HOME.encode())
    await talk.writer.drain()
    await asyncio.sleep(0.2)
    talk.reset()


async def _drip(talk: Talk) -> None:
    talk.head(_TYPE, "Content-Length: 99999999")
    await talk.flow(HOME.encode(), times=1)
    await talk.flow(b" ", pause=0.1)


async def _endless(talk: Talk) -> None:
    talk.head(_TYPE, _CLOSE)
    await talk.flow(HOME.encode(), times=1)
    await talk.flow(b"<p>more and more</p>" * 500)


def _framed(*lines: str, before: bytes = b"", after: bytes = b"") -> Act:
    """A home page under these header lines, with bytes around the body; then the connection ends."""

    async def answer(talk: Talk) -> None:
        talk.head(_TYPE, *lines)
        talk.writer.write(before + HOME.encode() + after)
        await talk.writer.drain()
        talk.close()

    return answer


def _framed_head(*lines: str) -> Act:
    """A head alone; then the connection ends."""

    async def answer(talk: Talk) -> None:
        talk.head(_TYPE, *lines)
        await talk.writer.drain()
        talk.close()

    return answer


def _verbatim(text: bytes) -> Act:
    async def answer(talk: Talk) -> None:
        talk.writer.write(text)
        await talk.writer.drain()
        talk.close()

    return answer


async def _broken_chunks(talk: Talk) -> None:
    talk.head(_TYPE, "Transfer-Encoding: chunked")
    await talk.flow(b"no number\r\n", times=1)
    talk.close()


async def _late_broken_chunks(talk: Talk) -> None:
    talk.head(_TYPE, "Transfer-Encoding: chunked")
    await talk.flow(_CHUNK + HOME.encode() + b"\r\n", times=1)
    await asyncio.sleep(0.3)
    await talk.flow(b"no number\r\n", times=1)
    await talk.reader.read()


async def _broken_chunks_after_the_head(talk: Talk) -> None:
    talk.head(_TYPE, "Transfer-Encoding: chunked")
    await talk.writer.drain()
    await asyncio.sleep(0.3)
    await talk.flow(b"no number\r\n", times=1)
    await talk.reader.read()


async def _redirect_without_its_body(talk: Talk) -> None:
    talk.head("Location: /next", "Content-Length: 20", status="302 Found")
    await talk.reader.read()


async def _headers_without_end(talk: Talk) -> None:
    talk.writer.write(b"HTTP/1.1 200 OK\r\n")
    await talk.flow(b"X-Flood: " + b"y" * 900 + b"\r\n")


async def _many_continues(talk: Talk) -> None:
    await talk.flow(b"HTTP/1.1 100 Continue\r\n\r\n", times=300)
    talk.send(Reply.of(HOME))


async def _early_hints(talk: Talk) -> None:
    talk.head("Link: </style.css>; rel=preload", status="103 Early Hints")
    talk.send(Reply.of(HOME))


async def _one_answer_each(talk: Talk) -> None:
    """Promises to keep the connection, and drops it."""
    talk.send(Reply.of(HOME if talk.path == "/" else NEXT))
    await talk.writer.drain()
    talk.close()


async def _cookie_flood(talk: Talk) -> None:
    """Hundreds of cookies, and a refusal of whoever sends too many back."""
    if len(talk.headers.get("cookie", "")) > 200_000:
        talk.send(Reply(431))
        return
    cookies = tuple(("Set-Cookie", f"c{number}={'v' * 400}; Path=/") for number in range(60))
    talk.send(Reply(200, HTML + cookies, (HOME if talk.path == "/" else NEXT).encode()))


def _packed(coding: str, body: bytes) -> Reply:
    return Reply(200, (*HTML, ("Content-Encoding", coding)), body)


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(HOME.encode()) + b"".join(packer.compress(_FILL) for _ in range(100)) + packer.flush()


def _brotli_bomb() -> bytes:
    return bytes(brotli.compress(HOME.encode() + _FILL * 30, quality=5))


def _zstd_bomb() -> bytes:
    return zstandard.compress(HOME.encode() + _FILL * 30)


CASES: tuple[Case, ...] = (
    Case("slowloris head", cause="timeout", routes={"/": _slow_head}, **_UNANSWERED),
    Case("never answers", cause="timeout", routes={"/": _silent}, **_UNANSWERED),
    Case("a chunk's size is no number", "unreachable", "error", routes={"/": _broken_chunks}),
    Case("hangs up", "unreachable", "tcp", routes={"/": _hang_up}),
    Case("resets", "unreachable", "tcp", routes={"/": _reset}),
    Case("headers without end", "unreachable", "error", routes={"/": _headers_without_end}),
    Case("one header of a megabyte", "unreachable", "error", routes={"/": _framed("X: " + "y" * 1_000_000)}),
    Case("HTTP/0.9", "unreachable", "error", routes={"/": _verbatim(HOME.encode())}),
    Case("a mail server", "unreachable", "error", routes={"/": _verbatim(b"220 mail.example ESMTP\r\n")}),
    Case("random bytes", "unreachable", "error", routes={"/": _verbatim(bytes(range(256)) * 40)}),
    Case("an answer in HTTP/2", "unreachable", "error", routes={"/": _verbatim(b"\0\0\x12\x04\0\0\0\0\0" * 3)}),
    Case("a status of words", "unreachable", "error", routes={"/": _verbatim(b"HTTP/1.1 fine\r\n\r\n")}),
    content("reset within the body", _reset_within, problem="the connection broke"),
    content("drip-fed body", _drip, problem="did not end in time", **_SOON),
    content("endless body", _endless, **_LIMIT),
    content("Content-Length too long", _framed("Content-Length: 99999"), problem="the connection broke"),
    content("Content-Length too short", _framed("Content-Length: 900", _CLOSE)),
    Case("Content-Length below zero", "unreachable", "error", routes={"/": _framed("Content-Length: -5")}),
    Case("Content-Length of words", "unreachable", "error", routes={"/": _framed("Content-Length: many")}),
    content("a later chunk's size is no number", _late_broken_chunks, problem="the connection broke", seconds=15.0),
    Case("chunks that begin late with nonsense", "unreachable", "tcp", routes={"/": _broken_chunks_after_the_head}),
    Case("nothing of the body", "unreachable", "tcp", routes={"/": _framed_head("Content-Length: 2000")}),
    Case("redirect without its body", pages=1, routes={"/": _redirect_without_its_body, "/next": NEXT}, **_SOON),
    content("chunks without end", _framed("Transfer-Encoding: chunked", before=_CHUNK), problem="the connection broke"),
    content("another answer behind the answer", _framed(f"Content-Length: {len(HOME)}", after=b"HTTP/1.1 200\r\n\r\n")),
    content("a header of no ASCII", _framed("X-Town: Zürich \x00"[:14], _CLOSE)),
    content("a hundred headers", _framed(*(f"X-{n}: {n}" for n in range(100)), _CLOSE)),
    content("a folded header", _framed("X-Folded: one\r\n two", _CLOSE)),
    content("three hundred 100 Continue", _many_continues),
    content("early hints", _early_hints),
    content("HTTP/1.0", _verbatim(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + HOME.encode())),
    content("line ends of one byte", _verbatim(b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + HOME.encode())),
    Case("drops kept connections", pages=2, routes={"/": _one_answer_each, "/next": _one_answer_each}),
    Case("a flood of cookies", pages=2, routes={"/": _cookie_flood, "/next": _cookie_flood}),
    content("gzip bomb", _packed("gzip", _gzip_bomb()), **_LIMIT),
    content("brotli bomb", _packed("br", _brotli_bomb()), **_LIMIT),
    content("zstd bomb", _packed("zstd", _zstd_bomb()), **_LIMIT),
    content("gzip that is cut", _packed("gzip", gzip.compress(HOME.encode())[:-9])),
    content("gzip that is none", _packed("gzip", HOME.encode())),
    content("packed twice", _packed("gzip, gzip", gzip.compress(gzip.compress(HOME.encode())))),
    content("an unknown Content-Encoding", _packed("rot13", HOME.encode())),
    content("deflate without its head", _packed("deflate", zlib.compress(HOME.encode())[2:-4])),
)
