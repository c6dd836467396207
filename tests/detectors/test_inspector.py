"""Every detector is run over a page; one that fails is reported, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from math import nan
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

from detectors.base import PageDetector, PortalDetector
from detectors.facts import PortalFacts
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet, bundled
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry
from detectors.topic import TopicDetector

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.strengths import Strengths


class Fine(PageDetector):
    name = "fine"
    version = "3"
    features = ("a.b",)

    def observe(self, page: Page) -> Iterable[Observation]:
        yield Observation("a.b", "content", 0.4, "weak", "a rule")
        yield Observation("a.b", "content", 0.9, "strong", "a rule")


class Late(PageDetector):
    name = "late"
    features = ("c.d",)

    def observe(self, page: Page) -> Iterable[Observation]:
        yield Observation("c.d", "content", 0.9, "x", "a rule")
        raise RuntimeError("broke off")


class Endless(PageDetector):
    name = "endless"
    features = ("e.f",)

    def observe(self, page: Page) -> Iterable[Observation]:
        return self.observe(page)


class Careless(PageDetector):
    """A plug-in whose observations are not what their type promises."""

    name = "careless"
    features = ("i.j",)

    def __init__(self, **wrong: Any) -> None:
        self._wrong = wrong

    def observe(self, page: Page) -> Iterable[Observation]:
        yield Observation("i.j", "content", 0.9, "x", "a rule")
        yield Observation("i.j", "content", 0.9, "x", "a rule")._replace(**self._wrong)


class Portal(PortalDetector):
    name = "portal"
    features = ("g.h",)

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        if portal.kind == "city":
            raise KeyError("city")
        yield Observation("g.h", "portal", 0.8, "x", "a rule", url="https://kept.example/")


@pytest.fixture
def small() -> Inspector:
    return Inspector(Registry((Fine(), Late(), Endless()), (Portal(),)), LexiconSet({}))


def test_observations_are_signed_and_come_strongest_first(small: Inspector) -> None:
    page = small.page("https://www.villa.example/x", b"<p>x", content_type="text/html", capture=5)
    seen = small.inspect(page)
    assert [(o.quote, o.detector, o.version, o.url, o.capture) for o in seen] == [
        ("strong", "fine", "3", "https://www.villa.example/x", 5),
        ("weak", "fine", "3", "https://www.villa.example/x", 5),
    ]


def test_a_failing_detector_is_reported_and_the_rest_goes_on(
    small: Inspector, caplog: pytest.LogCaptureFixture
) -> None:
    small.inspect(small.page("https://www.villa.example/x", b"<p>x"))
    assert [p.partition(":")[0] for p in small.problems] == [
        "detector late failed on https",
        "detector endless failed on https",
    ]
    assert "broke off" in small.problems[0]
    assert "broke off" in caplog.text


@pytest.mark.parametrize(
    "wrong", [{"strength": s} for s in (None, "0.9", nan, 7, -1)] + [{"feature": None}, {"quote": b"x"}], ids=str
)
def test_observations_that_are_none_are_the_failure_of_their_detector(wrong: dict[str, Any]) -> None:
    careless = Inspector(Registry((Careless(**wrong), Fine()), ()), LexiconSet({}))
    seen = careless.inspect(careless.page("https://www.villa.example/x", b"<p>x", content_type="text/html"))
    assert [o.quote for o in seen] == ["strong", "weak"]
    (problem,) = careless.problems
    assert problem.startswith("detector careless failed on https://www.villa.example/x: ")
    assert repr(next(iter(wrong.values()))) in problem


def test_a_detector_that_fails_again_and_again_is_told_once(small: Inspector, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(100):
        small.inspect(small.page(f"https://www.villa.example/{number}", b"<p>x"))
    late, _ = small.problems
    assert late.startswith("detector late failed on https://www.villa.example/0: ")
    assert late.endswith(" (and on 99 more pages)")
    assert len(caplog.records) == 2


class Picky(TopicDetector):
    """A topic's detector that breaks where it sees its words; it is asked of no other page."""

    name = "picky"
    features = ("budget.publication",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        raise RuntimeError("broken rule")


def test_pages_that_a_detector_is_not_asked_of_do_not_make_up_for_its_failures(lexicons: LexiconSet) -> None:
    picky = Picky()
    inspector = Inspector(Registry((picky, Fine()), ()), lexicons)
    for label in ("Municipal budget", *("Opening hours",) * 9):
        body = f"<html lang=en><nav><a href=/x>{label}</a></nav>".encode()
        inspector.inspect(inspector.page("https://www.villa.example/", body, content_type="text/html"))
    assert inspector.fails(picky)
    assert not inspector.fails(Fine())


def test_portal_detectors_are_guarded_too(small: Inspector) -> None:
    assert small.portal(PortalFacts("https://www.villa.example/")) == []
    assert "detector portal failed" in small.problems[-1]
    (seen,) = small.portal(PortalFacts("https://www.villa.example/", kind="national"))
    assert (seen.detector, seen.url) == ("portal", "https://kept.example/")


def test_the_page_carries_what_is_known_of_its_capture(small: Inspector) -> None:
    when = datetime(2026, 11, 21, tzinfo=UTC)
    page = small.page(
        "https://www.villa.example/", b"x", status=404, content_type="text/plain", fetched_at=when, capture=9
    )
    assert (page.status, page.content_type, page.fetched_at, page.capture) == (404, "text/plain", when, 9)
    assert page.lexicons is small.lexicons


HOSTILE = [
    b"",
    b"\x00" * 5_000,
    b"%PDF-1.7 broken",
    b"<a href='http://[bad'>x</a><form action='http://[bad'><input type=search><iframe src='http://[bad'>",
    b"<html lang='{{ lang }}'><base href='http://[bad'><a href=x hreflang='%%%'>English</a>",
    b'<script type=\'application/ld+json\'>{"@type": {"a": []}, "address": 5, "email": []}</script>',
    b"<select name=lang>" + b"<option>English" * 3_000,
    b"<title>" + b"budget " * 10_000,
    b"<a href='" + b"x" * 100_000 + b"'>budget</a>",
    b"<a href='mailto:%ff%fe'>x</a><a href='tel:'>y</a>",
    b"\xff\xfe<\x00a\x00>\x00",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_no_built_in_detector_fails_on_a_hostile_page(inspector: Inspector, body: bytes) -> None:
    inspector.inspect(inspector.page("https://www.villa.example/", body, content_type="text/html"))
    assert inspector.problems == []


def test_the_same_page_gives_the_same_observations(inspector: Inspector, make_page: Callable[..., Page]) -> None:
    markup = (
        "<nav><a href=/budget>Municipal budget</a><a href=/en>English</a></nav>"
        "<form><input type=search></form><p>Tel 555 010 0100</p>"
    )
    assert inspector.inspect(make_page(markup, lang="en")) == inspector.inspect(make_page(markup, lang="en"))


def test_a_target_leads_where_the_base_of_its_page_says(sightings: Callable[..., list[Observation]]) -> None:
    link = "<nav><a href=money/budget.html>Municipal budget</a></nav>"
    page = "https://www.villa.example/town/"
    (based,) = sightings(f"<head><base href='/en/'></head>{link}", "budget.publication", url=page)
    assert based.href == "https://www.villa.example/en/money/budget.html"
    (plain,) = sightings(link, "budget.publication", url=page)
    assert plain.href == "money/budget.html"


def test_observations_stay_what_their_type_promises(inspector: Inspector, make_page: Callable[..., Page]) -> None:
    words = " ".join(f"<a href=/{n}>Municipal budget, news, health, privacy policy</a>" for n in range(50))
    for seen in inspector.inspect(make_page(f"<nav>{words}</nav>", lang="en")):
        assert 0.0 <= seen.strength <= 1.0
        assert all(0 <= start < end <= len(seen.quote) for start, end in seen.matched)
        assert len(seen.quote) <= 300
        assert seen.why


def test_named_detectors_alone() -> None:
    assert [d.name for d in Inspector.default(["news"]).detectors.all] == ["news"]
    with pytest.raises(LookupError, match="nosuch"):
        Inspector.default(["nosuch"])


def test_paragraphs_full_of_terms_are_read_in_time() -> None:
    """A list of everything in one paragraph, in a language that writes no spaces."""
    japanese = bundled().get("ja")
    assert japanese is not None
    words = [term.text.replace("*", "") for term in japanese.terms if term.role == "strong"]
    paragraphs = "".join(f"<p>{'、'.join(words[first::10])}</p>" for first in range(5))
    inspector = Inspector.default()
    page = inspector.page("https://town.example/", f"<html lang=ja><title>市</title>{paragraphs}".encode())
    begun = process_time()
    assert inspector.inspect(page)
    assert process_time() - begun < 8.0
