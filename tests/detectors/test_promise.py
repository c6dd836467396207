"""What links and bare addresses promise, for the frontier to rank by."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.inspector import Inspector
from detectors.page import Page
from detectors.promise import LinkPromise, is_document, promises, url_promise

MakePage = Callable[..., Page]


def by_path(page: Page) -> dict[str, LinkPromise]:
    """Promises by the path of their target."""
    return {p.url.removeprefix("https://www.villa.example"): p for p in promises(page)}


def test_one_promise_per_web_address_in_document_order(make_page: MakePage) -> None:
    page = make_page(
        "<nav><a href=/b>Budget</a><a href=/n>News</a></nav><a href='/b#top'>again</a>"
        "<a href='mailto:a@villa.example'>m</a>"
        "<a href='javascript:x()'>j</a><a href='/plan.PDF?v=1'>Plan</a>",
        lang="en",
    )
    assert [(p.url, p.zone, p.document) for p in promises(page)] == [
        ("https://www.villa.example/b", "nav", False),
        ("https://www.villa.example/n", "nav", False),
        ("https://www.villa.example/plan.PDF?v=1", "main", True),
    ]


def test_what_stands_in_frames_is_reached_by_them(make_page: MakePage) -> None:
    frames = make_page("<html><frameset cols='20%,*'><frame src=/menu.html><frame src=start.html></frameset></html>")
    assert list(by_path(frames)) == ["/menu.html", "/start.html"]
    page = make_page(
        "<iframe src=/list title=Procedures></iframe><a href=/b>Budget</a><iframe src=about:blank></iframe>"
    )
    assert [(p.url.rpartition("/")[2], p.label) for p in promises(page)] == [("b", "Budget"), ("list", "Procedures")]


def test_label_and_address_speak_of_features(make_page: MakePage) -> None:
    found = by_path(
        make_page("<a href=/x>Municipal budget</a><a href=/budget>Figures</a><a href=/y>Parks</a>", lang="en")
    )
    assert (
        dict(found["/x"].features)["budget.publication"] > dict(found["/budget"].features)["budget.publication"] > 0.3
    )
    assert found["/y"].features == ()


def test_the_best_of_several_labels_counts(make_page: MakePage) -> None:
    links = "<a href=/x>Council debates the budget in a long session</a><a href=/x>Budget</a>"
    alone = by_path(make_page("<a href=/x>Budget</a>", lang="en"))["/x"].features
    assert by_path(make_page(links, lang="en"))["/x"].features == alone


def test_a_link_that_says_nothing_promises_a_part_of_the_heading_above(make_page: MakePage) -> None:
    found = by_path(
        make_page(
            "<main><h2>Municipal budget</h2><a href=/a>2024</a><a href=/n>Contact</a><h2>Parks</h2><a href=/b>2023</a>",
            lang="en",
        )
    )
    assert 0.2 < dict(found["/a"].features)["budget.publication"] < 0.5
    assert "budget.publication" not in dict(found["/n"].features)
    assert found["/b"].features == ()


def test_a_promise_is_a_probability(make_page: MakePage) -> None:
    page = make_page("<a href=/budget title=Budget>Municipal budget, budget execution, budget</a>", lang="en")
    assert all(0.0 < value <= 1.0 for p in promises(page) for _, value in p.features)


def test_the_first_label_with_words_is_kept(make_page: MakePage) -> None:
    assert by_path(make_page("<a href=/x><img src=i></a><a href=/x>Budget</a>", lang="en"))["/x"].label == "Budget"


def test_a_page_without_links_promises_nothing(make_page: MakePage) -> None:
    assert promises(make_page("<p>Budget")) == []
    assert promises(make_page(b"%PDF-1.4")) == []


@pytest.mark.parametrize(
    ("url", "document"),
    [
        ("https://x.example/a.pdf", True),
        ("https://x.example/a.XLSX?x=1", True),
        ("https://x.example/pdf", False),
        ("https://x.example/?f=a.pdf", False),
    ],
)
def test_documents(url: str, document: bool) -> None:
    assert is_document(url) == document


@pytest.mark.parametrize("path", ["/budget", "/budget.html", "/budget/2026/", "/en/budget?page=2", "/b%75dget"])
def test_an_address_alone_promises_a_little(inspector: Inspector, path: str) -> None:
    found = dict(url_promise(inspector, f"https://www.villa.example{path}", ("en",)))
    assert 0.1 < found["budget.publication"] < 0.5


@pytest.mark.parametrize(
    "url",
    [
        "https://www.villa.example/",
        "https://www.villa.example/parks",
        "http://[bad/budget",
        "",
        "https://budget.example/",
    ],
)
def test_an_address_that_says_nothing(inspector: Inspector, url: str) -> None:
    assert url_promise(inspector, url, ("en",)) == ()


def test_a_dot_in_a_folder_does_not_cut_the_address(inspector: Inspector) -> None:
    assert url_promise(inspector, "https://www.villa.example/site.nsf/budget", ("en",)) != ()


def test_a_denied_phrase_denies_in_addresses_too(inspector: Inspector) -> None:
    found = dict(url_promise(inspector, "https://www.villa.example/participatory-budget", ("en",)))
    assert "budget.publication" not in found


def test_an_address_is_read_in_the_languages_of_the_portal(inspector: Inspector) -> None:
    url = "https://www.villa.example/presupuesto"
    assert dict(url_promise(inspector, url, ("es",)))["budget.publication"] > 0.2
    assert url_promise(inspector, url, ("fi",)) == ()
