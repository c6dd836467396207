"""What `benchmarks.crawl` measured: the summary, and how it is shown (table, CSV, JSON, PNG)."""

from __future__ import annotations

import csv
import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.contestants.entrants import BARE, ENTRANTS, OURS
from benchmarks.measured import ROOT, Cost

RESULTS = ROOT / "benchmarks" / "results"
Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl: pages of the site fetched, requests in all, what it cost, and the seconds a single page takes."""

    pages: int
    requests: int
    cost: Cost
    start_seconds: float

    @property
    def pages_per_second(self) -> float:
        """From the start of the process to its end."""
        return self.pages / self.cost.seconds

    def as_row(self) -> dict[str, float]:
        """The numbers, flat."""
        measured = {name: round(value, 3) for name, value in asdict(self.cost).items()}
        return {
            "pages": self.pages,
            "requests": self.requests,
            "pages_per_second": round(self.pages_per_second, 2),
            **measured,
            "start_seconds": round(self.start_seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Race:
    """Runs by contestant, in the order of the rounds; and what went wrong, by contestant."""

    pages: int
    concurrency: int
    server: str
    runs: dict[str, list[Run]]
    errors: dict[str, str]


def summary(race: Race, absent: Mapping[str, str]) -> Report:
    """The report. Ratios are pages per second over the bare CrawlSpider's; null where there is no such run.

    `ratio` is that of the medians, `ratio_of_rounds` those within the rounds, `ratio_without_start` that of the time
    beyond what a site of one page takes.
    """
    sound = {key: runs for key, runs in race.runs.items() if runs and key not in race.errors}
    contestants = {key: _summed(key, runs, sound.get(BARE, [])) for key, runs in sound.items()}
    return {
        "pages": race.pages,
        "rounds": max(map(len, sound.values()), default=0),
        "concurrency": race.concurrency,
        "server": race.server,
        "machine": {"cpus": os.cpu_count(), "platform": platform.platform(), "python": platform.python_version()},
        "contestants": contestants,
        "errors": race.errors,
        "absent": dict(absent),
        "runs": {key: [run.as_row() for run in runs] for key, runs in race.runs.items()},
        "median_pages_per_second": {key: one["pages_per_second"]["median"] for key, one in contestants.items()},
        "ratio_to_bare_crawlspider": contestants.get(OURS, {}).get("ratio"),
        "ratio_with_two_readers": contestants.get(f"{OURS}+2", {}).get("ratio"),
    }


def _summed(key: str, runs: Sequence[Run], bare: Sequence[Run]) -> dict[str, Any]:
    mine, theirs = _median_speed(runs), _median_speed(bare)
    beyond, bare_beyond = _seconds_beyond_start(runs), _seconds_beyond_start(bare)
    rounds = [one.pages_per_second / other.pages_per_second for one, other in zip(runs, bare, strict=False)]
    return {
        "title": ENTRANTS[key].title,
        "does": ENTRANTS[key].does,
        "pages_per_second": _spread([run.pages_per_second for run in runs]),
        "peak_mb": _spread([run.cost.peak_mb for run in runs]),
        "halfway_mb": _spread([run.cost.halfway_mb for run in runs]),
        "cpu_ms_a_page": _spread([run.cost.cpu_seconds * 1000 / run.pages for run in runs]),
        "start_seconds": _spread([run.start_seconds for run in runs]),
        "requests": max(run.requests for run in runs),
        "ratio": round(mine / theirs, 3) if theirs else None,
        "ratio_of_rounds": _spread(rounds) if rounds else None,
        "ratio_without_start": round(bare_beyond / beyond, 3) if beyond > 0 and bare_beyond > 0 else None,
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    found = {"min": min(values), "median": statistics.median(values), "max": max(values)}
    return {name: round(value, 3) for name, value in found.items()}


def _median_speed(runs: Sequence[Run]) -> float:
    return statistics.median(run.pages_per_second for run in runs) if runs else 0.0


def _seconds_beyond_start(runs: Sequence[Run]) -> float:
    if not runs:
        return 0.0
    return statistics.median(r.cost.seconds for r in runs) - statistics.median(r.start_seconds for r in runs)


def print_table(report: Report) -> None:
    """The summary for the terminal."""
    print(
        f"{report['pages']} pages, {report['rounds']} rounds, {report['concurrency']} requests at a time, "
        f"served by {report['server']}"
    )
    print(f"{'':36}{'pages/s':^27}{'times':>8}{'without':>9}{'start':>7}{'CPU ms':>8}{'peak MB':^24}")
    heads = "".join(f"{head:>8}" for head in ("min", "median", "max"))
    print(f"{'':36} {heads}  {'bare':>8}{'start':>9}{'s':>7}{'a page':>8}{heads}  beside following links")
    for one in report["contestants"].values():
        speeds = "".join(f"{one['pages_per_second'][name]:8.1f}" for name in ("min", "median", "max"))
        peaks = "".join(f"{one['peak_mb'][name]:8.0f}" for name in ("min", "median", "max"))
        ratios = f"{_number(one['ratio'])}{_number(one['ratio_without_start'], 9)}"
        costs = f"{one['start_seconds']['median']:7.1f}{one['cpu_ms_a_page']['median']:8.1f}"
        print(f"{one['title']:36} {speeds}  {ratios}{costs}{peaks}  {one['does']}")
    for key, error in report["errors"].items():
        print(f"ERROR {ENTRANTS[key].title}: {error}")
    for key, why in report["absent"].items():
        print(f"not there: {ENTRANTS[key].title}: {why}")
    if report["ratio_to_bare_crawlspider"] is not None:
        print(f"ratio to the bare CrawlSpider: {report['ratio_to_bare_crawlspider']:.2f} in one process")
    if report["ratio_with_two_readers"] is not None:
        print(f"{report['ratio_with_two_readers']:35.2f} with pages read in two processes beside it")


def _number(value: float | None, width: int = 8) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:{width}.2f}"


def write_json(path: Path, report: Report) -> None:
    """Everything."""
    _made(path).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def write_csv(path: Path, report: Report) -> None:
    """A line for each run."""
    rows = [
        {"contestant": key, "round": n, **run} for key, runs in report["runs"].items() for n, run in enumerate(runs, 1)
    ]
    with _made(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["contestant"])
        writer.writeheader()
        writer.writerows(rows)


def draw(path: Path, report: Report) -> None:
    """Medians with the least and the most, slowest first from below: speed on the left, memory on the right."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    ones = sorted(report["contestants"].values(), key=lambda one: float(one["pages_per_second"]["median"]))
    colours = ["tab:blue" if one["title"].startswith("LOSI") else "tab:gray" for one in ones]
    figure, axes = pyplot.subplots(1, 2, sharey=True, figsize=(11, 1.5 + 0.45 * len(ones)), layout="constrained")
    for axis, what, label in zip(
        axes, ("pages_per_second", "peak_mb"), ("pages/s (log scale)", "peak MB"), strict=True
    ):
        for place, (one, colour) in enumerate(zip(ones, colours, strict=True)):
            least, middle, most = (one[what][name] for name in ("min", "median", "max"))
            axis.plot((least, most), (place, place), color=colour, linewidth=2, marker="|", markersize=10)
            axis.plot(middle, place, color=colour, marker="o")
            axis.annotate(f"{middle:.0f}", (middle, place), (0, 7), textcoords="offset points", ha="center")
        axis.set_xlabel(label)
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(ones)), [one["title"] for one in ones])
    axes[0].set_ylim(-0.6, len(ones) - 0.2)
    axes[0].set_xscale("log")
    axes[0].xaxis.set_major_formatter("{x:.0f}")
    axes[0].xaxis.set_minor_formatter("")
    axes[1].set_xlim(left=0)
    figure.suptitle(f"{report['pages']} pages, {report['rounds']} rounds, {report['concurrency']} requests at a time")
    figure.savefig(_made(path), dpi=120)
    pyplot.close(figure)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


WRITERS: dict[str, Callable[[Path, Report], None]] = {"json": write_json, "csv": write_csv, "png": draw}
