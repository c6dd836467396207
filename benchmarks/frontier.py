"""How soon the frontier finds the evidence of an archived site, beside breadth-first and the sitemap's (URL) order.

    python -m benchmarks.frontier START SITE.warc.gz [--csv FILE] [--png FILE]

Each order fetches from the archive; what counts is how many of the features that an exhaustive crawl proves are proved
after 10, 25, 50 and 100 fetched pages. With --png the curve is drawn (needs matplotlib).
"""

from __future__ import annotations

import argparse
import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from crawler.frontier import Frontier
from crawler.replay import Replay
from crawler.scope import Scope
from crawler.urls import canonical
from detectors.conclude import Tally
from detectors.inspector import Inspector
from detectors.observation import Observation
from detectors.promise import LinkPromise, promises
from storage.archive import ReplayIndex, decoded_body
from survey.features import features

MARKS = (10, 25, 50, 100)
_LIMIT = 20_000_000


class Site:
    """The pages of the archive, each inspected once however many orders visit it."""

    def __init__(self, start: str, index: ReplayIndex) -> None:
        self.start = start
        self.scope = Scope(start)
        self.urls = sorted(url for url in index.urls() if self.scope.contains(url))
        self._replay = Replay(index)
        self._inspector = Inspector.default()
        self._read: dict[str, tuple[str, list[Observation], list[LinkPromise]] | None] = {}

    def address(self, url: str) -> str:
        """The one address under which the archive has the page; empty if it has none."""
        found = self._replay.find(url)
        return canonical(found.url) if found is not None else ""

    def read(self, url: str) -> tuple[str, list[Observation], list[LinkPromise]] | None:
        """Language, observations and links of a page; None if the archive has no readable page there."""
        key = self.address(url)
        if key not in self._read:
            self._read[key] = self._inspect(url)
        return self._read[key]

    def _inspect(self, url: str) -> tuple[str, list[Observation], list[LinkPromise]] | None:
        found = self._replay.find(url)
        if found is None or found.status != 200:
            return None
        kind = found.header("content-type") or ""
        body = decoded_body(found.headers, found.body, _LIMIT).body
        page = self._inspector.page(found.url, body, content_type=kind)
        if page.kind != "html":
            return None
        inside = [promise for promise in promises(page) if self.scope.contains(promise.url)]
        return page.language, self._inspector.inspect(page), inside


class Order(Protocol):
    """Which page comes next."""

    def next(self) -> str | None: ...
    def offer(self, links: list[LinkPromise], depth: int) -> None: ...
    def learn(self, language: str, observations: list[Observation]) -> None: ...


class BestFirst:
    """The product's frontier."""

    def __init__(self, start: str) -> None:
        self._tally = Tally(features())
        self._frontier = Frontier(self._tally)
        self._frontier.add(start)

    def next(self) -> str | None:
        entry = self._frontier.pop()
        return entry.url if entry else None

    def offer(self, links: list[LinkPromise], depth: int) -> None:
        for link in links:
            self._frontier.add(link.url, link.features, depth=depth, zone=link.zone)

    def learn(self, language: str, observations: list[Observation]) -> None:
        self._tally.add(language, observations)


class BreadthFirst:
    """First seen, first fetched."""

    def __init__(self, start: str) -> None:
        self._queue = deque([start])
        self._seen = {canonical(start)}

    def next(self) -> str | None:
        return self._queue.popleft() if self._queue else None

    def offer(self, links: list[LinkPromise], depth: int) -> None:
        for link in links:
            if (key := canonical(link.url)) not in self._seen:
                self._seen.add(key)
                self._queue.append(link.url)

    def learn(self, language: str, observations: list[Observation]) -> None:
        """It learns nothing."""


class SitemapOrder(BreadthFirst):
    """The addresses in alphabetical order, as sitemaps list them; the home page first."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.start)
        self._queue.extend(site.urls)

    def offer(self, links: list[LinkPromise], depth: int) -> None:
        """The list is all there is."""


def curve(site: Site, order: Order) -> Iterator[frozenset[str]]:
    """The features proved after each fetched page."""
    proved: set[str] = set()
    depth = 0
    visited: set[str] = set()
    while (url := order.next()) is not None:
        key = site.address(url)
        read = None if key in visited else site.read(url)
        visited.add(key)
        if read is None:
            continue
        language, observations, links = read
        proved.update(o.feature for o in observations if o.is_proof)
        order.learn(language, observations)
        depth += 1
        order.offer(links, min(depth, 10))
        yield frozenset(proved)


def main() -> None:
    """Runs the three orders and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--png", type=Path)
    options = parser.parse_args()
    with ReplayIndex([options.archive]) as index:
        site = Site(options.start, index)
        orders: dict[str, Order] = {
            "best first": BestFirst(site.start),
            "breadth first": BreadthFirst(site.start),
            "sitemap order": SitemapOrder(site),
        }
        curves = {name: [len(proved) for proved in curve(site, order)] for name, order in orders.items()}
    everything = max(steps[-1] for steps in curves.values())
    print(f"{everything} features proved by an exhaustive crawl of {max(map(len, curves.values()))} pages")
    print(f"{'pages':<16}" + "".join(f"{mark:>10}" for mark in MARKS))
    for name, steps in curves.items():
        print(f"{name:<16}" + "".join(f"{_share(steps, mark, everything):>10.0%}" for mark in MARKS))
    if options.csv:
        _write_csv(options.csv, curves)
    if options.png:
        _draw(options.png, curves, everything)


def _share(steps: list[int], mark: int, everything: int) -> float:
    return steps[min(mark, len(steps)) - 1] / everything if steps else 0.0


def _write_csv(path: Path, curves: dict[str, list[int]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["pages", *curves])
        for place in range(max(map(len, curves.values()))):
            row = [steps[min(place, len(steps) - 1)] for steps in curves.values()]
            writer.writerow([place + 1, *row])


def _draw(path: Path, curves: dict[str, list[int]], everything: int) -> None:
    from matplotlib import pyplot  # type: ignore[import-not-found,unused-ignore]

    for name, steps in curves.items():
        pyplot.plot(range(1, len(steps) + 1), [step / everything for step in steps], label=name)
    pyplot.xlabel("pages fetched")
    pyplot.ylabel("share of the evidence found")
    pyplot.xscale("log")
    pyplot.legend()
    pyplot.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
