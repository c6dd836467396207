"""Below HTTP: names, ports, connections and TLS."""

from __future__ import annotations

import ssl

from tests.lab.case import HOME, HTML, NEXT, Act, Case, Reply, Talk

_PAGES = {"/": HOME, "/next": NEXT}
_QUICK = {"retries": 0}


async def _silent(talk: Talk) -> None:
    await talk.reader.read()


async def _reset(talk: Talk) -> None:
    talk.reset()


async def _garbage(talk: Talk) -> None:
    await talk.flow(b"\x16\x03\x01" + bytes(range(256)) * 10, times=3)


async def _alert(talk: Talk) -> None:
    await talk.reader.read(5)
    await talk.flow(b"\x15\x03\x03\x00\x02\x02\x28", times=1)


async def _plain(talk: Talk) -> None:
    talk.send(Reply(400, HTML, b"<title>400</title>The plain HTTP request was sent to HTTPS port"))
    await talk.writer.drain()


async def _drip_handshake(talk: Talk) -> None:
    await talk.flow(b"\x16", pause=0.3)


def _greeted(name: str, greet: Act, cause: str, scheme: str = "https") -> Case:
    url = "{base}/" if scheme == "https" else "http://{host}:{port}/"
    options = {**_QUICK, "timeout": 3.0} if cause == "timeout" else _QUICK
    return Case(name, "unreachable", cause, greet=greet, tls="plain", url=url, options=options)


def _tls(name: str, side: str) -> Case:
    return Case(f"TLS: {name}", pages=2, tls=side, routes=_PAGES)


CASES: tuple[Case, ...] = (
    Case("an unknown host", "unreachable", "dns", url="https://no-such-town.invalid/", options=_QUICK),
    Case("a name of 64 letters", "unreachable", "dns", url=f"https://{'a' * 63}.invalid/", options=_QUICK),
    Case("a closed port", "unreachable", "tcp", url="http://{host}:1/", options=_QUICK),
    Case("a private address", "unreachable", "private_address", routes=_PAGES, options={"allow_private": False}),
    Case(
        "a name of a private address",
        "unreachable",
        "private_address",
        url="http://localhost:{port}/",
        options={"allow_private": False},
    ),
    _tls("self-signed", "self-signed"),
    _tls("expired", "expired"),
    _tls("not yet valid", "future"),
    _tls("of another host", "wrong host"),
    *([_tls("1.0 alone", "legacy")] if ssl.HAS_TLSv1 else []),
    Case("TLS: asks for a certificate", "unreachable", None, tls="client", routes=_PAGES, options=_QUICK),
    _greeted("TLS: none is spoken", _plain, "tls"),
    Case(
        "TLS where http is asked for",
        "unreachable",
        None,
        tls="self-signed",
        routes=_PAGES,
        url="http://{host}:{port}/",
        options=_QUICK,
    ),
    _greeted("TLS: a handshake without end", _silent, "timeout"),
    _greeted("TLS: a dripping handshake", _drip_handshake, "tls"),
    _greeted("TLS: a handshake of noise", _garbage, "tls"),
    _greeted("TLS: an alert", _alert, "tls"),
    _greeted("TLS: a reset handshake", _reset, "tcp"),
    _greeted("accepts and never speaks", _silent, "timeout", "http"),
    _greeted("resets at once", _reset, "tcp", "http"),
)
