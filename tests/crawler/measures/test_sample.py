"""The pages that stand for a portal."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from crawler.browser.measures import sample
from crawler.browser.measures.sample import page_types
from crawler.gate import Refusal
from crawler.reading import Reading
from detectors.observation import Kind, Observation
from survey.features import features

HOME = "https://villa.example/"


def read(path: str, *shows: tuple[str, float], kind: Kind = "content") -> Reading:
    """A page that shows the features with these strengths."""
    seen = tuple(Observation(feature, kind, strength, "x", "x") for feature, strength in shows)
    return Reading(HOME + path, 200, "html", 1, None, observations=seen)


PAGES = [
    read("contact", ("contact.details", 0.9)),
    read("contact-old", ("contact.details", 0.7)),
    read("permit", ("service.building_permit", 0.8)),
    read("news", ("info.news", 0.8)),
    read("budget", ("budget.publication", 0.8)),
    read("search", ("search.advanced", 0.8)),
]


def urls(readings: tuple[Reading, ...]) -> list[str]:
    """The paths."""
    return [one.url.removeprefix(HOME) for one in readings]


def test_the_home_page_and_one_of_each_type() -> None:
    assert urls(sample([read(""), *PAGES])) == ["", "contact", "permit", "news", "budget"]


def test_the_order_of_the_crawl_does_not_matter() -> None:
    for order in permutations(PAGES[:4]):
        assert urls(sample([*order, read("")], home=HOME)) == ["", "contact", "permit", "news"]


def test_a_link_to_a_page_does_not_make_it_of_that_type() -> None:
    assert urls(sample([read(""), read("menu", ("contact.details", 0.9), kind="link")])) == [""]


def test_what_cannot_be_measured_is_left_out() -> None:
    contact = read("contact", ("contact.details", 0.9))
    unfit = [
        replace(contact, status=404),
        replace(contact, kind="pdf"),
        replace(contact, refused=Refusal("interstitial", "challenge")),
    ]
    assert sample(unfit) == ()
    assert urls(sample([read(""), *unfit])) == [""]


def test_a_page_of_two_types_is_taken_once() -> None:
    both = read("all", ("contact.details", 0.9), ("info.news", 0.9))
    assert urls(sample([read(""), both, read("news", ("info.news", 0.6))])) == ["", "all", "news"]


def test_the_limit_holds() -> None:
    assert urls(sample([read(""), *PAGES], limit=2)) == ["", "contact"]
    assert sample([read("")], limit=0) == ()


def test_every_type_is_known_by_features_that_exist() -> None:
    for beginnings in page_types().values():
        for beginning in beginnings:
            assert any(name.startswith(beginning) for name in features()), beginning
