"""Tries again after failures that may pass, later each time, and as late as Retry-After asks."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.wire import FetchError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.visit import Visit

PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
PASSING_CAUSES = frozenset({"timeout", "tcp", "dns"})


class BackoffMiddleware:
    """Holds the whole crawl of a portal while one of its own hosts asks for patience."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BackoffMiddleware:
        """Scrapy's way in."""
        return cls(crawler.spider.visit)  # type: ignore[union-attr]

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request again after a pause."""
        if response.status not in PASSING_STATUS:
            return response
        asked = retry_after(response.headers.get(b"Retry-After"), datetime.now(UTC))
        hold = response.status in (429, 503) and self._visit.scope.contains(request.url)
        return await self._again(request, asked, hold=hold) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request again after a pause, if the failure may pass, or without one, if its connection was stale."""
        if isinstance(exception, FetchError) and exception.stale:
            return request.copy()
        if isinstance(exception, FetchError) and exception.cause in PASSING_CAUSES:
            return await self._again(request, None, hold=False)
        return None

    async def _again(self, request: Request, asked: float | None, *, hold: bool) -> Request | None:
        options = self._visit.options
        tries = request.meta.get("tries", 0)
        if tries >= options.retries or not self._visit.may_retry(request):
            return None
        kept = request.meta.get("kept", False)
        pause = 0.0 if kept else min(max(asked or 0.0, options.backoff * 2**tries), options.max_backoff)
        if asked is not None and asked > options.max_backoff and not kept:
            self._visit.note(f"{request.url} asked to wait {asked:.0f} s; waited {pause:.0f} s")
        if hold and not kept:
            self._visit.hold(pause)
        if not await self._visit.sleep(pause):
            return None
        again = request.copy()
        again.meta["tries"] = tries + 1
        return again


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (a number or a date, RFC 9110, 10.2.3); None if it makes no sense."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
