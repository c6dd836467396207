"""The likely places: links that promised a feature, followed or left."""

from __future__ import annotations

from crawler.frontier import Frontier
from crawler.likely import likely_places
from detectors.conclude import Tally

SITE = "https://www.villa.example"


def frontier() -> Frontier:
    return Frontier(Tally(["a.b", "c.d", "e.f"]))


def test_links_followed_and_left_are_counted_by_feature() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.9),))
    links.add(f"{SITE}/two", (("a.b", 0.5), ("c.d", 0.45)))
    assert links.pop() is not None
    assert likely_places(links) == (("a.b", 1, 1), ("c.d", 0, 1))


def test_a_faint_promise_that_is_left_does_not_count() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.2),))
    assert likely_places(links) == ()


def test_a_link_found_again_with_more_promise_counts_once() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.5),))
    links.add(f"{SITE}/one#part", (("a.b", 0.8),))
    assert likely_places(links) == (("a.b", 0, 1),)


def test_each_promise_of_a_link_that_was_found_twice_counts() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.5),))
    links.add(f"{SITE}/one", (("a.b", 0.5), ("c.d", 0.8)), zone="nav")
    assert likely_places(links) == (("a.b", 0, 1), ("c.d", 0, 1))


def test_what_was_visited_by_another_way_is_not_left() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.8),))
    links.take(f"{SITE}/one")
    assert likely_places(links) == ()


def test_a_single_news_item_that_is_left_does_not_count() -> None:
    links = frontier()
    links.add(f"{SITE}/news/2020/05/04/budget", (("a.b", 0.8),))
    assert likely_places(links) == ()
