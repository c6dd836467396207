"""Pages per second and peak memory of a whole check, beside a bare Scrapy CrawlSpider on the same site in the same run.

    python -m benchmarks.crawl [--pages 2000] [--rounds 5] [--quick] [--json FILE]

LOSI Scout archives every page, runs all detectors and writes the database; the CrawlSpider follows links and
counts pages.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.generated_site import served, write_site

ROOT = Path(__file__).resolve().parents[1]
CONCURRENCY = 16
NAMES = {"losi": "LOSI Scout", "losi+2": "with two readers", "bare": "bare CrawlSpider"}


def main() -> None:
    """Reads the arguments; measures; prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000, help="pages of the site")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each")
    parser.add_argument("--quick", action="store_true", help="300 pages, 2 rounds")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--one", nargs=3, metavar=("WHO", "URL", "PAGES"), help=argparse.SUPPRESS)
    parser.add_argument("--profile", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        who, url, pages = arguments.one
        print(json.dumps(measure(who, url, int(pages), arguments.profile)))
        return
    pages, rounds = (300, 2) if arguments.quick else (arguments.pages, arguments.rounds)
    report = compare(pages, rounds)
    print_report(report)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


def measure(who: str, url: str, pages: int, profile: Path | None = None) -> dict[str, float]:
    """One crawl in this process: pages, seconds, and the peak memory in MB of it and its largest child."""
    if profile is not None:
        import cProfile

        profiler = cProfile.Profile()
        profiler.enable()
    began = perf_counter()
    fetched = _bare(url) if who == "bare" else _losi(url, pages, 2 if who == "losi+2" else 0)
    seconds = perf_counter() - began
    if profile is not None:
        profiler.dump_stats(profile)
    used = sum(resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = used / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return {"pages": fetched, "seconds": seconds, "pages_per_second": fetched / seconds, "peak_mb": peak}


def _losi(url: str, pages: int, processes: int) -> int:
    from crawler.check import run_check
    from crawler.result import PortalTarget
    from crawler.settings import CrawlOptions

    options = CrawlOptions(
        max_pages=pages,
        delay=0,
        concurrency=CONCURRENCY,
        allow_private=True,
        max_queue=max(20_000, pages),
        processes=processes,
    )
    with tempfile.TemporaryDirectory() as folder:
        return run_check(PortalTarget(url), options, data_dir=folder).pages


def _bare(url: str) -> int:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.http import Response
    from scrapy.linkextractors import LinkExtractor
    from scrapy.spiders import CrawlSpider, Rule

    count = 0

    class Bare(CrawlSpider):
        name = "bare"
        start_urls = [url]  # noqa: RUF012
        rules = (Rule(LinkExtractor(), callback="parse_page", follow=True),)

        def parse_page(self, response: Response) -> None:
            nonlocal count
            count += 1

    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS": CONCURRENCY,
            "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(Bare)
    process.start()
    return count


def compare(pages: int, rounds: int) -> dict[str, Any]:
    """Both crawlers in turn, each in a fresh process, `rounds` times."""
    runs: dict[str, list[dict[str, float]]] = {who: [] for who in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        write_site(site, pages)
        with served(site) as url:
            for number in range(rounds):
                for who in NAMES if number % 2 == 0 else reversed(NAMES):
                    runs[who].append(_in_process(who, url, pages))
                    print(
                        f"round {number + 1}: {NAMES[who]:16} {runs[who][-1]['pages_per_second']:7.1f} pages/s",
                        file=sys.stderr,
                    )
    medians = {who: statistics.median(run["pages_per_second"] for run in made) for who, made in runs.items()}
    return {
        "pages": pages,
        "rounds": rounds,
        "runs": runs,
        "median_pages_per_second": medians,
        "ratio_to_bare_crawlspider": round(medians["losi"] / medians["bare"], 3),
        "ratio_with_two_readers": round(medians["losi+2"] / medians["bare"], 3),
    }


def _in_process(who: str, url: str, pages: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.crawl", "--one", who, url, str(pages)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{who} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if found["pages"] < pages * 0.98:
        raise RuntimeError(f"{NAMES[who]} read only {found['pages']} of {pages} pages")
    return found


def print_report(report: dict[str, Any]) -> None:
    """The numbers as a table."""
    print(f"{report['pages']} pages, {report['rounds']} rounds, concurrency {CONCURRENCY}, no pause")
    print(f"{'':18}{'min':>8}{'median':>8}{'max':>8}   pages/s{'peak MB':>10}")
    for who, made in report["runs"].items():
        speeds = sorted(run["pages_per_second"] for run in made)
        peak = max(run["peak_mb"] for run in made)
        print(f"{NAMES[who]:18}{speeds[0]:8.1f}{statistics.median(speeds):8.1f}{speeds[-1]:8.1f}{peak:20.0f}")
    print(f"ratio to the bare CrawlSpider: {report['ratio_to_bare_crawlspider']:.2f} in one process")
    print(f"{report['ratio_with_two_readers']:35.2f} with pages read in two processes beside it")


if __name__ == "__main__":
    main()
