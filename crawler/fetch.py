"""Download handler for live crawls: HTTP/1.1 through aiohttp, bodies bounded in size and time, kept as received."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp
import yarl
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.private import REFUSED, guarded_socket, open_socket
from crawler.wire import FetchError, Wire
from detectors.page.page import sniff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.settings import CrawlOptions
    from crawler.visit import Visit

ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"
_MAX_HEADER = 64 * 1024
_ENOUGH_TO_SNIFF = 512
_STALE_TRIES = 2
"""So often a request may meet a stale connection; then that is a failure."""
_STALE_SERVER = 3
"""So many stale connections, and none is kept alive any more on this portal."""
_LOOK_EVERY = 0.5
"""Seconds between two looks whether the connection of an unfinished body is still there."""


class FetchHandler:
    """Downloads for one crawl. Certificates are not verified here: `crawler.transport` notes what is wrong there."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        visit: Visit = crawler.spider.visit  # type: ignore[union-attr]
        self._visit = visit
        self._crawler = crawler
        self._options = visit.options
        self._tasks: set[asyncio.Future[Response]] = set()
        self._tls = lenient_tls()
        self._stale = 0
        connections = visit.options.concurrency + 2
        self._open = partial(open_session, visit.options, visit.accept_language, connections=connections, once=True)
        self._sessions = [self._open()]
        visit.on_stop(self._abort)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FetchHandler:
        """Scrapy's way in."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """The response, its `Wire` in `request.meta["wire"]`; raises `FetchError`, or IgnoreRequest once stopped."""
        if self._visit.stopped:
            raise IgnoreRequest("stopped")
        task = asyncio.ensure_future(self._fetch(request))
        self._tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._visit.stopped:
                raise IgnoreRequest("stopped") from None
            raise
        finally:
            self._tasks.discard(task)

    async def close(self) -> None:
        """Closes the connections."""
        for session in self._sessions:
            await session.close()

    def _abort(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _fetch(self, request: Request) -> Response:
        timeout = request.meta.get("download_timeout", self._options.timeout)
        seen: dict[str, bool] = {}
        await self._crawler.engine.downloader.turn(request)  # type: ignore[attr-defined]
        try:
            async with self._sessions[-1].request(
                request.method,
                yarl.URL(request.url, encoded=True),
                data=request.body or None,
                headers=request.meta.get("conditions"),
                ssl=self._tls,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout),
                trace_request_ctx=seen,
            ) as answer:
                wire = await self._receive(request, answer)
        except Exception as error:
            failure = explained(error, request.url, timeout)
            failure.stale = isinstance(error, LostConnectionError) and "reused" in seen and self._may_repeat(request)
            raise failure from error
        request.meta["wire"] = wire
        return Response(request.url, wire.status, wire.headers, wire.body)

    def _may_repeat(self, request: Request) -> bool:
        """Whether a request that met a stale connection is to be made again. Where that happens again and again, each
        request has a connection of its own from then on."""
        self._stale += 1
        if self._stale == _STALE_SERVER:
            self._sessions.append(self._open(cookies=self._sessions[0].cookie_jar, keep=False))
        met = request.meta["stale"] = request.meta.get("stale", 0) + 1
        return met <= _STALE_TRIES and self._visit.may_retry(request)

    async def _receive(self, request: Request, answer: aiohttp.ClientResponse) -> Wire:
        ip = peer(answer)
        now = datetime.now(UTC)
        unwanted = partial(self._unwanted, request, answer) if request.meta.get("sniff") else None
        body, truncated = await body_of(answer, self._options.max_body, unwanted)
        return Wire(answer.status, answer.reason or "", answer.raw_headers, body, now, ip, truncated)

    def _unwanted(self, request: Request, answer: aiohttp.ClientResponse, head: bytes) -> bool:
        """Whether the answer is of a kind that no detector reads, or a document beyond the budget for documents."""
        if answer.headers.get("Content-Encoding", "").lower() not in ("", "identity"):
            return False
        kind = sniff(head, answer.headers.get("Content-Type", ""))
        return kind == "other" or (kind in ("pdf", "office") and not self._visit.wants_document(request))


def lenient_tls() -> ssl.SSLContext:
    """Reaches old servers too: nothing is verified, old protocols and ciphers are allowed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    with suppress(ssl.SSLError):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with suppress(ssl.SSLError, ValueError):
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context


