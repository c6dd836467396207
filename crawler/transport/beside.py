"""The transport measured while a crawl runs, bound by the same robots.txt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler.transport.dial import Dialer
from crawler.transport.probe import Probe
from crawler.urls import canonical, origin

if TYPE_CHECKING:
    from crawler.robots import RobotsPolicy
    from crawler.settings import CrawlOptions
    from crawler.visit import Visit

_LOOK_EVERY = 0.05
_WAITS = 5
"""Answers of a host that are waited for one after the other: by http, the handshake, by https, the handshake again, and
the chain."""


def limit(options: CrawlOptions) -> float:
    """Seconds for the whole measurement: every answer may take as long as one of the crawl. Else a slow portal, which
    the crawl reads, would be taken to have no HTTPS."""
    return min(_WAITS * (options.timeout + options.delay), options.max_seconds)


async def start(visit: Visit, crawled: asyncio.Event) -> Probe:
    """The probe for a visit's portal, once the crawl has read a robots.txt, or has ended (`crawled`) without one."""
    options = visit.options
    while visit.obeys_robots and not visit.robots and not crawled.is_set():
        await asyncio.sleep(_LOOK_EVERY)
    return Probe(visit.target.url, dialer_of(options), may_ask=lambda url: _allowed(visit, url))


def dialer_of(options: CrawlOptions) -> Dialer:
    """How endpoints are reached: with the crawl's manners and patience."""
    return Dialer(options.user_agent, options.allow_private, options.timeout, options.delay)


def _allowed(visit: Visit, url: str) -> bool:
    """What robots.txt says; an origin that the crawl has not asked is taken to say what the first one said."""
    if not visit.binds(url) or not visit.robots:
        return True
    first: RobotsPolicy = next(iter(visit.robots.values()))
    where = origin(canonical(url))
    return visit.robots[where].allows(url) if where in visit.robots else first.allows(url)
