"""A browser for the tests, and slots of their own, so that other crawls of the machine do not hold them up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

import psutil
import pytest

from crawler.browser.engine import Engine
from crawler.browser.slots import Slots

T = TypeVar("T")
MakeEngine = Callable[..., Engine]
Started = Callable[[], list[psutil.Process]]


@cache
def why_no_browser() -> str:
    """Why no browser can be started here, empty if one can."""

    async def ask() -> str:
        async with Engine() as engine:
            await engine.ready()
            return engine.missing

    return asyncio.run(ask())


def browsers() -> list[psutil.Process]:
    """The browser processes that this process started, or its children did."""
    return [one for one in psutil.Process().children(recursive=True) if is_browser(one)]


def drivers() -> list[psutil.Process]:
    """The processes of Playwright's driver that this process started."""
    return [one for one in psutil.Process().children() if is_driver(one)]


@pytest.fixture
def started() -> Started:
    """The browsers and drivers begun since the test began: those are its own, to count and to kill.

    Tests that ran before in the same process may keep a browser for the whole session.
    """
    others = {process.pid for process in (*browsers(), *drivers())}
    return lambda: [process for process in (*browsers(), *drivers()) if process.pid not in others]


def is_browser(process: psutil.Process) -> bool:
    """Whether a process is a browser that runs."""
    try:
        return "chrom" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_driver(process: psutil.Process) -> bool:
    """Whether a process is one of Playwright's driver."""
    try:
        return "node" in process.name()
    except psutil.NoSuchProcess:
        return False


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kills processes, of which the first may have taken others with it."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def until(met: Callable[[], bool], seconds: float = 120.0) -> bool:
    """Whether a condition is met in time: processes end a little later than what ended them."""
    end = monotonic() + seconds
    while not met():
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


@pytest.fixture(autouse=True)
def _needs_browser(request: pytest.FixtureRequest) -> None:
    """Skips a test where there is no browser, unless it does without."""
    if "without_browser" not in request.fixturenames and why_no_browser():
        pytest.skip(why_no_browser())


@pytest.fixture(autouse=True)
def _own_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the crawls of a test share no places with other crawls of the machine."""
    folder = tmp_path / "own slots"
    folder.mkdir()
    monkeypatch.setattr("crawler.browser.slots._own_folder", lambda: folder)


@pytest.fixture
def without_browser() -> None:
    """For tests that need none."""


@pytest.fixture
def engine_of(tmp_path: Path) -> Iterator[MakeEngine]:
    """Makes an engine with slots of its own; none of them may leave a browser behind."""
    before = {process.pid for process in browsers()}

    def make(*, pages: int = 2, recycle: int = 50, program: str = "") -> Engine:
        folder = tmp_path / "slots"
        folder.mkdir(exist_ok=True)
        return Engine(recycle=recycle, program=program, slots=Slots(pages, folder))

    yield make
    assert until(lambda: {process.pid for process in browsers()} <= before, 30)


class Shared:
    """One loop and one browser for all tests that need no browser of their own."""

    def __init__(self, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._folder = folder
        self._engine: Engine | None = None

    def run(self, work: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
        """What the coroutine gives."""

        async def inside() -> T:
            self._engine = self._engine or Engine(slots=Slots(2, self._folder))
            return await work(self._engine)

        return self._runner.run(inside())

    def close(self) -> None:
        """Ends browser and loop."""
        if self._engine is not None:
            self._runner.run(self._engine.close())
        self._runner.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """The browser of the session."""
    made = Shared(tmp_path_factory.mktemp("slots"))
    yield made
    made.close()
