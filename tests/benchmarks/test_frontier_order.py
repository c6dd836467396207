"""The benchmark of the frontier: what it calls the site's evidence, thinned copies, and the order of hindsight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.frontier import MARKS, measure, on_several_pages, share, summary, thinned
from benchmarks.hindsight import proofs
from benchmarks.orders import BreadthFirst, Site, walk
from losi import demo
from storage.archive import ReplayIndex


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with ReplayIndex([demo.archive()]) as index:
        yield Site(f"{demo.url()}es/", index)


def test_hindsight_finds_everything_and_no_order_finds_it_sooner(site: Site) -> None:
    curves = measure(site)
    everything = curves["breadth first"][-1].concluded
    assert len(everything) > 40
    assert curves["hindsight"][-1].concluded == everything
    area = {
        name: sum(share(steps, pages, "concluded", everything) for pages in range(1, 51))
        for name, steps in curves.items()
    }
    assert max(area, key=lambda name: area[name]) == "hindsight"
    assert area["best first"] > area["breadth first"] > area["sitemap order"]


def test_the_frontier_has_most_of_the_demo_portal_after_25_pages(site: Site) -> None:
    shares = summary(site.start, measure(site))["shares"]["concluded"]
    assert shares["best first"][MARKS.index(25)] >= 0.85


def test_what_one_page_alone_proves_is_told_apart(site: Site) -> None:
    curves = measure(site)
    several = on_several_pages(site, curves)
    shown = proofs(site, [step.url for step in curves["breadth first"]])
    counts = {feature: sum(feature in features for features in shown.values()) for feature in several}
    assert min(counts.values()) == 2
    report = summary(site.start, curves, several)
    assert report["features"]["concluded, not on one page alone"] < report["features"]["concluded"]


def test_a_thinned_copy_lacks_its_share_and_is_the_same_for_the_same_seed(site: Site) -> None:
    copies = [site.thinned(0.4, seed) for seed in (1, 1, 2)]
    pages = [site.address(step.url) for step in walk(site, BreadthFirst(site.start))]
    left = [{page for page in pages if copy.address(page)} for copy in copies]
    assert left[0] == left[1] != left[2]
    assert 0.45 * len(pages) < len(left[0]) < 0.75 * len(pages)
    assert all(copy.read(copy.start) is not None for copy in copies)
    assert all(site.address(page) for page in pages)


def test_the_mean_of_the_copies_is_given_by_order(site: Site) -> None:
    one, other = (measure(site.thinned(0.5, seed)) for seed in (1, 2))
    means = thinned([one, other])
    each = [summary("", curves)["shares"]["concluded"]["best first"] for curves in (one, other)]
    assert means["best first"] == pytest.approx([sum(pair) / 2 for pair in zip(*each, strict=True)], abs=1e-4)
    assert thinned([]) == {}
