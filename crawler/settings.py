"""Scrapy's settings for this project, and the options of one crawl.

The upper-case names are what `scrapy crawl` reads; a crawl through `crawler.check` sets the same from `CrawlOptions`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

CONTACT = "https://losi-scout.example/about-this-crawler"
"""Where a site's owner learns who asks; whoever runs the program sets their own (`CrawlOptions.contact`)."""


def user_agent(contact: str = CONTACT) -> str:
    """The honest name under which pages are asked for."""
    return f"LOSI-Scout/{_release()} (+{contact})"


@cache
def _release() -> str:
    try:
        return version("losi-scout")
    except PackageNotFoundError:
        return "0"


class CrawlOptions(BaseModel):
    """Limits and manners of one crawl. Times in seconds, sizes in bytes; raises pydantic's ValidationError."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_pages: int = Field(default=200, ge=1, description="Pages of content to fetch.")
    max_requests: int = Field(default=0, ge=0, description="Requests in all; 0 means three times max_pages plus 50.")
    max_bytes: int = Field(default=500_000_000, ge=1, description="Bytes received in all.")
    max_seconds: float = Field(default=3600.0, gt=0, description="Time for the portal.")
    max_body: int = Field(
        default=20_000_000, ge=1, description="Bytes of one answer, received or decompressed; the rest is cut."
    )
    max_documents: int = Field(default=15, ge=0, description="PDF and office files to fetch, out of max_pages.")
    max_external: int = Field(default=25, ge=0, description="Linked pages of other hosts to fetch, out of max_pages.")
    max_queue: int = Field(default=20_000, ge=1, description="Links that wait; the least promising are dropped.")
    max_redirects: int = Field(default=10, ge=0, description="Redirects followed for one page.")
    delay: float = Field(default=1.0, ge=0, description="Pause between two requests to one host.")
    max_crawl_delay: float = Field(
        default=10.0, ge=0, description="Longest Crawl-delay of a robots.txt that is obeyed in full."
    )
    concurrency: int = Field(default=4, ge=1, description="Requests under way at a time.")
    timeout: float = Field(default=30.0, gt=0, description="Time for one answer, body included.")
    retries: int = Field(default=2, ge=0, description="Further tries after a failure that may pass.")
    backoff: float = Field(default=2.0, ge=0, description="First wait before a further try; doubles each time.")
    max_backoff: float = Field(default=120.0, ge=0, description="Longest wait, whatever Retry-After says.")
    contact: str = Field(
        default=CONTACT, description="URL where a site's owner learns who asks; part of the user agent."
    )
    obey_robots: bool = Field(default=True, description="Whether robots.txt is obeyed.")
    robots_agreed: tuple[str, ...] = Field(
        default=(),
        description="Hosts, each with those below it, whose owners agreed that what robots.txt closes is read too.",
    )
    allow_private: bool = Field(default=False, description="Whether addresses of private networks may be visited.")
    languages: tuple[str, ...] = Field(
        default=(), description="Languages to prefer (Accept-Language); empty: the country's."
    )
    soft404: bool = Field(
        default=True, description="Whether a random path is asked for, to know the site's 'not found' page."
    )
    site_search: int = Field(
        default=5, ge=0, le=50, description="Questions asked of the portal's own search, late in the crawl."
    )
    sitemaps: bool = Field(default=True, description="Whether sitemaps are read.")
    processes: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Processes that read pages beside the crawl; 0: the crawl reads them itself.",
    )
    browser: bool = Field(
        default=False, description="Whether a browser shows pages that need scripts, measures, and pictures the proof."
    )
    screenshots: bool = Field(default=True, description="Whether the proof is pictured, where a browser is used.")
    max_renders: int = Field(
        default=30, ge=0, description="Pages that are empty without scripts and shown in the browser for it."
    )
    max_screenshot_pages: int = Field(default=30, ge=0, description="Pages opened to picture the proof on them.")
    browser_pages: int = Field(
        default=2, ge=1, le=16, description="Pages open in browsers at once, all crawls of the machine together."
    )
    browser_recycle: int = Field(default=50, ge=1, description="Pages after which a new browser is started.")
    browser_timeout: float = Field(default=30.0, gt=0, description="Time for one page in the browser.")
    browser_seconds: float = Field(
        default=600.0, gt=0, description="Time in the browser after the crawl, for measuring and pictures."
    )
    validate_markup: bool = Field(
        default=False, description="Whether the Nu Html Checker, if installed, judges markup and style sheets."
    )
    seed: int = Field(default=0, description="Seed of the random path; the same seed asks for the same path.")

    @property
    def user_agent(self) -> str:
        """The User-Agent header of every request."""
        return user_agent(self.contact)

    def binds(self, url: str) -> bool:
        """Whether robots.txt binds at an address: not where the host's owner agreed that it need not."""
        host = (urlsplit(url).hostname or "").rstrip(".")
        agreed = any(host == owned or host.endswith(f".{owned}") for owned in self.robots_agreed)
        return self.obey_robots and not agreed

    @property
    def request_limit(self) -> int:
        """Requests that the crawl may make, robots.txt, sitemaps, redirects and retries included."""
        return self.max_requests or 3 * self.max_pages + 50


def scrapy_settings(options: CrawlOptions, *, replay: bool = False) -> dict[str, Any]:
    """Scrapy's settings for one crawl; in `replay` one request at a time, no pause, no network."""
    handler = "crawler.replay.ReplayHandler" if replay else "crawler.fetch.FetchHandler"
    return {
        **_SHARED,
        "DOWNLOAD_HANDLERS": _handlers(handler),
        "DOWNLOAD_DELAY": 0.0 if replay else options.delay,
        "DOWNLOAD_TIMEOUT": options.timeout,
        "CONCURRENT_REQUESTS": 1 if replay else options.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if replay else options.concurrency,
        "REDIRECT_MAX_TIMES": options.max_redirects,
        "USER_AGENT": options.user_agent,
    }


def _handlers(handler: str) -> dict[str, str | None]:
    return {"http": handler, "https": handler, "data": None, "file": None, "ftp": None, "s3": None}


_SHARED: dict[str, Any] = {
    "BOT_NAME": "losi-scout",
    "SPIDER_MODULES": ["spiders"],
    "NEWSPIDER_MODULE": "spiders",
    "TWISTED_REACTOR_ENABLED": False,
    "SCHEDULER": "crawler.scheduler.FrontierScheduler",
    "DOWNLOADER": "crawler.pacer.PacedDownloader",
    "DOWNLOAD_DELAY_JITTER": 0.0,
    "DOWNLOADER_STATS": False,
    "CONCURRENT_ITEMS": 1,  # Scrapy starts as many tasks for every answer; no items here
    "DOWNLOADER_MIDDLEWARES_BASE": {
        "crawler.redirects.RedirectMiddleware": 100,
        "crawler.backoff.BackoffMiddleware": 200,
        "crawler.robots.RobotsMiddleware": 300,
        "crawler.cycle.middleware.KeptMiddleware": 800,
        "crawler.archive.ArchiveMiddleware": 900,
    },
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "ITEM_PIPELINES": {},
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "WARNING",
    "LOG_FORMATTER": "crawler.logs.QuietLogFormatter",
    "VISIT_FACTORY": "crawler.check.visit_of_command",
}

globals().update(scrapy_settings(CrawlOptions()))
