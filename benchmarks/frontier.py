"""How soon the frontier finds the evidence of an archived site, beside breadth-first and the sitemap's order.

    python -m benchmarks.frontier START SITE.warc.gz [SITE2.warc.gz ...] [--thin 0.15] [--csv FILE] [--png FILE]
                                  [--json FILE]

Each order fetches from the archive, nothing else is asked. The site's evidence is the set of features that an
exhaustive crawl (every page that links lead to) concludes to be present; an order has found of it what would be
concluded to be present if its crawl ended there. That is the answer a reader gets, so it is the measure: a single
sighting deep in a page, which the conclusion discounts, answers no question. Beside it stand the share of the features
that more than one page of the site proves (*concluded, not on one page alone*: a single page somewhere is found by
luck, and is often no proof to a reader), the share of those that the exhaustive crawl calls likely, for they are proved
in a menu, or often enough to be no accident (*concluded, likely*), and the share of those *sighted* (some page proves
it by itself).

"Hindsight" is no contestant: it knows beforehand what every page proves, and shows how much there is to gain. One site
is one throw of the dice, and an order may be lucky; with --thin, eight copies of the site that lack this share of its
pages, by chance, are visited too, and the means of their shares are printed below.

The table is CSV; --csv writes the whole curve, --png draws it (needs matplotlib), --json writes the numbers.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.hindsight import hindsight, proofs
from benchmarks.orders import BestFirst, BreadthFirst, Listed, Order, Site, Step, walk
from storage.archive import ReplayIndex

MARKS = (10, 25, 50, 100)
_KINDS = ("concluded", "sighted")
_SEVERAL = "concluded, not on one page alone"
_LIKELY = "concluded, likely"
_COPIES = 8

Curves = Mapping[str, Sequence[Step]]


def main() -> None:
    """Runs the three orders and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start", help="address of the site's front page")
    parser.add_argument("archive", type=Path, nargs="+", help="WARC files that hold the site")
    parser.add_argument("--thin", type=float, default=0.0, metavar="SHARE", help="visit copies without this share, too")
    parser.add_argument("--csv", type=Path, help="write the curves here")
    parser.add_argument("--png", type=Path, help="draw the curves here")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    with ReplayIndex(options.archive) as index:
        site = Site(options.start, index)
        if site.read(site.start) is None:
            parser.error(f"the archive has no page at {options.start}")
        curves = measure(site)
        thin = [site.thinned(options.thin, seed) for seed in range(_COPIES)] if options.thin else []
        report = summary(options.start, curves, on_several_pages(site, curves))
        report["thinned"] = thinned([measure(copy) for copy in thin])
    print_table(report)
    if options.csv:
        _write_csv(_made(options.csv), curves)
    if options.png:
        _draw(_made(options.png), curves)
    if options.json:
        _made(options.json).write_text(json.dumps(report, indent=2) + "\n")


def measure(site: Site) -> Curves:
    """The steps of every order; breadth-first goes on to the end, and says what there is to find."""
    everything = list(walk(site, BreadthFirst(site.start)))
    ideal = hindsight(site, [step.url for step in everything], everything[-1].concluded, MARKS[-1])
    orders: dict[str, Order] = {
        "best first": BestFirst(site.start),
        "sitemap order": Listed([site.start, *site.listed()]),
        "hindsight": Listed(ideal),
    }
    walked = {name: list(walk(site, order)) for name, order in orders.items()}
    return {"best first": walked.pop("best first"), "breadth first": everything, **walked}


def share(steps: Sequence[Step], pages: int, kind: str, everything: frozenset[str]) -> float:
    """How much of the evidence is found after so many pages."""
    if not steps or not everything:
        return 0.0
    found: frozenset[str] = getattr(steps[min(pages, len(steps)) - 1], kind)
    return len(found & everything) / len(everything)


def on_several_pages(site: Site, curves: Curves) -> frozenset[str]:
    """The features that more than one page of the site proves by itself."""
    pages = [step.url for step in curves["breadth first"]]
    counts = Counter(feature for shown in proofs(site, pages).values() for feature in shown)
    return frozenset(feature for feature, count in counts.items() if count > 1)


def summary(start: str, curves: Curves, several: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The numbers of the table; `several` are the features that more than one page proves."""
    last = curves["breadth first"][-1]
    everything: dict[str, frozenset[str]] = {kind: getattr(last, kind) for kind in _KINDS}
    everything[_SEVERAL] = everything["concluded"] & several
    everything[_LIKELY] = last.likely
    return {
        "site": start,
        "pages": len(curves["breadth first"]),
        "marks": list(MARKS),
        "features": {kind: len(found) for kind, found in everything.items()},
        "shares": {
            kind: {
                name: [round(share(steps, mark, kind.partition(",")[0], found), 4) for mark in MARKS]
                for name, steps in curves.items()
            }
            for kind, found in everything.items()
        },
        "missing_at_50": sorted(everything["concluded"] - _at(curves["best first"], 50).concluded),
    }


def thinned(copies: Sequence[Curves]) -> dict[str, list[float]]:
    """The mean shares of the copies' concluded features, by order."""
    each = [summary("", curves)["shares"]["concluded"] for curves in copies]
    return {
        name: [round(sum(shares[name][mark] for shares in each) / len(each), 4) for mark in range(len(MARKS))]
        for name in (each[0] if each else ())
    }


def _at(steps: Sequence[Step], pages: int) -> Step:
    return steps[min(pages, len(steps)) - 1]


def print_table(report: Mapping[str, Any]) -> None:
    """The shares as CSV."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["evidence", "features", "pages of the site", "order", *(f"{mark} pages" for mark in MARKS)])
    for kind in report["shares"]:
        for name, shares in report["shares"][kind].items():
            writer.writerow(
                [kind, report["features"][kind], report["pages"], name, *(f"{value:.3f}" for value in shares)]
            )
    for name, shares in report["thinned"].items():
        writer.writerow(["concluded, thinned", "", "", name, *(f"{value:.3f}" for value in shares)])


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_csv(path: Path, curves: Curves) -> None:
    last = curves["breadth first"][-1]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["pages", *(f"{name}, {kind}" for kind in _KINDS for name in curves)])
        for pages in range(1, max(map(len, curves.values())) + 1):
            row = [share(steps, pages, kind, getattr(last, kind)) for kind in _KINDS for steps in curves.values()]
            writer.writerow([pages, *(f"{value:.4f}" for value in row)])


def _draw(path: Path, curves: Curves) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    everything = curves["breadth first"][-1].concluded
    for name, steps in curves.items():
        places = range(1, len(steps) + 1)
        pyplot.plot(places, [share(steps, place, "concluded", everything) for place in places], label=name)
    pyplot.xlabel("pages fetched")
    pyplot.ylabel("share of the evidence found")
    pyplot.xscale("log")
    pyplot.ylim(0, 1.02)
    pyplot.grid(alpha=0.3)
    pyplot.legend()
    pyplot.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
