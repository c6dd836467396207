"""The likely places: links that promised a feature, followed or left."""

from __future__ import annotations

import pytest

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


def test_a_second_label_with_a_lesser_promise_of_another_feature_counts() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.9),))
    links.add(f"{SITE}/one", (("c.d", 0.8),))
    assert likely_places(links) == (("a.b", 0, 1), ("c.d", 0, 1))
    entry = links.pop()
    assert entry is not None
    assert entry.features == (("a.b", 0.9), ("c.d", 0.8))
    assert likely_places(links) == (("a.b", 1, 0), ("c.d", 1, 0))


def test_a_label_found_when_its_page_was_followed_in_vain_counts() -> None:
    links = frontier()
    links.add(f"{SITE}/one", (("a.b", 0.9),))
    entry = links.pop()
    assert entry is not None
    links.lose(entry)
    links.add(f"{SITE}/one#top", (("c.d", 0.8),))
    assert likely_places(links) == (("a.b", 0, 1), ("c.d", 0, 1))


def test_a_headline_promises_nothing_but_a_short_label_to_the_same_page_does() -> None:
    links = frontier()
    for label in ("The mayor opens the new budget office in the old town", "Budget"):
        links.add(f"{SITE}/one", (("a.b", 0.8),), label=label)
        assert likely_places(links) == ((("a.b", 0, 1),) if label == "Budget" else ())


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("/plans?day=12", True),
        ("/login?returnUrl=/plans", True),
        ("/a/a/a/plans", True),
        ("/plans?print=1", False),
        ("/wp-json/plans", False),
    ],
)
def test_a_promising_link_that_is_cut_is_left_unless_what_it_leads_to_stands_elsewhere(
    address: str, left: bool
) -> None:
    links = frontier()
    assert not links.add(SITE + address, (("a.b", 0.8), ("c.d", 0.3)))
    assert links.cut.total() == 1
    assert likely_places(links) == ((("a.b", 0, 1),) if left else ())


@pytest.mark.parametrize(
    ("address", "label", "left"),
    [
        (f"{SITE}/plans", "Plans", True),
        (f"{SITE}/login?returnUrl=/plans", "Plans", True),
        (f"{SITE}/plans?print=1", "Plans", False),
        (f"{SITE}/plans", "The mayor presents the new plans of the old town", False),
        ("mailto:plans@villa.example", "Plans", False),
    ],
)
def test_a_link_that_is_not_to_be_followed_is_left_if_it_leads_to_what_it_promises(
    address: str, label: str, left: bool
) -> None:
    links = frontier()
    links.leave(address, (("a.b", 0.8),), label)
    assert likely_places(links) == ((("a.b", 0, 1),) if left else ())


def test_a_mail_address_is_no_place_that_was_left() -> None:
    links = frontier()
    assert not links.add("mailto:budget@villa.example", (("a.b", 0.8),))
    assert likely_places(links) == ()


def test_what_the_queue_had_no_room_for_is_left() -> None:
    links = Frontier(Tally(["a.b"]), limit=10)
    for number in range(11):
        links.add(f"{SITE}/{'x' * number}", (("a.b", 0.5),))
    assert links.dropped == 3
    assert likely_places(links) == (("a.b", 0, 11),)
