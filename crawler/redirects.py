"""Follows redirects, each at most once, within the portal or to where a link promised something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader import Downloader
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirects
from scrapy.exceptions import IgnoreRequest

from crawler.wire import FetchError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.visit import Visit


class AlreadyVisited(IgnoreRequest):
    """The redirect leads to a page that was fetched, or to a place outside the portal."""


class RedirectMiddleware(ScrapyRedirects):
    """Scrapy's redirects with our rule of where they may lead."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """We send no Referer."""

    def _engine_started(self) -> None:
        """Nothing to look up: we send no Referer."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The next request, or the response if it is no redirect; raises IgnoreRequest where it may not lead."""
        try:
            result = super().process_response(request, response)
        except IgnoreRequest as error:
            raise FetchError(
                "redirect_loop", f"{request.url}: more than {self.max_redirect_times} redirects"
            ) from error
        except ValueError as error:
            raise FetchError("http_status", f"{request.url} redirects to no address: {error}") from error
        if result is response:
            return response
        visit: Visit = self.crawler.spider.visit  # type: ignore[union-attr]
        refusal = visit.may_redirect(request, result.url)
        if refusal:
            raise AlreadyVisited(refusal)
        result.meta.pop(Downloader.DOWNLOAD_SLOT, None)  # else the new host would be asked at the old one's pace
        return result
