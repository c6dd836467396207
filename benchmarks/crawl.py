"""Pages per second and memory of a whole check, beside other crawlers on the same pages of the same site.

    python -m benchmarks.crawl [--pages 2000] [--rounds 5] [--contestants losi,bare,...]
    python -m benchmarks.crawl --quick [--json FILE]
    python -m benchmarks.crawl --profile FILE [--contestants losi]

The contestants run in turn, each in a process of its own, forwards in odd rounds and backwards in even ones. What they
fetched is counted in the server's log; one that did not fetch every page is an error, not a result. Time runs from the
start of the process to its end. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from benchmarks import crawl_report
from benchmarks.contestants.contestant import Contestant
from benchmarks.contestants.entrants import BARE, ENTRANTS, OURS, able
from benchmarks.crawl_report import Race, Run
from benchmarks.generated_site import server_name
from benchmarks.measured import FailedError, run
from benchmarks.track import CONCURRENCY, Track, laid

_QUICK = 400
"""Pages of --quick."""

_QUICK_SECONDS = 40.0
"""When --quick begins no further round."""


def main(words: Sequence[str] | None = None) -> int:
    """Reads the arguments; measures; prints; 1 if a contestant failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, help=f"pages of the site (2000; with --quick {_QUICK})")
    parser.add_argument("--rounds", type=int, help="runs of each (5; with --quick 3 at most, as time allows)")
    parser.add_argument("--contestants", type=_keys, help=f"comma-separated, of {', '.join(ENTRANTS)} (all)")
    parser.add_argument("--quick", action="store_true", help="LOSI Scout and the bare CrawlSpider, under 50 s")
    parser.add_argument("--profile", type=Path, help="instead, profile one run of the first contestant with cProfile")
    for ending in crawl_report.WRITERS:
        parser.add_argument(f"--{ending}", type=Path, help=f"default benchmarks/results/crawl.{ending}, not in --quick")
    chosen = parser.parse_args(words)
    keys = chosen.contestants or ([OURS, BARE] if chosen.quick else list(ENTRANTS))
    contestants, absent = able(keys)
    for key, why in absent.items():
        print(f"without {ENTRANTS[key].title}: {why}", file=sys.stderr)
    if not contestants:
        parser.error("none of the contestants can run here")
    pages = chosen.pages or (_QUICK if chosen.quick else 2000)
    if chosen.profile:
        return _profile(contestants[0], pages, chosen.profile)
    end = monotonic() + _QUICK_SECONDS if chosen.quick else float("inf")
    race = compete(contestants, pages, chosen.rounds or (3 if chosen.quick else 5), end)
    report = crawl_report.summary(race, absent)
    crawl_report.print_table(report)
    for ending, write in crawl_report.WRITERS.items():
        given = getattr(chosen, ending)
        if given or not chosen.quick:
            write(given or crawl_report.RESULTS / f"crawl.{ending}", report)
    return 1 if race.errors else 0


def _keys(text: str) -> list[str]:
    keys = text.split(",")
    unknown = [key for key in keys if key not in ENTRANTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known are {', '.join(ENTRANTS)}")
    return keys


def compete(contestants: Sequence[Contestant], pages: int, rounds: int, end: float = float("inf")) -> Race:
    """All contestants in turn, `rounds` times; no further round is begun that would likely be over after `end`."""
    race = Race(pages, CONCURRENCY, server_name(), {one.key: [] for one in contestants}, {})
    with ExitStack() as stack:
        course, one_page = stack.enter_context(laid(pages)), stack.enter_context(laid(1))
        for number in range(rounds):
            began = monotonic()
            for one in contestants[:: 1 if number % 2 == 0 else -1]:
                if one.key not in race.errors:
                    _take(race, one, course, one_page)
            if monotonic() * 2 - began > end:
                break
    return race


def _take(race: Race, one: Contestant, course: Track, one_page: Track) -> None:
    """One run of one contestant, and one over a single page, which is what its start costs."""
    try:
        start = one_page.run(one)
        cost = course.run(one)
    except FailedError as error:
        race.errors[one.key] = str(error)
        print(f"{one.title}: {error}", file=sys.stderr)
        return
    made = Run(course.pages, course.log.asked().total(), cost, start.seconds)
    race.runs[one.key].append(made)
    round_number = len(race.runs[one.key])
    print(f"round {round_number}: {one.title:38}{made.pages_per_second:8.1f} pages/s", file=sys.stderr)


def _profile(one: Contestant, pages: int, path: Path) -> int:
    """Runs a contestant that is a module of ours under cProfile."""
    with laid(pages) as track:
        command = one.command(track.course(track.folder / "profiled"))
        if command[1] != "-m":
            print(f"{one.title} is no Python module of this project", file=sys.stderr)
            return 2
        run([command[0], "-m", "cProfile", "-o", str(path.resolve()), *command[1:]], track.folder / "said")
    print(f"{path}: python -m pstats {path}, or any viewer of cProfile's files", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