class LocatedResponse(aiohttp.ClientResponse):
    """An answer that knows the `address` it came from: the connection is given back as soon as the answer is complete,
    which it often is together with its head."""

    address: str | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Reads the head."""
        name = connection.transport.get_extra_info("peername") if connection.transport is not None else None
        self.address = str(name[0]) if name else None
        return await super().start(connection)


class LostConnectionError(aiohttp.ClientConnectionError):
    """The server hung up before it answered."""


def open_session(
    options: CrawlOptions,
    accept_language: str,
    *,
    connections: int,
    per_host: int = 0,
    once: bool = False,
    keep: bool = True,
    cookies: aiohttp.abc.AbstractCookieJar | None = None,
) -> aiohttp.ClientSession:
    """A session that keeps out of private networks (unless allowed) and says who asks; `per_host` 0: no limit. Without
    `keep` no connection is kept alive.

    aiohttp makes a request again at once, and by itself, where the server hangs up in place of an answer. With `once`
    it does not: who counts requests and keeps a pause between them gets a `LostConnectionError`.
    """
    headers = {"User-Agent": options.user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate, br"}
    if accept_language:
        headers["Accept-Language"] = accept_language
    connector = aiohttp.TCPConnector(
        limit=connections,
        limit_per_host=per_host,
        ttl_dns_cache=300,
        force_close=not keep,
        socket_factory=open_socket if options.allow_private else guarded_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        response_class=LocatedResponse,
        headers=headers,
        auto_decompress=False,
        cookie_jar=aiohttp.CookieJar(unsafe=True) if cookies is None else cookies,
        max_line_size=_MAX_HEADER,
        max_field_size=_MAX_HEADER,
        middlewares=(_never_again,) if once else (),
        trace_configs=[_reuse_told()] if once else [],
    )


async def _never_again(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise LostConnectionError(str(error)) from error


def _reuse_told() -> aiohttp.TraceConfig:
    """Has the dictionary that a request gives as `trace_request_ctx` hold "reused" where its connection is not new."""

    async def note(_session: object, context: SimpleNamespace, _told: object) -> None:
        context.trace_request_ctx["reused"] = True

    made = aiohttp.TraceConfig()
    made.on_connection_reuseconn.append(note)
    return made


async def body_of(
    answer: aiohttp.ClientResponse, limit: int, unwanted: Callable[[bytes], bool] | None = None
) -> tuple[bytes, str | None]:
    """The body up to `limit` bytes, and WARC's word for why it was cut, if it was.

    Nothing of it is kept where `unwanted` says so of its beginning. Raises TimeoutError or aiohttp's ClientPayloadError
    where nothing came of it, unless the head tells enough, as that of a redirect does.
    """
    parts = bytearray()
    try:
        with _ended_with_connection(answer):
            async for chunk in answer.content.iter_any():
                parts += chunk
                if len(parts) > limit:
                    answer.close()
                    return bytes(parts[:limit]), "length"
                if unwanted is not None and len(parts) >= _ENOUGH_TO_SNIFF:
                    if unwanted(bytes(parts[:2048])):
                        answer.close()
                        return b"", "unspecified"
                    unwanted = None
    except (TimeoutError, aiohttp.ClientPayloadError) as error:
        if not parts and 200 <= answer.status < 300:
            raise
        answer.close()
        return bytes(parts), "time" if isinstance(error, TimeoutError) else "disconnect"
    return bytes(parts), None


@contextmanager
def _ended_with_connection(answer: aiohttp.ClientResponse) -> Iterator[None]:
    """Has the body end where the connection does: behind chunks that it cannot parse, aiohttp hangs up and leaves
    whoever reads the body waiting."""
    protocol = answer.connection.protocol if answer.connection is not None else None
    if protocol is None:
        yield
        return
    loop, body = asyncio.get_running_loop(), answer.content
    timer = loop.call_later(_LOOK_EVERY, lambda: look())

    def look() -> None:
        nonlocal timer
        error = protocol.exception()
        if error is None:
            timer = loop.call_later(_LOOK_EVERY, look)
        elif not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError(str(error)))

    try:
        yield
    finally:
        timer.cancel()


def peer(answer: aiohttp.ClientResponse) -> str | None:
    """The address that an answer of `open_session` came from."""
    return answer.address if isinstance(answer, LocatedResponse) else None


def explained(error: Exception, url: str, timeout: float) -> FetchError:
    """The error in the words of the outcome taxonomy."""
    text = _line(str(error)) or type(error).__name__
    system = str(getattr(error, "os_error", error))
    if isinstance(error, FetchError):
        return error
    if REFUSED in system:
        return FetchError("private_address", system)
    if isinstance(error, TimeoutError):
        return FetchError("timeout", f"{url} did not answer within {timeout:g} seconds")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError("dns", f"the host name of {url} is not known")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return FetchError("tls", f"no secure connection to {url}: {text}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return FetchError("tcp", f"no connection to {url}: {error.strerror or text}")
    if isinstance(error, aiohttp.ClientPayloadError):
        return FetchError("tcp", f"{url} sent a head, but nothing of the body that it spoke of")
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return FetchError("tcp", f"the connection to {url} was lost: {text}")
    if isinstance(error, aiohttp.TooManyRedirects):
        return FetchError("redirect_loop", f"{url} leads on and on")
    if isinstance(error, aiohttp.ClientResponseError):
        return FetchError("error", f"{url} does not answer in HTTP: {_line(error.message) or text}")
    return FetchError("error", f"{url}: {text}")


def _line(text: str) -> str:
    """The first line: parsers show below it the bytes that they stumbled over."""
    return text.strip().partition("\n")[0].rstrip(": ")
