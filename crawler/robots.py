"""robots.txt (RFC 9309): read once per origin before its first page, obeyed, with Crawl-delay and Sitemap lines."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawler.urls import origin

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.result import Cause
    from crawler.visit import Visit

logger = logging.getLogger(__name__)

MAX_SIZE = 500 * 1024
"""Bytes that are read at most (RFC 9309, 2.5)."""

_TOKEN = re.compile(r"^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]+)/[^\r\n]*", re.I | re.M)
"""A User-agent line that names a version too, as a header does (RFC 9309, 2.2.1)."""

RobotsState = Literal["read", "none", "unavailable"]


class RobotsDisallowed(IgnoreRequest):
    """robots.txt asks not to fetch this page, or cannot be had, which means the same for now (`cause` says why)."""

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class RobotsPolicy:
    """What an origin asks of us.

    `none` allows everything: the file is missing (any 4xx) or is no robots.txt (an HTML page in its place).
    `unavailable` allows nothing: the server failed (5xx) or did not answer even after retries (RFC 9309, 2.3.1.4);
    `cause` and `why` say what happened, and no feature is then `absent`. `agent` is the product token, by which groups
    are told (2.2.1): the rest of the User-Agent header holds words that are others' names, such as "crawler".
    """

    state: RobotsState
    rules: Protego | None = None
    agent: str = ""
    cause: Cause = "robots"
    why: str = ""

    def allows(self, url: str) -> bool:
        """Whether the URL may be fetched."""
        if self.rules is None:
            return self.state != "unavailable"
        return bool(self.rules.can_fetch(url, self.agent))

    @property
    def delay(self) -> float | None:
        """Crawl-delay in seconds, or what Request-rate comes to; None if there is neither."""
        if self.rules is None:
            return None
        delay = self.rules.crawl_delay(self.agent)
        rate = self.rules.request_rate(self.agent)
        paced = rate.seconds / rate.requests if rate is not None and rate.requests else None
        return max((float(value) for value in (delay, paced) if value is not None), default=None)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps it names."""
        return tuple(self.rules.sitemaps) if self.rules is not None else ()


def policy(status: int, body: bytes, agent: str, *, cut: bool = False) -> RobotsPolicy:
    """The policy of a robots.txt answer; `body` decoded of its Content-Encoding, `cut` if it broke off, `agent` the
    User-Agent header."""
    if status >= 500 or status == 429:
        return RobotsPolicy("unavailable", why=f"robots.txt answers HTTP {status}, which means: keep out for now")
    if not 200 <= status < 300 or _is_html(body):
        return RobotsPolicy("none")
    return RobotsPolicy("read", Protego.parse(_text(body, cut)), agent.partition("/")[0])


def _text(body: bytes, cut: bool) -> str:
    """What is read of a robots.txt: whole lines, since half a path would close more than it says. Of the names in
    User-agent lines only the product tokens are left."""
    read = body[: body.rfind(b"\n", 0, MAX_SIZE) + 1] if cut or len(body) > MAX_SIZE else body
    return _TOKEN.sub(r"\1", read.decode("utf-8-sig", "replace").replace("\x00", ""))


def unanswered(error: Exception) -> RobotsPolicy:
    """The policy where no answer came: nothing is allowed, for the reason that kept the answer away. A robots.txt that
    redirects to nowhere is none."""
    cause: Cause = getattr(error, "cause", "error")
    if cause in ("not_in_archive", "redirect_loop", "http_status"):
        return RobotsPolicy("none")
    return RobotsPolicy("unavailable", cause=cause, why=str(error))


def _is_html(body: bytes) -> bool:
    head = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith(b"<") and any(
        tag in head for tag in (b"<html", b"<!doctype", b"<head", b"<body", b"<script")
    )


class RobotsMiddleware:
    """Holds every request back until its origin's robots.txt was read, and drops what it disallows."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._visit: Visit = crawler.spider.visit  # type: ignore[union-attr]
        self._reading: dict[str, asyncio.Future[RobotsPolicy]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Scrapy's way in."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Lets the request pass or raises `RobotsDisallowed`."""
        if request.meta.get("role") == "robots":
            return
        where = origin(request.url)
        known = self._visit.robots.get(where)
        if known is None:
            known = await self._read(where)
        if not self._visit.obeys_robots or known.allows(request.url):
            return
        if not self._visit.binds(request.url):
            self._visit.opened += 1
            return
        self._visit.closed(request.meta.get("entry"), known)
        raise RobotsDisallowed(known.cause, known.why or f"robots.txt of {where} asks not to fetch {request.url}")

    async def _read(self, where: str) -> RobotsPolicy:
        if where in self._reading:
            return await self._reading[where]
        future = self._reading[where] = asyncio.get_running_loop().create_future()
        found = await self._fetch(where)
        self._visit.robots[where] = found
        self._slow_down(where, found)
        future.set_result(found)
        del self._reading[where]
        return found

    async def _fetch(self, where: str) -> RobotsPolicy:
        request = Request(f"{where}/robots.txt", meta={"role": "robots"}, dont_filter=True)
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except Exception as error:
            logger.debug("robots.txt of %s: %s", where, error)
            return unanswered(error)
        cut = response.request is not None and bool(response.request.meta["cut"])
        return policy(response.status, response.body, self._visit.options.user_agent, cut=cut)

    def _slow_down(self, where: str, found: RobotsPolicy) -> None:
        """Takes the origin's Crawl-delay, up to the cap, as its host's pause, if that is longer than what holds now."""
        options = self._visit.options
        if self._visit.replay is not None or found.delay is None or not options.obey_robots:
            return
        host = urlsplit(where).hostname or ""
        downloader = self._crawler.engine.downloader
        slowest = downloader.per_slot_settings.get(host, {}).get("delay", options.delay)
        delay = max(slowest, min(found.delay, options.max_crawl_delay))
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1}
        if host in downloader.slots:
            downloader.slots[host].delay, downloader.slots[host].concurrency = delay, 1
