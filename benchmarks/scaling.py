"""Does a page cost the same on a big site, does cost follow the weight of pages, do more lexicons slow reading down?

    python -m benchmarks.scaling [--only pages,weight,lexicons] [--rounds 3] [--json FILE] [--png FILE]
    python -m benchmarks.scaling --quick

LOSI Scout crawls sites of 500, 2,000 and 8,000 pages; sites of pages of 10 KB to 1 MB with 40 links each; and reads
English pages with 1, 10 and 45 lexicons loaded. Cost is processor time of the whole process tree; wall time is told
beside it. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import scaling_report
from benchmarks.contestants.entrants import ENTRANTS, OURS
from benchmarks.generated_site import Shape
from benchmarks.measured import ROOT, Cost, run
from benchmarks.scaling_report import Point, Series
from benchmarks.track import Track, laid

RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of sites in pages; weights of pages in KB (1,000 bytes), and pages of such a site; numbers of lexicons,
    and pages read with them; runs of each."""

    pages: tuple[int, ...] = (500, 2000, 8000)
    weights: tuple[int, ...] = (10, 30, 100, 300, 1000)
    weighed: int = 200
    lexicons: tuple[int, ...] = (1, 10, 45)
    read: int = 100
    rounds: int = 3


_QUICK = Plan((50, 100, 200), (10, 100, 300), 30, (1, 10, 45), 30, 1)


def main(words: Sequence[str] | None = None) -> None:
    """Reads the arguments; measures; prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(_SERIES), help="comma-separated, of pages, weight, lexicons (all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: a check that it works")
    parser.add_argument("--rounds", type=int, help="runs of each size (3; with --quick 1); the median counts")
    parser.add_argument("--json", type=Path, help="default benchmarks/results/scaling.json, not in --quick")
    parser.add_argument("--png", type=Path, help="default benchmarks/results/scaling.png, not in --quick")
    chosen = parser.parse_args(words)
    names = chosen.only.split(",")
    if unknown := set(names) - set(_SERIES):
        parser.error(f"--only: unknown: {', '.join(sorted(unknown))}; known are {', '.join(_SERIES)}")
    plan = _QUICK if chosen.quick else Plan()
    series = {}
    for name in names:
        series[name] = _SERIES[name](plan, chosen.rounds or plan.rounds)
        scaling_report.print_series(series[name])
    if chosen.json or not chosen.quick:
        scaling_report.write_json(chosen.json or RESULTS / "scaling.json", series)
    if chosen.png or not chosen.quick:
        scaling_report.draw(chosen.png or RESULTS / "scaling.png", series)


def by_pages(plan: Plan, rounds: int) -> Series:
    """Seconds of a whole crawl against the pages of the site; the smallest site is a single page."""
    with ExitStack() as stack:
        tracks = [stack.enter_context(laid(pages)) for pages in (1, *plan.pages)]
        costs = _crawled(tracks, rounds)
    points = [Point.of(track.pages, made) for track, made in zip(tracks, costs, strict=True)]
    return Series("pages of the site, 45 KB and 115 links each", "page", "s", tuple(points))


def by_weight(plan: Plan, rounds: int) -> Series:
    """Milliseconds a page against its weight, without what a site of a single page costs."""
    with ExitStack() as stack:
        start = stack.enter_context(laid(1))
        shapes = [Shape(weight * 1000, 40, 25) for weight in plan.weights]
        tracks = [stack.enter_context(laid(plan.weighed, shape)) for shape in shapes]
        first, *costs = _crawled([start, *tracks], rounds)
    begun = Point.of(1, first)
    points = [
        Point.of(weight, made).beyond(begun, plan.weighed - 1) for weight, made in zip(plan.weights, costs, strict=True)
    ]
    return Series(f"KB a page, {plan.weighed} pages of 40 links", "KB", "ms a page", tuple(points))


def by_lexicons(plan: Plan, rounds: int) -> Series:
    """Milliseconds of reading an English page against the number of lexicons that are loaded."""
    points = [_with_lexicons(count, plan.read, rounds) for count in plan.lexicons]
    return Series(f"lexicons loaded, {plan.read} English pages read", "lexicon", "ms a page", tuple(points), flat=True)


_SERIES: dict[str, Callable[[Plan, int], Series]] = {
    "pages": by_pages,
    "weight": by_weight,
    "lexicons": by_lexicons,
}


def _crawled(tracks: Sequence[Track], rounds: int) -> list[list[Cost]]:
    """The costs of each track, upwards and downwards in turn."""
    costs: list[list[Cost]] = [[] for _ in tracks]
    for number in range(rounds):
        for track, made in list(zip(tracks, costs, strict=True))[:: 1 if number % 2 == 0 else -1]:
            made.append(track.run(ENTRANTS[OURS]))
            print(f"round {number + 1}: {track.pages} pages in {made[-1].seconds:.1f} s", file=sys.stderr)
    return costs


def _with_lexicons(count: int, pages: int, rounds: int) -> Point:
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        words = (count, pages, rounds)
        cost = run([sys.executable, "-m", "benchmarks.lexicon_cost", *map(str, words)], said)
        spent = float(json.loads(said.read_text().splitlines()[-1])["ms"])
    return Point(count, spent, cost.seconds, cost.peak_mb, cost.halfway_mb)


if __name__ == "__main__":
    main()
