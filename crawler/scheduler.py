"""Scrapy's scheduler over the visit's frontier: a Request is made when there is room to fetch it, not before."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from scrapy.core.scheduler import BaseScheduler

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler

    from crawler.visit import Visit


class FrontierScheduler(BaseScheduler):
    """First what the engine was given (seeds, redirects, retries), then the frontier's best.

    In replay, and while a broken crawl retraces its way, it hands out one request at a time, once the page before was
    read: the order is then the same in every run.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._given: deque[Request] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FrontierScheduler:
        """Scrapy's way in."""
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        """Takes the spider's visit."""
        self._spider = spider
        self._visit: Visit = spider.visit  # type: ignore[attr-defined]
        self._visit.on_stop(self._let_go)

    def close(self, reason: str) -> None:
        """Forgets the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def has_pending_requests(self) -> bool:
        """Whether anything is left that may be fetched."""
        if self._visit.stopped:
            return False
        return bool(self._given) or self._visit.has_more()

    def enqueue_request(self, request: Request) -> bool:
        """Takes a request from the engine; always kept."""
        self._given.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next request, None if it is not the time for one."""
        visit = self._visit
        if visit.stopped or ((visit.replay is not None or visit.retracing) and self._busy()):
            return None
        if self._given:
            return self._given.popleft()
        wait = visit.held_for()
        if wait > 0:
            self._wake_after(wait)
            return None
        entry = visit.next_entry()
        return visit.request(entry, self._spider) if entry is not None else None

    def _busy(self) -> bool:
        engine = self._crawler.engine
        return bool(engine.downloader.active) or not engine.scraper.slot.is_idle()  # type: ignore[union-attr]

    def _wake_after(self, seconds: float) -> None:
        """Asks the engine to look again then; it would only look every five seconds by itself."""
        if self._timer is None or self._timer.cancelled() or self._timer.when() < asyncio.get_running_loop().time():
            self._timer = asyncio.get_running_loop().call_later(min(seconds, 5.0) + 0.01, self._wake)

    def _let_go(self) -> None:
        """Lets go what still waits for its turn at a host, since it is not asked for any more."""
        downloader = self._crawler.engine.downloader
        for slot in downloader.slots.values():
            slot.delay = 0.0
            slot.close()
            downloader._process_queue(slot)
        self._wake()

    def _wake(self) -> None:
        slot = self._crawler.engine._slot
        if slot is not None:
            slot.nextcall.schedule()
