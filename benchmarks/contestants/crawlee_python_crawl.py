"""Follows every link of a site with Crawlee's Parsel crawler; run by the environment that `crawlee_python` makes."""

from __future__ import annotations

import asyncio
import sys
from typing import Any


async def crawl(url: str, concurrency: int) -> None:
    """Crawls until the queue is empty; the queue is kept in memory."""
    from crawlee import ConcurrencySettings  # type: ignore[import-not-found]
    from crawlee.crawlers import ParselCrawler  # type: ignore[import-not-found]
    from crawlee.storage_clients import MemoryStorageClient  # type: ignore[import-not-found]

    crawler = ParselCrawler(
        storage_client=MemoryStorageClient(),
        concurrency_settings=ConcurrencySettings(concurrency, concurrency, desired_concurrency=concurrency),
        respect_robots_txt_file=True,
    )
    crawler.router.default_handler(_follow)
    await crawler.run([url])


async def _follow(context: Any) -> None:
    await context.enqueue_links()


if __name__ == "__main__":
    asyncio.run(crawl(sys.argv[1], int(sys.argv[2])))
