"""The transport measured while a crawl runs, bound by the same robots.txt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler.transport.dial import Dialer
from crawler.transport.probe import Probe
from crawler.urls import canonical, origin

if TYPE_CHECKING:
    from crawler.robots import RobotsPolicy
    from crawler.visit import Visit

LIMIT = 40.0
"""Seconds for the whole measurement."""
_CONNECTION = 8.0
_LOOK_EVERY = 0.05


async def start(visit: Visit, crawled: asyncio.Event) -> Probe:
    """The probe for a visit's portal, once the crawl has read a robots.txt, or has ended (`crawled`) without one."""
    options = visit.options
    while visit.obeys_robots and not visit.robots and not crawled.is_set():
        await asyncio.sleep(_LOOK_EVERY)
    dialer = Dialer(options.user_agent, options.allow_private, min(_CONNECTION, options.timeout), options.delay)
    return Probe(visit.target.url, dialer, may_ask=lambda url: _allowed(visit, url))


def _allowed(visit: Visit, url: str) -> bool:
    """What robots.txt says; an origin that the crawl has not asked is taken to say what the first one said."""
    if not visit.binds(url) or not visit.robots:
        return True
    first: RobotsPolicy = next(iter(visit.robots.values()))
    where = origin(canonical(url))
    return visit.robots[where].allows(url) if where in visit.robots else first.allows(url)
