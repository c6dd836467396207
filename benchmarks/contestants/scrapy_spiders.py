"""Scrapy as people begin with it, a CrawlSpider with one rule; and with the least that finds the same pages.

python -m benchmarks.contestants.scrapy_spiders bare|minimal URL CONCURRENCY
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.contestants.contestant import Contestant, Course


def command(kind: str, course: Course) -> list[str]:
    """The crawl of a course by one of the two spiders."""
    return [sys.executable, "-m", __name__, kind, course.url, str(course.concurrency)]


def crawl(spider: type, concurrency: int) -> None:
    """Runs a spider until it has no more links to follow."""
    from scrapy.crawler import AsyncCrawlerProcess

    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS": concurrency,
            "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(spider)
    process.start()


def bare(url: str) -> type:
    """A CrawlSpider that follows every link."""
    from scrapy.http import Response
    from scrapy.linkextractors import LinkExtractor
    from scrapy.spiders import CrawlSpider, Rule

    class Bare(CrawlSpider):
        name = "bare"
        start_urls = [url]  # noqa: RUF012
        rules = (Rule(LinkExtractor(), callback="parse_page", follow=True),)

        def parse_page(self, response: Response) -> None:
            """Nothing is taken from a page."""

    return Bare


def minimal(url: str) -> type:
    """A spider that asks lxml for the targets of links, and makes a request only of those it has not seen."""
    from urllib.parse import urldefrag, urljoin

    import lxml.html
    from scrapy import Request, Spider
    from scrapy.http import Response

    seen = {url}

    class Minimal(Spider):
        name = "minimal"
        start_urls = [url]  # noqa: RUF012

        def parse(self, response: Response, **_: Any) -> Iterator[Request]:
            for link in lxml.html.document_fromstring(response.body).iter("a"):
                found = urldefrag(urljoin(response.url, link.get("href", ""))).url
                if found not in seen:
                    seen.add(found)
                    yield Request(found, dont_filter=True)

    return Minimal


CONTESTANTS = (
    Contestant("bare", "Scrapy CrawlSpider, bare", "nothing", lambda course: command("bare", course)),
    Contestant("minimal", "Scrapy, minimal link extractor", "nothing", lambda course: command("minimal", course)),
)

if __name__ == "__main__":
    which, address, at_a_time = sys.argv[1:]
    crawl({"bare": bare, "minimal": minimal}[which](address), int(at_a_time))
