"""Ctrl-C, SIGTERM, cancellation and sudden death: what was read is kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.check import check
from crawler.progress import Progress
from crawler.result import PortalTarget
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.archive import ReplayIndex
from storage.database import Database
from storage.models import Run
from tests.crawler.certificates import leaf, server
from tests.crawler.loopback import Answer, Crawl, Handler, Route, Serve, Site, answers_in, page

SLOW = CrawlOptions(allow_private=True, delay=0.1, concurrency=2, sitemaps=False, soft404=False, timeout=900)
"""Answers that a site's gate holds back would be waited for longer than any test waits."""
ENDS = 60
"""Seconds in which what was told to end must end."""
SCRIPT = """
import sys
from crawler.check import run_check
from crawler.result import PortalTarget
from crawler.settings import CrawlOptions
options = CrawlOptions(
    allow_private=True, delay=0.1, concurrency=2, sitemaps=False, soft404=False, timeout=900
)
result = run_check(PortalTarget(sys.argv[1]), options, data_dir=sys.argv[2])
print(result.outcome, result.cause, result.pages)
"""


@pytest.fixture
def town(serve: Serve) -> Site:
    """A site of many pages."""
    return serve(
        {
            "/": page("Town", *(f"/part{n}{'x' * n}" for n in range(60))),
            "*": lambda h: (200, {}, page(h.path).encode()),
            "/robots.txt": (404, {}, b""),
        }
    )


async def _until(site: Site, requests: int) -> None:
    async with asyncio.timeout(120):
        while len(site.requests) < requests:
            await asyncio.sleep(0.01)


async def _archived(folder: Path, answers: int) -> None:
    async with asyncio.timeout(120):
        while not folder.is_dir() or answers_in(folder) < answers:
            await asyncio.sleep(0.01)


def test_stop_event(town: Site, database: Database, inspector: Inspector, tmp_path: Path) -> None:
    async def main() -> None:
        town.gate.only(5)
        stop = asyncio.Event()
        running = asyncio.ensure_future(
            check(
                PortalTarget(f"{town.url}/"), SLOW, inspector=inspector, database=database, data_dir=tmp_path, stop=stop
            )
        )
        await _until(town, 7)
        stop.set()
        async with asyncio.timeout(ENDS):
            result = await running
        assert (result.outcome, result.cause) == ("partial", "interrupted")
        assert 1 <= result.pages <= 4

    asyncio.run(main())


