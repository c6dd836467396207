"""Pages read in processes beside the crawl: the same findings, failures counted, a dead reader replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.check import run_check
from crawler.readers import Readers
from crawler.reading import Answer, read
from crawler.result import PortalTarget
from crawler.settings import CrawlOptions
from detectors.base import PageDetector
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry
from storage.database import Database
from tests.crawler.loopback import Crawl, Serve, page


class Broken(PageDetector):
    """Fails on every page, as a faulty plug-in does."""

    name = "broken"
    features = ("info.news",)

    def observe(self, page: Page) -> Iterator[Observation]:
        raise ValueError("boom")


def answer(body: str, status: int = 200) -> Answer:
    return Answer("https://town.gov/", body.encode(), status, "text/html", {}, None, 1)


def _signal(readers: Readers, number: signal.Signals) -> None:
    """Sends a signal to all processes that read."""
    assert readers._pool is not None
    assert readers._pool._pool is not None
    for process in readers._pool._pool._processes.values():
        os.kill(process.pid or 0, number)


def test_a_detector_that_fails_is_counted() -> None:
    inspector = Inspector(Registry((Broken(),), ()), LexiconSet({}))
    asyncio.run(Readers(inspector).read(answer(page("Town", "/news"))))
    assert "boom" in inspector.problems[0]
    assert inspector.fails(inspector.detectors.page[0])


def test_what_is_refused_is_not_asked() -> None:
    inspector = Inspector(Registry((Broken(),), ()), LexiconSet({}))
    reading = asyncio.run(Readers(inspector).read(answer(page("Gone"), 404)))
    assert reading.refused is not None
    assert inspector.problems == []


def test_another_process_reads_the_same_and_is_replaced_when_it_dies(inspector: Inspector) -> None:
    async def read_thrice() -> list[object]:
        readers = Readers(inspector, processes=1)
        try:
            elsewhere = await readers.read(answer(page("Town", "/news")))
            _signal(readers, signal.SIGKILL)
            after = await readers.read(answer(page("Town", "/news")))
        finally:
            readers.close()
        return [elsewhere, after, await Readers(inspector).read(answer(page("Town", "/news")))]

    elsewhere, after, here = asyncio.run(read_thrice())
    assert elsewhere == after == here


@pytest.mark.skipif(os.cpu_count() == 1, reason="one reader needs the only processor")
def test_what_its_readers_are_too_busy_for_a_crawl_reads_itself(inspector: Inspector) -> None:
    answers = [answer(page(f"Town {number}", "/news")) for number in range(8)]

    async def read_all() -> tuple[list[bool], list[object]]:
        readers = Readers(inspector, processes=1)
        try:
            await readers.read(answers[0])
            _signal(readers, signal.SIGSTOP)
            reading = [asyncio.ensure_future(readers.read(one)) for one in answers]
            await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
            first = [one.done() for one in reading]
            _signal(readers, signal.SIGCONT)
            return first, [*await asyncio.gather(*reading)]
        finally:
            readers.close()

    first, found = asyncio.run(read_all())
    assert first.index(True) == 4
    assert found == [read(one, inspector) for one in answers]


def test_a_crawl_with_readers_finds_the_same(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town", "/news", "/budget"), "/news": page("News", "/"), "/budget": page("Budget", "/")})
    alone = crawl(site.url, soft404=False, sitemaps=False)
    shared = crawl(site.url, soft404=False, sitemaps=False, processes=1)
    assert (shared.outcome, shared.pages) == (alone.outcome, alone.pages) == ("ok", 3)
    assert {f.feature: f.state for f in shared.findings} == {f.feature: f.state for f in alone.findings}


KILLER = '''
import multiprocessing, os, signal
from detectors.base import PageDetector

class Killer(PageDetector):
    """Stands for a page on which a parser crashes."""

    name = "killer"
    features = ("park.bench",)

    def observe(self, page):
        if page.url.endswith("/deadly"):
            assert multiprocessing.parent_process() is not None, "the crawl read it itself"
            os.kill(os.getpid(), signal.SIGKILL)
        return ()
'''


@pytest.fixture
def with_killer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inspector:
    """All installed detectors, and one more that is installed in a folder of its own."""
    folder = tmp_path / "site"
    info = folder / "losi_killer-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: losi-killer\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[losi.detectors]\nkiller = losi_killer:Killer\n", encoding="utf-8")
    (folder / "losi_killer.py").write_text(KILLER, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return Inspector.default()


def test_a_page_that_kills_its_readers_is_left_unread_and_the_others_are_read(
    serve: Serve, database: Database, with_killer: Inspector, tmp_path: Path
) -> None:
    others = [f"/{number}" for number in range(9)]
    site = serve({"/": page("Town", "/deadly", *others), "/deadly": page("Budget"), **{o: page(o) for o in others}})
    options = CrawlOptions(allow_private=True, delay=0.0, sitemaps=False, soft404=False, processes=1)
    result = run_check(
        PortalTarget(f"{site.url}/"), options, inspector=with_killer, database=database, data_dir=tmp_path / "data"
    )
    assert (result.outcome, result.pages) == ("ok", 10)
    assert result.findings[0].certificate is not None
    assert result.findings[0].certificate.exhausted is False
    dead = f"{site.url}/deadly could not be read: the process that read it died, and so did a second one"
    assert [told for told in result.problems if "detector" in told or "read" in told] == [dead]
