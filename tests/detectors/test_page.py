"""Facts of a page that are read from its head, its bytes and its structured data."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from detectors.page import Page
from detectors.page.page import MAX_TEXT, sniff

MakePage = Callable[..., Page]

HTML = b"<!DOCTYPE html><html><title>x</title>"


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (HTML, "text/html", "html"),
        (HTML, "", "html"),
        (HTML, "application/pdf", "html"),
        (HTML, "text/plain; charset=utf-8", "html"),
        (b"  \n<!-- saved -->\n<HTML>", "application/octet-stream", "html"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE html><html>", "application/xml", "html"),
        (b"<div>fragment</div>", "", "html"),
        (b"%PDF-1.4\n...", "text/html", "pdf"),
        (b"\n%PDF-1.4\n...", "", "pdf"),
        (b"PK\x03\x04....", "text/html", "office"),
        (b"\xd0\xcf\x11\xe0....", "application/msword", "office"),
        (b"\x89PNG\r\n", "text/html", "other"),
        (b"\xff\xd8\xff\xe0", "", "other"),
        (b"\x1f\x8b\x08", "text/html", "other"),
        (b"year;amount\n2026;5", "text/csv", "text"),
        (b"plain words", "", "text"),
        (b"body{}", "text/css", "other"),
        (b"var x = '<div>';", "text/javascript", "other"),
        (b'{"a": "<p>"}', "application/json", "other"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "application/rss+xml", "other"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "text/xml", "text"),
        (b"\x00\x01\x02", "", "other"),
        (b"", "text/html", "html"),
    ],
)
def test_the_first_bytes_tell_what_a_body_is(body: bytes, content_type: str, kind: str) -> None:
    assert sniff(body, content_type) == kind


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"\xef\xbb\xbf" + HTML, "application/octet-stream-x", "html"),
        (b"\xef\xbb\xbf%PDF-1.4", "text/html", "pdf"),
        ("<html><p>x".encode("utf-16"), "", "html"),
    ],
)
def test_a_byte_order_mark_does_not_hide_the_kind(body: bytes, content_type: str, kind: str) -> None:
    assert sniff(body, content_type) == kind


def test_many_comments_before_the_first_tag_are_cheap() -> None:
    start = process_time()
    sniff(b"<!-- a -->" * 23 + b"<x>", "text/html")
    assert process_time() - start < 1.0


# --- head -------------------------------------------------------------------------------------------------------------


def test_the_title(make_page: MakePage) -> None:
    assert make_page("<head><title>\n City of\tVilla </title></head>").title == "City of Villa"
    assert make_page("<p>none").title == ""


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<head></head><body><title>Villa</title><p>x", "Villa"),
        ("<body><svg><title>Icon</title></svg><p>x", ""),
    ],
)
def test_a_title_in_odd_places(make_page: MakePage, markup: str, title: str) -> None:
    assert make_page(f"<html>{markup}").title == title


def test_meta_by_name_property_and_http_equiv_first_one_counts(make_page: MakePage) -> None:
    page = make_page(
        "<meta name=Viewport content='width=device-width'><meta property='og:locale' content=es_ES>"
        "<meta name=viewport content=later><meta name=robots content='NoIndex, nofollow,'><meta charset=utf-8>"
    )
    assert page.meta == {"viewport": "width=device-width", "og:locale": "es_ES", "robots": "NoIndex, nofollow,"}


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; URL=/start", "https://www.villa.example/start"),
        ("0;url='start.html'", "https://www.villa.example/start.html"),
        ("5, https://new.example/", "https://new.example/"),
        ("0", ""),
        ("60;url=/reload", ""),
        ("nonsense", ""),
        ("0 url=/start", "https://www.villa.example/start"),
        ("0; url=/king's-road", "https://www.villa.example/king's-road"),
        ("0; url='/start' id=x", "https://www.villa.example/start"),
    ],
)
def test_meta_refresh(make_page: MakePage, content: str, target: str) -> None:
    assert make_page(f'<meta http-equiv=refresh content="{content}">').refresh == target


@pytest.mark.parametrize(
    ("content", "target"), [("9" * 5000 + ";url=/x", ""), ("0.5;url=/x", "https://www.villa.example/x")]
)
def test_meta_refresh_with_odd_seconds(make_page: MakePage, content: str, target: str) -> None:
    assert make_page(f'<meta http-equiv=refresh content="{content}">').refresh == target


def test_a_refresh_for_visitors_without_scripts_counts_where_nothing_else_leads_on(make_page: MakePage) -> None:
    head = "<head><noscript><meta http-equiv=refresh content='0;url=/plain'></noscript></head>"
    assert make_page(f"{head}<div id=app></div>").refresh == "https://www.villa.example/plain"
    assert make_page(f"{head}<a href=/news>News</a>").refresh == ""


def test_alternates(make_page: MakePage) -> None:
    page = make_page(
        "<head><base href='/es/'><link rel=canonical href='inicio'><link rel='Alternate' hreflang=en href='/en'>"
        "<link rel=alternate type='application/rss+xml' href=/rss><link rel=stylesheet></head>"
    )
    assert page.alternates == (("en", "https://www.villa.example/en"),)


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("<html lang=es-AR>", "es-AR"),
        ("<html xml:lang=pt>", "pt"),
        ("<html><head><meta http-equiv=Content-Language content=fr>", "fr"),
        ("<html><head><meta property=og:locale content=de_AT>", "de_AT"),
        ("<html>", ""),
    ],
)
def test_the_declared_language(make_page: MakePage, markup: str, value: str) -> None:
    assert make_page(f"{markup}<body><p>x").lang_attribute == value


# --- structured data --------------------------------------------------------------------------------------------------


def jsonld(*texts: str, kind: str = "application/ld+json") -> str:
    """A head with structured data."""
    return "<head>" + "".join(f'<script type="{kind}">{text}</script>' for text in texts) + "</head><body>"


def test_structured_data_is_flattened_and_broken_data_left_out(make_page: MakePage) -> None:
    page = make_page(
        jsonld(
            '{"@type": "Event"}',
            "{broken",
            '[{"@type": "A"}, 5]',
            '{"@graph": [{"@type": "B"}, "x"]}',
            '"text"',
            "null",
            '{"a": "line\nbreak"}',
        )
    )
    assert page.jsonld == [{"@type": "Event"}, {"@type": "A"}, {"@type": "B"}, {"a": "line\nbreak"}]


def test_structured_data_of_absurd_depth_is_left_out(make_page: MakePage) -> None:
    assert make_page(jsonld("[" * 100_000)).jsonld == []


@pytest.mark.parametrize("kind", ["application/ld+json; charset=utf-8", "Application/LD+JSON"])
def test_the_type_of_structured_data_may_be_written_otherwise(make_page: MakePage, kind: str) -> None:
    assert make_page(jsonld('{"@type": "Event"}', kind=kind)).jsonld == [{"@type": "Event"}]


# --- text -------------------------------------------------------------------------------------------------------------


def test_running_text_is_bounded(make_page: MakePage) -> None:
    assert len(make_page("<p>" + "word " * 50 + "</p>" * 1 + "<p>more words here</p>" * 20_000).text) <= MAX_TEXT


def test_plain_text_is_read_line_by_line(make_page: MakePage) -> None:
    page = make_page(b"Budget 2026\n\nAdopted by the council", content_type="text/plain")
    assert [line for line in page.text.split("\n") if line] == ["Budget 2026", "Adopted by the council"]
    assert page.links == []


def test_an_office_document_or_picture_has_no_text(make_page: MakePage) -> None:
    for body in (b"PK\x03\x04binary", b"\x89PNG\r\n"):
        page = make_page(body, content_type="application/octet-stream")
        assert (page.text, page.title, page.language, list(page.links)) == ("", "", "", [])


def test_the_host_of_a_malformed_address_is_empty(make_page: MakePage) -> None:
    assert make_page("<p>x", url="http://[bad/").host == ""
    assert make_page("<p>x", url="https://WWW.Villa.Example:8443/").host == "www.villa.example"