def test_stop_does_not_wait_for_a_slow_answer(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    routes: dict[str, Route] = {"/": page("Town", "/slow")}
    site = serve(routes)

    def slow(handler: Handler) -> None:
        handler.rfile.read(1)

    routes["/slow"] = slow

    async def main() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(
            check(
                PortalTarget(f"{site.url}/"), SLOW, inspector=inspector, database=database, data_dir=tmp_path, stop=stop
            )
        )
        await _until(site, 3)
        stop.set()
        async with asyncio.timeout(ENDS):
            result = await running
        assert (result.cause, result.pages) == ("interrupted", 1)

    asyncio.run(main())


def test_cancellation_is_concluded_and_passed_on(
    town: Site, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    async def main() -> None:
        town.gate.only(5)
        running = asyncio.ensure_future(
            check(PortalTarget(f"{town.url}/"), SLOW, inspector=inspector, database=database, data_dir=tmp_path)
        )
        await _until(town, 6)
        running.cancel()
        await asyncio.wait([running], timeout=ENDS)
        assert running.cancelled()

    asyncio.run(main())
    with database.reader() as session:
        run = session.scalars(select(Run)).one()
    assert (run.outcome, run.cause) == ("partial", "interrupted")
    assert run.pages >= 1


def test_stop_does_not_wait_for_the_probe_of_the_transport(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    def home(handler: Handler) -> Answer | None:
        if "Accept-Encoding" in handler.headers:
            return 200, {}, page("Town").encode()
        handler.rfile.read(1)
        return None

    site = serve({"/": home, "/robots.txt": (404, {}, b"")}, tls=server(tmp_path, leaf(None, "127.0.0.1")))
    stop = asyncio.Event()

    def stop_when_probing(progress: Progress) -> None:
        if progress.step.stage == "probing":
            stop.set()

    async def main() -> None:
        target = PortalTarget(f"{site.url}/")
        async with asyncio.timeout(ENDS):
            result = await check(
                target, SLOW, inspector=inspector, database=database, data_dir=tmp_path, stop=stop,
                progress=stop_when_probing,
            )  # fmt: skip
        assert (result.cause, result.pages) == ("interrupted", 1)

    asyncio.run(main())


def test_stop_does_not_wait_for_the_checker_of_markup(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Java is one that never answers, which the checker's start would be waited for."""
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\nexec sleep 600\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("LOSI_VNU", str(java))
    site = serve({"/": page("Town"), "/robots.txt": (404, {}, b"")})
    stop = asyncio.Event()

    def stop_when_validating(progress: Progress) -> None:
        if progress.step.stage == "validating":
            stop.set()

    async def main() -> None:
        options = SLOW.model_copy(update={"validate_markup": True})
        async with asyncio.timeout(ENDS):
            result = await check(
                PortalTarget(f"{site.url}/"), options, inspector=inspector, database=database, data_dir=tmp_path,
                stop=stop, progress=stop_when_validating,
            )  # fmt: skip
        assert (result.outcome, result.pages) == ("ok", 1)
        assert "validity of markup and style sheets was not measured: it was cut short" in result.problems

    asyncio.run(main())


def _is_finishing() -> bool:
    """Whether a run is being finished in some thread."""
    stacks = [traceback.extract_stack(frame) for frame in sys._current_frames().values()]
    return any(line.name == "finish" and line.filename.endswith("run.py") for stack in stacks for line in stack)


def test_a_cancelled_visit_is_not_left_while_its_end_is_written(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = serve({"/": page("Town"), "/robots.txt": (404, {}, b"")})
    other = sqlite3.connect(tmp_path / "losi.db", isolation_level=None)

    def lock_before_the_end(progress: Progress) -> None:
        if progress.step.stage == "concluding":
            other.execute("BEGIN IMMEDIATE")

    async def main() -> None:
        running = asyncio.ensure_future(
            check(
                PortalTarget(f"{site.url}/"), SLOW, inspector=inspector, database=database, data_dir=tmp_path,
                progress=lock_before_the_end,
            )
        )  # fmt: skip
        async with asyncio.timeout(120):
            while not _is_finishing():
                await asyncio.sleep(0.01)
        running.cancel()
        ended, _ = await asyncio.wait([running], timeout=1)
        other.close()
        await asyncio.wait([running], timeout=ENDS)
        assert running.cancelled()
        assert not ended

    asyncio.run(main())
    with database.reader() as session:
        assert session.scalars(select(Run)).one().outcome == "ok"


def test_several_portals_in_one_loop(serve: Serve, database: Database, inspector: Inspector, tmp_path: Path) -> None:
    sites = [serve({"/": page(f"Town {n}", "/a", "/b"), "/a": page(f"A {n}"), "/b": page(f"B {n}")}) for n in range(4)]

    async def main() -> None:
        results = await asyncio.gather(
            *(
                check(PortalTarget(f"{site.url}/"), SLOW, inspector=inspector, database=database, data_dir=tmp_path)
                for site in sites
            )
        )
        assert [result.pages for result in results] == [3] * 4

    asyncio.run(main())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_command_gracefully(number: signal.Signals, town: Site, tmp_path: Path) -> None:
    town.gate.only(3)
    command = _command(town, tmp_path)
    asyncio.run(_until(town, 4))
    command.send_signal(number)
    out, _ = command.communicate(timeout=ENDS)
    assert out.split()[:2] == ["partial", "interrupted"]


def test_after_a_kill_the_archive_is_readable(town: Site, tmp_path: Path, crawl: Crawl) -> None:
    town.gate.only(12)
    command = _command(town, tmp_path)
    asyncio.run(_until(town, 13))
    archive = tmp_path / "archive" / "run-000001"
    asyncio.run(_archived(archive, 12))
    command.kill()
    command.wait(ENDS)
    town.gate.open()
    with ReplayIndex([archive]) as index:
        assert len(index) == 12
    with Database(tmp_path / "losi.db") as database, database.reader() as session:
        assert session.scalars(select(Run)).one().outcome is None
    assert crawl(f"{town.url}/", replay=archive).pages >= 1


def _command(site: Site, folder: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, f"{site.url}/", str(folder)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
