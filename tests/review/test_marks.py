"""Excerpts keep their text whatever the offsets say, and only web addresses become links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.marks import ELLIPSIS, Piece, link_target, pieces, safe_link

OFFSETS = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=6)


@given(st.text(max_size=50), OFFSETS)
def test_the_pieces_spell_the_quote(quote: str, matched: list[tuple[int, int]]) -> None:
    found = pieces(quote, matched)
    assert "".join(piece.text for piece in found) == quote
    assert all(piece.text for piece in found)


def test_matched_words_are_marked() -> None:
    assert pieces("the city budget here", [(4, 8), (9, 15)]) == [
        Piece("the ", False),
        Piece("city", True),
        Piece(" ", False),
        Piece("budget", True),
        Piece(" here", False),
    ]


def test_overlapping_matches_are_joined() -> None:
    assert pieces("open data portal", [(0, 9), (5, 16)]) == [Piece("open data portal", True)]


def test_a_long_quote_is_cut_around_its_first_match() -> None:
    quote = "x" * 1000 + "budget" + "y" * 1000
    found = pieces(quote, [(1000, 1006)], limit=100)
    assert Piece("budget", True) in found
    assert found[0] == found[-1] == Piece(ELLIPSIS, False)
    assert sum(len(piece.text) for piece in found) <= 102


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " \tjavascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//host/path",
        "/path",
        "",
        "https://",
        "http://[::1",
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert safe_link(url) == ""


def test_web_addresses_are_links() -> None:
    assert safe_link("https://www.villa.example/a?b=c#d") == "https://www.villa.example/a?b=c#d"
    assert safe_link("HTTP://villa.example") == "HTTP://villa.example"


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("../budget", "https://villa.example/budget"),
        ("https://other.example/x", "https://other.example/x"),
        ("javascript:alert(1)", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_where_a_link_leads(href: str, target: str) -> None:
    assert link_target("https://villa.example/a/b", href) == target
