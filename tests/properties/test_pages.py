"""Bytes of any kind as a page: text comes out, nothing is raised, and what was valid comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading import Answer, read
from crawler.robots import policy
from crawler.sitemaps import parse_sitemap
from detectors.inspector import Inspector
from detectors.page.charset import decode
from detectors.page.documents import pdf_text
from tests.properties.profile import tried, tried_less

TYPES = st.sampled_from(
    ["", "text/html", "text/html; charset=utf-8", "text/html; charset=utf-16", "image/png"]
) | st.text(max_size=40)
PIECES = (
    "<html>|<body|<a href=|'/x'|\"|>|</a>|<table><tr>|<form action=|<input name=q|<title>|<h1|<svg>|<script>|</script>|"
    "<!--|-->|<base href=|<meta http-equiv=refresh content='0;url=|<meta charset=|&amp|;|&#x|<nav>|Budget 2026 |"
    'Contact us +41 44 123 45 67 |a@b.example|<script type=application/ld+json>{"@type":|[|]|\x00|\ufeff'
).split("|")
MARKUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60).map("".join)
BODIES = (
    st.binary(max_size=400)
    | MARKUP.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | MARKUP.map(lambda text: text.encode("utf-16", "surrogatepass"))
)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    """The installed detectors."""
    return Inspector.default()


@tried
@given(BODIES, TYPES)
def test_any_bytes_are_text(body: bytes, content_type: str) -> None:
    text, encoding = decode(body, content_type)
    assert isinstance(text, str)
    "".encode(encoding)


@tried
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_utf8_comes_back_whatever_the_server_says(text: str) -> None:
    markup = f"<html><p>é {text}"
    for header in ("", "text/html; charset=iso-8859-1", "text/html; charset=windows-1251"):
        assert decode(markup.encode(), header)[0] == markup


@tried
@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs", "Cc")), max_size=200))
def test_utf16_with_a_mark_comes_back(text: str) -> None:
    assert decode(f"<p>{text}".encode("utf-16"), "text/html")[0] == f"<p>{text}"


@tried_less
@given(BODIES, TYPES, st.sampled_from([200, 204, 302, 404, 503]))
def test_any_answer_is_read(inspector: Inspector, body: bytes, content_type: str, status: int) -> None:
    reading = read(Answer("https://town.example/a", body, status, content_type, {}, None, 1), inspector)
    assert reading.failures == ()
    assert all(0 <= seen.strength <= 1 for seen in reading.observations)
    assert not reading.refresh or reading.refresh.startswith("http")


@tried
@given(
    st.binary(max_size=300)
    | MARKUP.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.binary(max_size=60).map(b"\x1f\x8b\x08".__add__)
)
def test_any_sitemap_robots_and_document_is_taken(body: bytes) -> None:
    pages, further = parse_sitemap(body)
    assert all(isinstance(url, str) for url in (*pages, *further))
    rules = policy(200, body, "LOSI-Scout/1")
    assert rules.allows("https://town.example/x") in (True, False)
    assert rules.delay is None or isinstance(rules.delay, float)
    assert pdf_text(b"%PDF-1.7\n" + body).title is not None
