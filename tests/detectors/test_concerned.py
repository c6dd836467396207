"""Which detectors are asked of a page: none that sees something is left out; and views are made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from detectors.base import PageDetector
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry
from detectors.targets import links_listed, targets_of
from detectors.told import told_on
from detectors.topic import TopicDetector
from detectors.views import view

MakePage = Callable[..., Page]

PAGES = [
    "",
    "<p>Nothing of note.</p>",
    "<nav><a href=/b>Municipal budget</a><a href=/n>News</a></nav><p>The council informs residents.</p>",
    "<h1>Young people</h1><main><a href=/c>Consultation for youth</a><a href=/h>Public health services</a></main>",
    "<main><a href=/budget/2026.csv>Download</a><h2>Health</h2><a href=/p>Ministry of Health</a></main>",
    "<footer><a href='https://x.com/villa'>X</a><a href='mailto:a@villa.example'>Write</a>Tel 555 010 0100</footer>",
    "<form><input type=search name=q></form><address>Main Street 1, Villa</address>",
]


class Swings(TopicDetector):
    name = "swings"
    features = ("budget.publication",)


class MoreSwings(Swings):
    name = "more-swings"

    def observe(self, page: Page) -> Iterable[Observation]:
        yield Observation("budget.publication", "content", 0.9, page.url, "the page itself")
        yield from super().observe(page)


class Asked(PageDetector):
    name = "asked"
    features = ("a.b",)

    def observe(self, page: Page) -> Iterable[Observation]:
        yield Observation("a.b", "content", 0.9, "x", "a rule")


class Unreadable(LexiconSet):
    """Lexicons that fail when they are needed."""

    def for_languages(self, languages: Iterable[str]) -> tuple[()]:
        raise OSError("gone")


@pytest.mark.parametrize("markup", PAGES)
def test_a_detector_that_is_not_asked_sees_nothing(inspector: Inspector, make_page: MakePage, markup: str) -> None:
    page = make_page(markup, lang="en")
    told = told_on(page).names
    left_out = [d for d in inspector.detectors.page if (needs := d.needs()) is not None and told.isdisjoint(needs)]
    assert len(left_out) > 50
    assert [seen for detector in left_out for seen in detector.observe(page)] == []


def test_bundled_lexicons_leave_out_none_that_sees_something() -> None:
    inspector = Inspector.default()
    markup = (
        b"<html lang=en><title>Youth</title><nav><a href=/a>Open licence</a><a href=/b>Ministry of Health</a></nav>"
        b"<main><h1>Young people</h1><a href=/c>Public consultation</a><a href=/d>Apply online for a scholarship</a>"
        b"<a href=/e>National health strategy</a></main>"
    )
    page = inspector.page("https://www.villa.example/", markup, content_type="text/html")
    every = {(o.feature, o.quote, o.why) for detector in inspector.detectors.page for o in detector.observe(page)}
    assert {(o.feature, o.quote, o.why) for o in inspector.inspect(page)} == every
    assert {"ministry.health", "sector_policy.health"} <= {feature for feature, _, _ in every}


def test_a_leaf_that_observes_more_than_words_is_asked_of_every_page(make_page: MakePage, lexicons: LexiconSet) -> None:
    small = Inspector(Registry((Swings(), MoreSwings()), ()), lexicons)
    assert [o.detector for o in small.inspect(make_page("<p>Nothing of note.</p>", lang="en"))] == ["more-swings"]


def test_where_words_cannot_be_read_every_detector_is_asked() -> None:
    small = Inspector(Registry((Asked(), Swings()), ()), Unreadable({}))
    page = small.page("https://www.villa.example/", b"<html lang=en><p>The council informs residents.</p>")
    assert [o.detector for o in small.inspect(page)] == ["asked"]
    assert [problem.partition(" on ")[0] for problem in small.problems] == ["detector swings failed"]


def test_a_view_is_made_once_for_each_page(make_page: MakePage) -> None:
    made: list[str] = []

    @view
    def length(page: Page) -> int:
        made.append(page.url)
        return len(page.links)

    first, second = make_page("<a href=/x>x</a>"), make_page("<p>x</p>", url="https://other.example/")
    assert [length(first), length(first), length(second), length(first)] == [1, 1, 0, 1]
    assert made == [first.url, second.url]


def test_where_links_lead(make_page: MakePage) -> None:
    page = make_page(
        "<a href='https://www.X.com/villa'>a</a><a href=tel:5550100>b</a><a href='http://villa.example:81?a=/b'>c</a>"
        "<a href='https://play.google.com/store/apps/details?id=v'>d</a><a href='http://[bad'>e</a>"
    )
    targets = targets_of(page)
    assert targets.hosts == {"x.com", "villa.example", "play.google.com", ""}
    assert [link.label for link in targets.beyond_web] == ["b"]
    assert [(link.label, entry) for link, entry in links_listed(page, "apps")] == [("d", "play.google.com/store/apps")]
    assert [(link.label, entry) for link, entry in links_listed(page, "social")] == [("a", "x.com")]
    assert list(links_listed(page, "chat")) == []
