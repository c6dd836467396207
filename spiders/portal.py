"""The base of the portal spiders: from an answer to a page, to observations, to the links worth following."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from scrapy import Request, Spider
from scrapy.utils.misc import load_object

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure


class Visit(Protocol):
    """The run that a spider serves: it owns scope, frontier, archive and budgets (see `crawler.visit`)."""

    def first(self) -> Any: ...
    def errands(self) -> Iterator[Any]: ...
    def request(self, entry: Any, spider: Any) -> Request: ...
    async def page(self, response: Response) -> Any: ...
    def keep(self, page: Any, entry: Any) -> None: ...
    def follow(self, page: Any, entry: Any) -> None: ...
    def refresh(self, page: Any, entry: Any) -> Any: ...
    def refused(self, entry: Any, status: int) -> None: ...
    def lost(self, request: Request, error: BaseException | None) -> None: ...
    async def read_sitemap(self, response: Response) -> None: ...
    async def learn_missing(self, response: Response) -> None: ...
    def failed(self, request: Request, error: BaseException | None) -> Any: ...


class PortalSpider(Spider):
    """Visits one portal. Leaves declare `name`, `kind` and the defaults in which their portals differ.

    `max_pages` is the page budget where the options name none; `country` of the target may be empty.
    """

    kind: ClassVar[str]
    max_pages: ClassVar[int] = 200

    visit: Visit

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, visit: Visit | None = None, **kwargs: Any) -> Self:
        """With a visit from `crawler.check`; or by `scrapy crawl NAME -a url=...`, which makes one by the settings."""
        spider = super().from_crawler(crawler, *args)
        if visit is None:
            factory: Callable[..., Visit] = load_object(crawler.settings["VISIT_FACTORY"])
            visit = factory(crawler, cls.kind, **kwargs)
        spider.visit = visit
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The portal's address; all else follows from its answer."""
        entry = self.visit.first()
        if entry is not None:
            yield self.visit.request(entry, self)

    async def parse(self, response: Response) -> AsyncIterator[Request]:
        """Reads a page: observations are kept, links go to the frontier."""
        entry = response.meta["entry"]
        page = await self.visit.page(response)
        if page is None:
            self.visit.refused(entry, response.status)
        else:
            self.visit.keep(page, entry)
            onward = self.visit.refresh(page, entry)
            if onward is not None:
                yield self.visit.request(onward, self)
            if entry.kind != "external":
                self.visit.follow(page, entry)
        for errand in self._errands():
            yield errand

    async def parse_sitemap(self, response: Response) -> AsyncIterator[Request]:
        """Takes the pages that a sitemap names."""
        await self.visit.read_sitemap(response)
        for errand in self._errands():
            yield errand

    async def parse_probe(self, response: Response) -> None:
        """Learns how the site says that a page does not exist."""
        await self.visit.learn_missing(response)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """A request had no usable answer: another seed may be tried."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.visit.lost(request, failure.value)
        entry = self.visit.failed(request, failure.value)
        if entry is not None:
            yield self.visit.request(entry, self)
        yield from self._errands()

    def _errands(self) -> Iterator[Request]:
        for entry in self.visit.errands():
            yield self.visit.request(entry, self)
