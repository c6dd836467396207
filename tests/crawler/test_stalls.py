"""Nothing that one portal sends holds up the others: the event loop comes round again quickly."""

from __future__ import annotations

import asyncio
import gc
import gzip
from contextlib import suppress
from pathlib import Path
from time import thread_time

from crawler.check import check
from crawler.result import PortalTarget, RunResult
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.database import Database
from tests.crawler.loopback import Serve, page

_OPTIONS = CrawlOptions(delay=0, timeout=120, retries=0, allow_private=True, soft404=False, max_pages=3, concurrency=1)
_LONGEST = 0.4
"""Processor seconds between two rounds of the loop; one sitemap took two seconds, most of all that the crawl took, when
it was read in one go."""


async def _longest_turn(turns: list[float]) -> None:
    """Notes the processor time that the loop's thread spent between two moments in which others had their turn."""
    before = thread_time()
    while True:
        await asyncio.sleep(0.001)
        now = thread_time()
        turns.append(now - before)
        before = now


def _crawled(url: str, database: Database, folder: Path, inspector: Inspector) -> tuple[RunResult, float, float]:
    """The result, the longest turn and all turns together; garbage of before is left alone, as a cycle does it."""

    async def main() -> tuple[RunResult, float, float]:
        turns: list[float] = []
        watch = asyncio.ensure_future(_longest_turn(turns))
        target = PortalTarget(url)
        result = await check(target, _OPTIONS, inspector=inspector, database=database, data_dir=folder)
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        return result, max(turns), sum(turns)

    gc.collect()
    gc.freeze()
    try:
        return asyncio.run(main())
    finally:
        gc.unfreeze()


def test_a_large_sitemap(serve: Serve, database: Database, tmp_path: Path, inspector: Inspector) -> None:
    site = serve({"/": page("Town", "/a"), "/a": page("Other page")})
    line = "<url><loc>{}/news/{}/municipal-budget-and-permits-of-the-town</loc></url>\n"
    body = "".join(line.format(site.url, number) for number in range(300_000))
    assert len(body) > 25_000_000
    packed = gzip.compress(f"<urlset>{body}</urlset>".encode(), 1)
    site.routes["/robots.txt"] = (200, {}, f"Sitemap: {site.url}/sitemap.xml.gz".encode())
    site.routes["/sitemap.xml.gz"] = (200, {"Content-Type": "application/gzip"}, packed)
    site.routes["*"] = page("News")
    result, longest, total = _crawled(f"{site.url}/", database, tmp_path, inspector)
    assert result.pages == 3
    assert "/sitemap.xml.gz" in site.requests
    assert any(path.startswith("/news/") for path in site.requests)
    assert longest < max(_LONGEST, total / 3), (longest, total)


def test_a_large_answer_that_is_packed(serve: Serve, database: Database, tmp_path: Path, inspector: Inspector) -> None:
    site = serve({"/": page("Town", "/a.csv", "/b"), "/b": page("Other page")})
    packed = gzip.compress(b"a,b,c\n" * 3_300_000)
    site.routes["/a.csv"] = (200, {"Content-Type": "text/csv", "Content-Encoding": "gzip"}, packed)
    result, longest, _ = _crawled(f"{site.url}/", database, tmp_path, inspector)
    assert result.pages >= 2
    assert longest < _LONGEST, longest
