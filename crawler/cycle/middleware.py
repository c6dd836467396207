"""Between a crawl and the network: answers that the run has already, and conditions for pages of an earlier run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import Response

from crawler.wire import FetchError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.visit import Visit

_CONDITIONAL = frozenset({"page", "seed", "external", "document", "sitemap"})


class KeptMiddleware:
    """Gives what a broken visit has fetched, before any pause and without the network; marks it in
    `request.meta["kept"]`. Puts conditions on requests for pages that an earlier run holds, but not where one is asked
    again since it broke off: what the earlier run holds may be broken as well."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> KeptMiddleware:
        """Scrapy's way in."""
        return cls(crawler.spider.visit)  # type: ignore[union-attr]

    def process_request(self, request: Request) -> Response | None:
        """The answer, if the run has it."""
        visit = self._visit
        request.meta.pop("kept", None)
        answer = self._kept(request) if visit.kept is not None else None
        if answer is None and visit.earlier is not None and request.meta.get("role") in _CONDITIONAL:
            broken = "broken" in request.meta
            request.meta["conditions"] = visit.earlier.conditions(request.url) if not broken else {}
        return answer

    def _kept(self, request: Request) -> Response | None:
        visit = self._visit
        assert visit.kept is not None
        item = visit.kept.take(request.url)
        if item is None:
            return None
        try:
            wire = visit.kept.wire(item)
        except FetchError as error:
            request.meta["kept"] = True
            visit.budget.requests += 1
            visit.fetch_failed(request, error)
            visit.log.failure(request, error, item.place, item.number)
            raise
        if wire is None:
            return None
        visit.budget.requests += 1
        request.meta["kept"] = True
        request.meta["wire"] = wire
        return Response(request.url, wire.status, wire.headers, wire.body)
