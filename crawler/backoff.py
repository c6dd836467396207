"""Tries again after failures that may pass, later each time, and as late as Retry-After asks."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.utils.httpobj import urlparse_cached

from crawler.wire import FetchError, broke_by_accident

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.visit import Visit

PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
PASSING_CAUSES = frozenset({"timeout", "tcp", "dns"})
_NOTED = ("capture", "fetched_at", "cut")
"""What is noted of an answer in the meta of its request."""


class BackoffMiddleware:
    """Holds the whole crawl of a portal while one of its own hosts asks for patience.

    An answer that broke off is asked for once more; one that did not end in time, unless a second answer of its host
    did not either, since each costs the portal as long as an answer may take. Until then it waits in
    `request.meta["broken"]`, with what was noted of it: it counts where no other comes, or only one that asks for
    patience."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._slow: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BackoffMiddleware:
        """Scrapy's way in."""
        return cls(crawler.spider.visit)  # type: ignore[union-attr]

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request again after a pause."""
        again = None
        if response.status in PASSING_STATUS:
            asked = retry_after(response.headers.get(b"Retry-After"), datetime.now(UTC))
            hold = response.status in (429, 503) and self._visit.scope.contains(request.url)
            again = await self._again(request, asked, hold=hold)
        elif self._may_be_whole(request, response):
            again = await self._again(request, None, hold=False)
            if again is not None:
                again.meta["broken"] = response, {name: request.meta[name] for name in _NOTED}
        if again is not None:
            return again
        before = _broken(request) if response.status in PASSING_STATUS else None
        request.meta.pop("broken", None)
        return before or response

    def _may_be_whole(self, request: Request, response: Response) -> bool:
        """Whether an answer broke off of which the next may be whole."""
        cut, host = request.meta["cut"], urlparse_cached(request).netloc
        if not broke_by_accident(cut, response.status, response.body):
            return False
        if "broken" in request.meta:
            self._slow |= {host} if cut == "time" else set()
            return False
        return cut != "time" or host not in self._slow

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:
        """The request again after a pause, if the failure may pass, or without one, if its connection was stale; else
        what had come of its answer before, if anything."""
        if not isinstance(exception, FetchError):
            return None
        if exception.stale:
            return request.copy()
        passes = exception.cause in PASSING_CAUSES
        again = await self._again(request, None, hold=False) if passes else None
        return again or _broken(request)

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


def _broken(request: Request) -> Response | None:
    """What had come before of an answer that broke off, if anything; what is noted of the last answer is of that one
    then."""
    response, noted = request.meta.get("broken", (None, {}))
    request.meta.update(noted)
    return response  # type: ignore[no-any-return]


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
