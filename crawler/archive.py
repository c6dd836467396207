"""Capture before anything: every answer goes to the run's archive as received, then on to the crawl, decoded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy.http import Response

from crawler.wire import FetchError, Wire

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.visit import Visit
    from storage.archive import DecodedBody


_LONG = 300_000


class ArchiveMiddleware:
    """Nearest to the wire: sees redirects, robots.txt, sitemaps and errors too. Puts the capture's number into
    `request.meta["capture"]` and what was odd about the body into `request.meta["cut"]`."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        """Scrapy's way in."""
        return cls(crawler.spider.visit)  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Counts the request."""
        self._visit.budget.requests += 1

    async def process_response(self, request: Request, response: Response) -> Response:
        """The same response with its body decoded, cut at the limit; a long one in a thread. One that comes without its
        `Wire` was archived before."""
        wire: Wire | None = request.meta.pop("wire", None)
        if wire is None:
            return response
        visit = self._visit
        visit.budget.bytes += len(wire.body)
        if visit.earlier is not None and wire.kept is None and "conditions" in request.meta:
            wire = visit.earlier.compared(request.url, wire)
        visit.heard(request.url)
        request.meta["capture"] = visit.log.capture(request, response.url, wire)
        request.meta["fetched_at"] = wire.fetched_at
        most = visit.options.max_body
        decoded = await asyncio.to_thread(wire.decoded, most) if len(wire.body) > _LONG else wire.decoded(most)
        request.meta["cut"] = wire.truncated or _cut(decoded)
        visit.log.cut(request.meta["capture"], request.meta["cut"])
        if decoded.body is wire.body and wire.status == response.status:
            return response
        return Response(response.url, wire.status, wire.headers, decoded.body)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Keeps that there was no answer, and why. A connection that was stale tells nothing of the page."""
        if request.meta.get("kept") or (isinstance(exception, FetchError) and exception.stale):
            return
        if isinstance(exception, FetchError) and exception.cause != "not_in_archive":
            self._visit.fetch_failed(request, exception)
            self._visit.log.failure(request, exception)


def _cut(decoded: DecodedBody) -> str:
    """Why a body that arrived as sent is cut: in clear longer than the limit, or not to be unpacked further."""
    return "length" if decoded.truncated else "damaged" if decoded.damaged else ""
