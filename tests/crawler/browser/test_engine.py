"""The browser of a process: limits, crashes, renewal, and that nothing of it is left behind."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import psutil
import pytest
from playwright.async_api import Page
from playwright.sync_api import sync_playwright

from crawler.browser.chromium import NoBrowserError
from crawler.browser.engine import Engine, PageFailedError
from crawler.browser.slots import Slots
from crawler.browser.views import DESKTOP, PHONE
from tests.crawler.browser.conftest import MakeEngine, Started, is_browser, is_driver, kill, until

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
"""Seconds that a machine which others keep busy may take for anything here."""


async def _title(page: Page) -> str:
    await page.set_content("<title>shown</title>")
    return await page.title()


async def _look(engine: Engine, seconds: float = PATIENCE) -> str:
    return await engine.look(lambda version: DESKTOP.context("test", version), _title, seconds=seconds)


def test_page_that_hangs_is_ended_and_the_next_is_shown(engine_of: MakeEngine) -> None:
    async def hang(page: Page) -> None:
        await page.evaluate("() => { while (true); }")

    async def run() -> tuple[float, str]:
        async with engine_of() as engine:
            await _look(engine)
            began = monotonic()
            with pytest.raises(PageFailedError, match="not done within 1 seconds"):
                await engine.look(lambda version: DESKTOP.context("test", version), hang, seconds=1.0)
            return monotonic() - began, await _look(engine)

    seconds, title = asyncio.run(run())
    assert title == "shown"
    assert seconds < PATIENCE


@pytest.mark.parametrize("begun", [is_driver, is_browser])
def test_a_start_that_is_broken_off_leaves_nothing(
    engine_of: MakeEngine, started: Started, begun: Callable[[psutil.Process], bool]
) -> None:
    async def run() -> str:
        async with engine_of() as engine:
            task = asyncio.ensure_future(_look(engine))
            while not any(map(begun, started())):
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await _look(engine)

    assert asyncio.run(run()) == "shown"
    assert until(lambda: not started(), 30)


def test_page_that_crashes_twice_fails(engine_of: MakeEngine) -> None:
    async def crash(page: Page) -> None:
        session = await page.context.new_cdp_session(page)
        await session.send("Page.crash")

    async def run() -> tuple[int, str]:
        async with engine_of() as engine:
            with pytest.raises(PageFailedError, match="crashed twice"):
                await engine.look(lambda version: DESKTOP.context("test", version), crash, seconds=PATIENCE)
            return engine.restarts, await _look(engine)

    assert asyncio.run(run()) == (1, "shown")


def test_killed_browser_is_started_again(engine_of: MakeEngine, started: Started) -> None:
    tries = 0

    async def killed_once(page: Page) -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            kill(filter(is_browser, started()))
        return await _title(page)

    async def run() -> str:
        async with engine_of() as engine:
            return await engine.look(lambda version: DESKTOP.context("test", version), killed_once, seconds=PATIENCE)

    assert asyncio.run(run()) == "shown"
    assert tries == 2


def test_killed_driver_is_started_again(engine_of: MakeEngine, started: Started) -> None:
    async def run() -> str:
        async with engine_of() as engine:
            await _look(engine)
            killed = [process for process in started() if is_driver(process)]
            assert len(killed) == 1
            killed[0].kill()
            return await _look(engine)

    assert asyncio.run(run()) == "shown"


def test_browser_that_did_not_start_is_tried_again_later(engine_of: MakeEngine, tmp_path: Path) -> None:
    """The machine lacks something at first, which it has later."""
    there, count = tmp_path / "there", tmp_path / "count"
    program = tmp_path / "browser"
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    real = own if own.exists() else shutil.which("chromium") or shutil.which("google-chrome")
    program.write_text(f'#!/bin/sh\necho x >> "{count}"\ntest -e "{there}" || exit 1\nexec "{real}" "$@"\n')
    program.chmod(0o755)

    async def run() -> str:
        async with engine_of(program=str(program)) as engine:
            for _ in range(2):
                with pytest.raises(NoBrowserError):
                    await _look(engine)
            tried = count.read_text()
            there.touch()
            with pytest.raises(NoBrowserError):
                await _look(engine)
            assert count.read_text() == tried
            engine._again = 0.0
            title = await _look(engine)
            assert engine.missing == ""
            return title

    assert asyncio.run(run()) == "shown"


def test_browser_is_renewed(engine_of: MakeEngine) -> None:
    async def process(page: Page) -> int:
        assert page.context.browser is not None
        session = await page.context.browser.new_browser_cdp_session()
        told = await session.send("SystemInfo.getProcessInfo")
        return next(int(one["id"]) for one in told["processInfo"] if one["type"] == "browser")

    async def run() -> list[int]:
        async with engine_of(recycle=2) as engine:
            return [
                await engine.look(lambda version: DESKTOP.context("test", version), process, seconds=PATIENCE)
                for _ in range(5)
            ]

    first, second, third, fourth, fifth = asyncio.run(run())
    assert first == second != third == fourth != fifth


def test_no_more_pages_at_once_than_allowed(engine_of: MakeEngine) -> None:
    now = most = 0
    two = asyncio.Event()

    async def count(page: Page) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 2:
            two.set()
        await two.wait()
        await page.set_content("<p>x")
        now -= 1

    async def run() -> None:
        async with engine_of(pages=2) as engine, engine_of(pages=2) as other:
            looks = [
                one.look(lambda version: DESKTOP.context("test", version), count, seconds=PATIENCE)
                for one in (engine, other) * 3
            ]
            await asyncio.gather(*looks)

    asyncio.run(run())
    assert most == 2


def _hold(folder: Path, held: multiprocessing.synchronize.Event) -> None:
    async def run() -> None:
        async with Slots(1, folder).take():
            held.set()
            await asyncio.sleep(600)

    asyncio.run(run())


def test_slots_are_shared_by_processes_and_freed_by_their_death(tmp_path: Path, without_browser: None) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, held), daemon=True)
    process.start()
    assert held.wait(PATIENCE)

    async def taken(seconds: float) -> bool:
        async def take() -> None:
            async with Slots(1, tmp_path).take():
                pass

        try:
            await asyncio.wait_for(take(), seconds)
        except TimeoutError:
            return False
        return True

    assert not asyncio.run(taken(0.3))
    process.kill()
    process.join()
    assert asyncio.run(taken(PATIENCE))


def test_without_a_browser_the_mend_is_said(engine_of: MakeEngine, without_browser: None) -> None:
    async def run() -> str:
        async with engine_of(program="/no/such/browser") as engine:
            assert not await engine.ready()
            with pytest.raises(NoBrowserError):
                await _look(engine)
            return engine.missing

    assert asyncio.run(run()).startswith("there is no browser at /no/such/browser; run `playwright install chromium`")


@pytest.mark.parametrize("program", ["/bin/false", "/no/such/node"])
def test_a_driver_that_does_not_start_is_no_browser(tmp_path: Path, program: str) -> None:
    """As where the system lacks a library that the driver's program needs. In a process of its own: Playwright leaves
    behind what it began of the driver."""
    script = (
        "import asyncio, pathlib, sys\n"
        "from crawler.browser.engine import Engine\n"
        "from crawler.browser.slots import Slots\n"
        "async def run():\n"
        "    async with Engine(recycle=50, slots=Slots(2, pathlib.Path(sys.argv[1]))) as engine:\n"
        "        assert not await engine.ready()\n"
        "        return engine.missing\n"
        "print(asyncio.run(run()))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    environment = os.environ | {"PLAYWRIGHT_NODEJS_PATH": program}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("Playwright's driver does not start")


def test_phone_has_touch_and_says_who_asks(engine_of: MakeEngine) -> None:
    async def facts(page: Page) -> list[object]:
        await page.set_content('<meta name="viewport" content="width=device-width">')
        found: list[object] = await page.evaluate("[innerWidth, navigator.maxTouchPoints > 0, navigator.userAgent]")
        return found

    async def run() -> list[object]:
        async with engine_of() as engine:
            return await engine.look(
                lambda version: PHONE.context("LOSI-Scout/1 (+https://x.example)", version), facts, seconds=PATIENCE
            )

    width, touch, agent = asyncio.run(run())
    assert (width, touch) == (390, True)
    assert "Mobile" in str(agent)
    assert "compatible; LOSI-Scout/1 (+https://x.example)" in str(agent)
