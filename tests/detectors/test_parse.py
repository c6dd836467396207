"""Whatever bytes a server calls HTML become a tree, quickly, with their text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import process_time
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.page import Page
from detectors.page.parse import MAX_HTML_CHARS, parse

MARKUP = st.lists(
    st.sampled_from(
        ["<div>", "</div>", "<p>", "<a href=/x>", "</a>", "<table><tr><td>", "</table>", "<form>", "</form>", "<input>",
         "<!--", "-->", "<![CDATA[", "]]>", "<script>", "</script>", "<h1>", "</h1>", "<html>", "</html>", "<body>",
         "<frameset>", "<base href=//x>", "<select><option>", "<svg><title>", "</svg>", "text", "\x00", "&amp;", "&#0;",
         "&#xd800;", "<", ">", "é", "<a href='http://[bad'>", "<o:p>", "<?xml", "<!doctype html>"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(MARKUP)
def test_no_markup_breaks_the_page(markup: str) -> None:
    page = Page("https://www.villa.example/", markup.encode("utf-8", "replace"), content_type="text/html")
    assert page.kind == "html"
    assert isinstance(page.text, str)
    assert isinstance(page.title, str)
    assert all(link.href for link in page.links)
    assert len(page.headings) <= markup.count("<h1>")


def test_nothing_to_parse() -> None:
    for markup in ("", "   ", "<!-- only a comment -->", "<!doctype html>", "\x00\x00"):
        assert parse(markup).tag == "html"


def test_form_feeds_part_words_and_attributes(make_page: Callable[..., Page]) -> None:
    page = make_page("<p>Town\fhall<p>Budget\v2026<p><a\fhref=/x>News</a>")
    assert [block.text for block in page.blocks] == ["Town hall", "Budget 2026", "News"]
    assert [link.href for link in page.links] == ["/x"]


def test_several_html_elements_keep_the_first_language_and_all_the_text(make_page: Callable[..., Page]) -> None:
    page = make_page(
        "<!--[if lt IE 9]><html lang='xx'><![endif]--><!--[if !IE]><!--><html lang='it'><!--<![endif]-->"
        "<head><title>Comune</title></head><html lang='fr'><body><a href='/a'>Uno</a></body></html>"
    )
    assert page.lang_attribute == "it"
    assert page.title == "Comune"
    assert [link.label for link in page.links] == ["Uno"]


@pytest.mark.parametrize(
    "rest", ["<a href='/b'>Due</a>", "<!doctype html><html><body><a href='/b'>Due</a></body></html>"]
)
def test_what_follows_the_end_of_the_document_is_read(make_page: Callable[..., Page], rest: str) -> None:
    page = make_page(f"<html lang='it'><body><a href='/a'>Uno</a></body></html>\n{rest}")
    assert page.lang_attribute == "it"
    assert [link.label for link in page.links] == ["Uno", "Due"]


def test_unclosed_and_crossed_tags(make_page: Callable[..., Page]) -> None:
    page = make_page("<ul><li><a href='/a'><b>One<li><a href='/b'>Two</b></a><p>After</ul><h2>Head<h2>Next")
    assert sorted(link.url.rpartition("/")[2] for link in page.links) == ["a", "b"]
    assert page.text.split() == ["One", "Two", "After", "Head", "Next"]


def test_an_xml_declaration_does_not_hide_the_page(make_page: Callable[..., Page]) -> None:
    markup = (
        "<?xml version='1.0' encoding='iso-8859-1'?>\n<!DOCTYPE html>\n"
        "<html xmlns='http://www.w3.org/1999/xhtml' xml:lang='de'>"
        "<head><title>Städte</title></head><body><p>Straße<br/></p><a href='/x'/>rest</body></html>"
    )
    page = make_page(markup.encode(), content_type="application/xhtml+xml")
    assert (page.kind, page.title, page.lang_attribute) == ("html", "Städte", "de")
    assert "Straße" in page.text


def test_character_references_to_nothing_and_nuls_vanish(make_page: Callable[..., Page]) -> None:
    page = make_page(b"<html><title>Bud\x00get</title><p>Mee\x00ting&#0; at\x0b noon</p>")
    assert page.title == "Budget"
    assert "Meeting" in page.text
    assert "\x00" not in page.text


def test_ten_thousand_nested_tables_end(make_page: Callable[..., Page]) -> None:
    deep = "<table><tr><td>" * 10_000
    page = make_page(f"<h1>Before</h1>{deep}<a href='/deep'>deep</a>{'</td></tr></table>' * 10_000}<p>Behind</p>")
    assert [heading.text for heading in page.headings] == ["Before"]


@pytest.mark.parametrize("opening", ["<table><tr><td>", "<div>", "<font>"])
def test_text_below_and_behind_deep_nesting_is_read(make_page: Callable[..., Page], opening: str) -> None:
    page = make_page(
        f"<p>Before</p>{opening * 3_000}<p>Deep</p>{'</div></td></tr></table></font>' * 3_000}<p>Behind</p>"
    )
    assert {"Before", "Deep", "Behind"} <= set(page.text.split())


def test_ten_thousand_links(make_page: Callable[..., Page]) -> None:
    items = "".join(f"<li><a href='/p/{n}'>Page {n}</a></li>" for n in range(10_000))
    page = make_page(f"<ul>{items}</ul>")
    assert len(page.links) == 10_000
    assert page.links[-1].url == "https://www.villa.example/p/9999"


def test_a_megabyte_of_markup_for_a_line_of_text(make_page: Callable[..., Page]) -> None:
    filler = "<div style='" + "margin:0;" * 50 + "'><span></span></div>\n"
    page = make_page("<body>" + filler * 2_000 + "<p>The only line.</p><script>" + "x=1;" * 20_000 + "</script></body>")
    assert page.text == "The only line."


def test_markup_beyond_the_limit_is_not_parsed() -> None:
    root = parse("<p>first</p>" + " " * MAX_HTML_CHARS + "<p>last</p>")
    assert "".join(root.itertext()).split() == ["first"]


WORDS = " ".join(f"word{n}" for n in range(300))


@pytest.mark.parametrize("opening", ["<html><body><!--[if x]> ", "<html><body><?php echo 1 "])
def test_a_page_whose_text_the_fast_parser_loses_is_repaired(opening: str) -> None:
    assert "word299" in "".join(parse(opening + WORDS).itertext())


def test_a_document_that_ends_before_its_text_is_repaired() -> None:
    markup = f"<html><head><title>x</title></head></html><div><p>{WORDS}</p></div>"
    assert "word299" in "".join(parse(markup).itertext())


@pytest.mark.parametrize(
    "opening", ["<title>", "<textarea>", "<xmp>", "<noscript><p>", "<html><head><script>x</head><body><p>"]
)
def test_an_element_that_is_never_closed_keeps_the_text(opening: str) -> None:
    assert "word299" in "".join(parse(opening + WORDS).itertext())


@pytest.mark.parametrize("opening", ["<h1>", "<span role=heading>", "<a href=/x>", "<form action=/x>", "<li>"])
def test_nesting_does_not_cost_quadratic_work(make_page: Callable[..., Page], opening: str) -> None:
    def work(depth: int) -> int:
        """Calls that the walk makes for a page of so many open elements."""
        page = make_page(f"{opening}{'x' * 60} " * depth + "word " * 20_000)
        assert page.tree is not None
        calls = 0

        def count(_frame: FrameType, event: str, _arg: object) -> None:
            nonlocal calls
            calls += event.endswith("call")

        sys.setprofile(count)
        try:
            assert page.outline.blocks
        finally:
            sys.setprofile(None)
        return calls

    assert work(1_000) < 2.4 * work(500)


def test_scripts_that_never_end_do_not_cost_quadratic_work() -> None:
    begun = process_time()
    parse("<b>x</b><!--" + "<script>" * 24_000 + "-->")
    assert process_time() - begun < 2.0
