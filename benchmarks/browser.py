"""What the browser costs: seconds by kind of work, memory of the whole process tree, and what it leaves behind.

    python -m benchmarks.browser [--pages 200] [--renders 30] [--without] [--demo] [--json FILE]

By default a generated site is crawled over HTTP, of which `--renders` pages are empty without scripts; `--demo` checks
the bundled archive instead, with pictures of the proof. Memory is the proportional set size of every process of the run
(Linux; elsewhere the resident size), sampled each 0.2 s; the crawler's own is told when the 10th page was read, and at
the end.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.generated_site import path_of, served, write_site
from crawler.check import run_check
from crawler.result import PortalTarget
from crawler.settings import CrawlOptions

if TYPE_CHECKING:
    from crawler.progress import Progress
    from crawler.result import RunResult

_EVERY = 0.2
_MB = 1 << 20
_NAMES = ("chromium", "chrome", "chrome-headless-shell", "node")


@dataclass(slots=True)
class Report:
    """The numbers of one run; memory in MB, times in seconds."""

    pages: int = 0
    shown: int = 0
    rendered: int = 0
    pictures: int = 0
    seconds: float = 0.0
    seconds_crawl: float = 0.0
    seconds_detect: float = 0.0
    seconds_render: float = 0.0
    peak_tree_mb: float = 0.0
    peak_browser_mb: float = 0.0
    crawler_mb_at_page_10: float = 0.0
    crawler_mb_at_last_page: float = 0.0
    crawler_mb_at_end: float = 0.0
    browsers_left: int = 0
    problems: list[str] = field(default_factory=list)


class Meter:
    """Samples the memory of this process and of the browser below it."""

    def __init__(self) -> None:
        self.peak = self.peak_browser = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(_EVERY):
            below = sum(_memory(process) for process in _browsers())
            self.peak_browser = max(self.peak_browser, below)
            self.peak = max(self.peak, below + _memory(psutil.Process()))


def _memory(process: psutil.Process) -> float:
    try:
        used = process.memory_full_info()
    except psutil.Error:
        return 0.0
    return float(getattr(used, "pss", used.rss)) / _MB


def measure_site(pages: int, renders: int, *, browser: bool = True) -> Report:
    """Crawls a generated site over loopback; every page from the third on is a shell until `renders` are."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        write_site(site, pages)
        _empty(site, renders - 1)
        with served(site) as url:
            options = CrawlOptions(
                max_pages=pages,
                delay=0,
                concurrency=8,
                allow_private=True,
                browser=browser,
                max_renders=renders,
                soft404=False,
            )
            return _measured(url, options, Path(folder), None)


def measure_demo() -> Report:
    """Checks the bundled archive, with pictures."""
    from losi import demo

    with tempfile.TemporaryDirectory() as folder:
        return _measured(demo.url(), CrawlOptions(browser=True), Path(folder), demo.archive())


def _empty(site: Path, number: int) -> None:
    """Turns pages into shells whose script writes the page; the home page stays as it is."""
    for page in range(1, number + 1):
        file = site / path_of(page).lstrip("/")
        html = json.dumps(file.read_text("utf-8")).replace("</", "<\\/")
        script = (
            f"const made = new DOMParser().parseFromString({html}, 'text/html'); document.body.replaceWith(made.body)"
        )
        file.write_text(
            f'<!doctype html><html lang="es"><body><div id="app"></div><script>{script}</script></body></html>'
        )


def _measured(url: str, options: CrawlOptions, folder: Path, replay: Path | None) -> Report:
    report = Report()

    def watch(progress: Progress) -> None:
        if progress.pages >= 10 and not report.crawler_mb_at_page_10:
            report.crawler_mb_at_page_10 = _memory(psutil.Process())
        if progress.pages == progress.limit:
            report.crawler_mb_at_last_page = _memory(psutil.Process())

    with Meter() as meter:
        result = run_check(PortalTarget(url), options, data_dir=folder, replay=replay, progress=watch)
        report.crawler_mb_at_end = _memory(psutil.Process())
    report.peak_tree_mb, report.peak_browser_mb = meter.peak, meter.peak_browser
    report.browsers_left = _left_after(5.0)
    _take(report, result, folder)
    return report


def _take(report: Report, result: RunResult, folder: Path) -> None:
    from storage.database import Database
    from storage.repository import get_run

    for name in ("pages", "seconds", "seconds_crawl", "seconds_detect", "seconds_render"):
        setattr(report, name, getattr(result, name))
    report.pictures = sum(any(o.screenshot for o in found.evidence) for found in result.findings)
    report.problems = list(result.problems)
    with Database(folder / "losi.db") as database, database.reader() as session:
        kept: dict[str, Any] = get_run(session, result.run_id or 0).certificate["browser"]
    report.shown, report.rendered = kept.get("pages", 0), len(kept.get("rendered", ()))


def _left_after(seconds: float) -> int:
    """Browser processes that are still there after at most so long."""
    end = monotonic() + seconds
    while (left := _browsers()) and monotonic() < end:
        psutil.wait_procs(left, timeout=0.1)
    return len(left)


def _browsers() -> list[psutil.Process]:
    """Browsers and their driver, below this process."""
    return [one for one in psutil.Process().children(recursive=True) if _name(one) in _NAMES]


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def _site(arguments: argparse.Namespace) -> Report:
    return measure_site(arguments.pages, arguments.renders, browser=not arguments.without)


def main() -> None:
    """Reads the arguments; measures; prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200, help="pages of the site")
    parser.add_argument("--renders", type=int, default=30, help="pages shown in the browser during the crawl")
    parser.add_argument("--without", action="store_true", help="the same crawl without a browser, to compare with")
    parser.add_argument("--demo", action="store_true", help="check the bundled archive instead")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    report = measure_demo() if arguments.demo else _site(arguments)
    numbers = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(report).items()}
    for name, value in numbers.items():
        print(f"{name.replace('_', ' '):24}{value}")
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(numbers, indent=2) + "\n")


if __name__ == "__main__":
    main()
