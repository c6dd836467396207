"""The selector of an element finds that element, and no other, in the same document."""

from __future__ import annotations

from collections.abc import Callable

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from detectors.page import Page
from detectors.page.parse import parse
from detectors.page.selector import Selectors


def found_again(root: HtmlElement, element: HtmlElement) -> bool:
    """Whether the first element the selector finds is this one."""
    hits = root.cssselect(Selectors(root.xpath("//@id")).of(element))
    return bool(hits) and hits[0] is element


TREES = st.recursive(
    st.sampled_from(["<p>x</p>", "<a href=/x>y</a>", "<input name=q>", "text", "<h2>h</h2>"]),
    lambda inner: st.tuples(
        st.sampled_from(["div", "ul", "section", "span", "table"]), st.lists(inner, max_size=4)
    ).map(lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"),
    max_leaves=25,
)


@given(TREES)
def test_every_element_of_any_tree_is_found_again(markup: str) -> None:
    root = parse(f"<html><body>{markup}</body></html>")
    selectors = Selectors(root.xpath("//@id"))
    for element in root.iter():
        if isinstance(element.tag, str):
            hits = root.cssselect(selectors.of(element))
            assert hits, selectors.of(element)
            assert hits[0] is element, selectors.of(element)


def test_the_path_starts_at_the_nearest_id() -> None:
    root = parse("<body><div id=main><ul><li><a href=/x>x</a><li><a href=/y>y</a></ul></div></body>")
    assert (
        Selectors(root.xpath("//@id")).of(root.findall(".//a")[1])
        == "#main > ul:nth-of-type(1) > li:nth-of-type(2) > a:nth-of-type(1)"
    )


@pytest.mark.parametrize("ident", ["2024", "a.b", "a b", "a:b", "ctl00$box", "é", ""])
def test_an_id_that_css_would_misread_is_not_used(ident: str) -> None:
    root = parse("<body><p>a</p><p>b</p></body>")
    element = root.findall(".//p")[1]
    element.set("id", ident)
    assert found_again(root, element)


def test_none_has_no_selector(make_page: Callable[..., Page]) -> None:
    assert make_page("<p>x</p>").selector(None) == ""


def test_a_repeated_id_does_not_mislead() -> None:
    root = parse("<body><div id=box><a href=/x>x</a></div><div id=box><a href=/y>y</a></div></body>")
    assert found_again(root, root.findall(".//a")[1])


def test_ids_that_differ_in_case_alone_are_one_in_quirks_mode() -> None:
    root = parse("<body><div id=Main><a href=/x>x</a></div><div id=main><a href=/y>y</a></div></body>")
    assert "#" not in Selectors(root.xpath("//@id")).of(root.findall(".//a")[1])
    assert found_again(root, root.findall(".//a")[1])


def test_a_tag_with_a_prefix() -> None:
    root = parse("<body><p><o:p><a href=/x>x</a></o:p></p></body>")
    assert found_again(root, root.find(".//a"))


def test_a_deep_element() -> None:
    chain = "<div>" * 45 + "<a href=/x>x</a>" + "</div>" * 45
    root = parse(f"<body>{'<div>' * 50}<a href=/w>w</a>{'</div>' * 50}{chain}</body>")
    assert found_again(root, root.findall(".//a")[1])


@pytest.mark.parametrize("table", ["<table>", "<table id=fees>"])
def test_a_row_is_found_in_the_tree_that_a_browser_builds(table: str) -> None:
    rows = "<tr><td>a</td></tr><tr><td><a href=/x>x</a></td></tr>"
    root = parse(f"<body>{table}{rows}</table></body>")
    selector = Selectors(root.xpath("//@id")).of(root.find(".//a"))
    assert found_again(root, root.find(".//a"))
    browser = lxml.html.fromstring(f"<html><body>{table}<tbody>{rows}</tbody></table></body></html>")
    (hit,) = browser.cssselect(selector)
    assert hit.get("href") == "/x"


def test_observations_lead_back_to_the_element(make_page: Callable[..., Page]) -> None:
    page = make_page("<nav><ul><li><a href=/a>A</a></li><li><a href=/b>B</a></li></ul></nav>")
    for link in page.links:
        assert link.element is not None
        assert page.tree.cssselect(page.selector(link.element))[0] is link.element
