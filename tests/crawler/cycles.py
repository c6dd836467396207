"""Cycles over sites on loopback: how they are crawled, and their plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.settings import CrawlOptions
from storage.database import Database
from storage.records import PortalRecord
from storage.repository import import_portals
from tests.crawler.loopback import Site

QUICK = CrawlOptions(
    delay=0.0, concurrency=1, timeout=600, retries=0, allow_private=True, soft404=False, sitemaps=False, max_seconds=900
)
"""An answer that a site's gate holds back is waited for longer than any test waits."""

PICTURED = QUICK.model_copy(update={"max_pages": 3, "browser": True, "max_screenshot_pages": 3})
"""The same with a browser, for a few pages."""


def slowly(pause: float) -> CrawlOptions:
    """The quick crawl with this pause, in seconds, between two pages."""
    return QUICK.model_copy(update={"delay": pause})


def begin(database: Database, name: str, sites: Sequence[Site], crawl: CrawlOptions = QUICK, **settings: Any) -> int:
    """Begins a cycle over cities' sites; its number."""
    with database.session() as session:
        import_portals(session, [PortalRecord(f"{site.url}/", f"Town {n}", "city") for n, site in enumerate(sites)])
        return begin_cycle(session, name, CycleSettings(crawl=crawl, **settings), Choice())[0].id
