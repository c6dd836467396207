"""One pace at a host for all crawls, however many portals link to it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING
from uuid import uuid4

from scrapy.core.downloader import Downloader
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.visit import Visit

_TIDY = 1000


@dataclass(frozen=True, slots=True)
class _Turn:
    """The last turn given at a host: whose it is, when, and the pause behind it."""

    crawl: str
    at: float
    pause: float


class Pacer:
    """Gives turns at hosts, in the order in which they are asked for. Times in seconds, of one clock."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}
        self._tidy_from = _TIDY

    async def wait(self, host: str, crawl: str, pause: float, patience: float) -> float | None:
        """In how many seconds it is the turn of `crawl`; None, and no turn is taken, if in more than `patience`."""
        now = asyncio.get_running_loop().time()
        at = self.turn(host, crawl, pause, now, now + patience)
        return None if at is None else at - now

    def turn(self, host: str, crawl: str, pause: float, now: float, latest: float = inf) -> float | None:
        """When `crawl`, which keeps `pause` at the host between its own requests, may ask it: now, unless another
        crawl's turn is less than the longest known pause ago, or is still to come. None, and no turn is taken, where
        that would be after `latest`."""
        last = self._turns.get(host)
        if last is not None and last.at + last.pause > now:
            pause = max(pause, last.pause)
        at = now if last is None or (last.crawl == crawl and last.at <= now) else max(now, last.at + pause)
        if at > latest:
            return None
        self._turns[host] = _Turn(crawl, at, pause)
        if len(self._turns) > self._tidy_from:
            self._tidy(now)
        return at

    def _tidy(self, now: float) -> None:
        self._turns = {host: turn for host, turn in self._turns.items() if turn.at + turn.pause > now}
        self._tidy_from = max(_TIDY, 2 * len(self._turns))


class PacedDownloader(Downloader):
    """Scrapy's downloader; a linked host of others that further crawls keep busy takes no room from the portal's pages.

    The portal's own pages do take it while they wait, else its links would all be taken from the frontier meanwhile,
    and not the best of them first.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._visit: Visit = crawler.spider.visit  # type: ignore[union-attr]
        self._name = uuid4().hex
        self._waiting: Counter[str] = Counter()
        self._sent: dict[str, float] = {}

    def needs_backout(self) -> bool:
        """Whether as many requests as may be are under way, those aside that wait for what other crawls ask of hosts
        which are not the portal's."""
        if not self._waiting:
            return super().needs_backout()
        return 0 < self.total_concurrency <= sum(not self._is_aside(request) for request in self.active)

    def _is_aside(self, request: Request) -> bool:
        entry = request.meta.get("entry")
        return entry is not None and entry.kind == "external" and urlparse_cached(request).hostname in self._waiting

    async def turn(self, request: Request) -> None:
        """Waits, right before a request is sent, while other crawls keep its host busy. Raises IgnoreRequest where they
        do for longer than the crawl has time."""
        host = urlparse_cached(request).hostname or ""
        slot, pacer, visit = self.slots.get(host), self._visit.pacer, self._visit
        if pacer is None or slot is None:
            return
        left = visit.options.max_seconds - visit.budget.seconds
        seconds = await pacer.wait(host, self._name, slot.delay, left)
        if seconds is None:
            raise IgnoreRequest(f"{host} is busy with what other portals ask of it")
        seconds = self._spaced(host, seconds, slot.delay)
        if seconds > 0:
            await self._wait(host, seconds)

    def _spaced(self, host: str, seconds: float, delay: float) -> float:
        """In how many seconds to send what has its turn in so many: one turn may be longer in being told than the next,
        and the requests would follow each other too closely."""
        now = asyncio.get_running_loop().time()
        at = max(now + seconds, self._sent.get(host, -inf) + delay)
        self._sent[host] = at
        return at - now

    async def _wait(self, host: str, seconds: float) -> None:
        self._waiting[host] += 1
        self._go_on()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting -= Counter((host,))

    def _go_on(self) -> None:
        """Has the engine look for what else there is to ask."""
        slot = self.crawler.engine._slot
        if slot is not None:
            slot.nextcall.schedule()
