"""The portal's own search, the advanced one, and the sitemap for people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.observation import PROOF, Observation

Strength = Callable[..., float]


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<form action=/find><input type=search name=x></form>"),
        ("en", "<form role=search><input name=text></form>"),
        ("es", "<form action=/es/buscar><input name=texto></form>"),
        ("de", "<form><input type=text name=suchbegriff></form>"),
        ("pl", "<form><input name=fraza></form>"),
        ("ja", "<form><input name=q></form>"),
        ("en", "<form action='https://www.google.com/custom'><input name=words></form>"),
        ("es", "<form action=/x><input name=a><button>Buscar</button></form>"),
        ("ja", "<form action=/x><input name=a><input type=submit value='検索'></form>"),
        ("en", "<div><input type=search placeholder=Find></div>"),
        ("en", "<nav><a href=/x>Search</a></nav>"),
        ("lt", "<gcse:searchbox-only></gcse:searchbox-only>"),
        ("es", "<div class='x'><div class=\"gcse-search\"></div></div>"),
        ("en", "<form method=post id=aspnetForm><input type=hidden name=state><input name='ctl00$txtSearch'></form>"),
    ],
)
def test_a_search_box(strength: Strength, lang: str, markup: str) -> None:
    assert strength(markup, "search.internal", lang) >= PROOF


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<form action=/newsletter><input type=email name=email><button>Subscribe</button></form>"),
        ("en", "<form action=/newsletter><input type=text name=mail placeholder='Your mail'></form>"),
        ("en", "<form action=/login><input name=q><input type=password></form>"),
        ("en", "<form><input name=given_name><input name=street><textarea name=message></textarea></form>"),
        ("en", "<form><input type=hidden name=search></form>"),
        ("en", "<p>Our search for a new mayor goes on.</p>"),
        ("en", ""),
    ],
)
def test_other_forms_are_none(strength: Strength, lang: str, markup: str) -> None:
    assert strength(markup, "search.internal", lang) < PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<form action=/besucher/anmelden><input name=vorname></form>",
        "<form action=/caritas><input name=a></form>",
        "<form><input name=research_topic></form>",
    ],
)
def test_a_word_for_search_inside_another_word(strength: Strength, markup: str) -> None:
    assert strength(markup, "search.internal") < PROOF


def test_a_loose_search_box_beside_a_loose_login(strength: Strength) -> None:
    markup = "<div><input type=search name=q></div><div><input name=user><input type=password name=pass></div>"
    assert strength(markup, "search.internal") >= PROOF


def test_a_search_box_in_a_form_around_the_whole_page(strength: Strength) -> None:
    hidden = "".join(f"<input type=hidden name=state{n}>" for n in range(16))
    assert strength(f"<form method=post>{hidden}<input type=search name=q></form>", "search.internal") >= PROOF


def test_a_search_box_beside_a_login_in_a_page_of_web_forms(strength: Strength) -> None:
    state = "<input type=hidden name=__VIEWSTATE value=x>"
    login = "<input name=user><input type=password name=pass>"
    box = "<input name=txtSearch>"
    assert strength(f"<form method=post>{state}{login}{box}</form>", "search.internal") >= PROOF
    assert strength(f"<form method=post>{login}{box}</form>", "search.internal") < PROOF
    assert strength(f"<form method=post>{state}{login}</form>", "search.internal") < PROOF


def test_the_place_of_the_box_is_told(sightings: Callable[..., list[Observation]]) -> None:
    (seen, *_) = sightings(
        "<header><form id=find><input type=search name=q placeholder=Find></form></header>", "search.internal"
    )
    assert (seen.selector, seen.zone, seen.kind) == ("#find", "header", "content")
    assert seen.quote == "input[search] q Find"


# --- advanced ---------------------------------------------------------------------------------------------------------

FILTERS = "<select name=kind><option>All</select><input type=date name=from>"


@pytest.mark.parametrize(
    "markup",
    [
        f"<form action=/search><input name=q>{FILTERS}</form>",
        "<form action=/s><input type=search name=q><input type=checkbox name=news><input type=radio name=sort></form>",
        "<a href=/x>Advanced search</a>",
    ],
)
def test_an_advanced_search(strength: Strength, markup: str) -> None:
    assert strength(markup, "search.advanced") >= PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<form action=/search><input name=q></form>",
        "<form action=/search><input name=q><select name=kind><option>All</select></form>",
        f"<form method=post action=/search><input name=q>{FILTERS}</form>",
        f"<form action=/booking><input name=guest>{FILTERS}</form>",
        "<form action=/search><input name=q><input type=radio name=sort><input type=radio name=sort></form>",
    ],
)
def test_a_plain_search_or_another_form_is_not_advanced(strength: Strength, markup: str) -> None:
    assert strength(markup, "search.advanced") < PROOF


# --- sitemap ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        "<footer><a href=/x>Site map</a></footer>",
        "<a href=/sitemap>All pages</a>",
        "<h1>Sitemap</h1>",
        "<a href='#/sitemap'>Sitemap</a>",
    ],
)
def test_a_sitemap_for_people(strength: Strength, markup: str) -> None:
    assert strength(markup, "navigation.sitemap") >= PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<a href=/sitemap.xml>XML</a>",
        "<a href=/sitemap.xml>Sitemap</a>",
        "<a href=/sitemap_index.xml>Site map</a>",
        "<a href=/sitemap.xml.gz?x=1>x</a>",
        "<a href=#sitemap>Site map</a>",
        "<p>x</p>",
    ],
)
def test_a_sitemap_for_machines_is_none(strength: Strength, markup: str) -> None:
    assert strength(markup, "navigation.sitemap") < PROOF
