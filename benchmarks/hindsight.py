"""The order in which one would visit an archived site who knew what its pages prove: what there is to gain."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from detectors.calibration import proves, rules
from detectors.conclude import Tally, combined, standing

if TYPE_CHECKING:
    from benchmarks.orders import Site


def proofs(site: Site, pages: Collection[str]) -> dict[str, frozenset[str]]:
    """The features that each page proves by itself."""
    least = float(rules()["present_from"])
    return {
        page: frozenset(o.feature for o in found.observations if o.polarity == "for" and standing(o) >= least)
        for page in pages
        if (found := site.read(page)) is not None
    }


def hindsight(site: Site, pages: Collection[str], wanted: frozenset[str], most: int) -> list[str]:
    """The order of one who knows beforehand what each of the pages proves: again and again the way, link by link, to
    the page that yields most new features per page fetched. No crawl can know that: it shows what there is to gain.
    Stops after `most` pages, or where nothing more is to be found."""
    shows = _shown(site, pages, wanted)
    links = {
        page: list(dict.fromkeys(to for link in found.links if (to := site.address(link.url)) in shows))
        for page in shows
        if (found := site.read(page)) is not None
    }
    order = [site.address(site.start)]
    known = set(shows[order[0]])
    while len(order) < most and (way := _best_way(order, known, shows, links)):
        order += way
        known.update(*(shows[page] for page in way))
    return order[:most]


def _shown(site: Site, pages: Collection[str], wanted: frozenset[str]) -> dict[str, frozenset[str]]:
    """What is gained by each page: the wanted features that it proves. Where no page alone is enough, each that speaks
    for the feature is a gain of its own."""
    alone = {
        page: frozenset(feature for feature in shown & wanted if _is_enough(site, page, feature))
        for page, shown in proofs(site, pages).items()
    }
    together = wanted.difference(*alone.values())
    return {
        page: known | {f"{name} on {page}" for name in _spoken_of(site, page) & together}
        for page, known in alone.items()
    }


def _spoken_of(site: Site, page: str) -> frozenset[str]:
    found = site.read(page)
    return frozenset(o.feature for o in found.observations if o.polarity == "for") if found is not None else frozenset()


def _is_enough(site: Site, page: str, feature: str) -> bool:
    tally, found = Tally([feature]), site.read(page)
    tally.note(found.observations if found is not None else ())
    return proves(combined(tally.best(feature)), feature)


def _best_way(
    visited: Sequence[str],
    known: Collection[str],
    shows: Mapping[str, frozenset[str]],
    links: Mapping[str, Sequence[str]],
) -> list[str]:
    """The shortest ways from the visited pages to all others; of these the one with most new features per page."""
    ways: dict[str, tuple[str, ...]] = dict.fromkeys(visited, ())
    new: dict[str, frozenset[str]] = {page: frozenset() for page in visited}
    best: tuple[str, ...] = ()
    queue, most = deque(visited), 0.0
    while queue:
        page = queue.popleft()
        for to in links[page]:
            if to in ways:
                continue
            ways[to], new[to] = (*ways[page], to), new[page] | shows[to].difference(known)
            queue.append(to)
            if len(new[to]) / len(ways[to]) > most:
                best, most = ways[to], len(new[to]) / len(ways[to])
    return list(best)
