"""The `why` of detectors, as people read it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.inspector import Inspector
from detectors.page import Page
from detectors.plainly import FORMS, PLACES, Plain, plainly

GROUPED = "control in the aside; in one place: general.request with general.health"


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("link in the nav: strong term “organigrama*” (es)", "menu link with the words “organigrama”"),
        ("link in the main: weak term “a (b)” (zh-Hant)", "link with the words “a (b)”"),
        ("image in the footer: strong term “x” (es)", "image with the words “x”"),
        ("page title: strong term “open* data” (en)", "page title with the words “open data”"),
        ("address in the footer: address term “datos” (es)", "footer link to an address with the words “datos”"),
        ("address: address term “datos” (es)", "page address with the words “datos”"),
        (
            "heading: strong term “turno*” (es); in one place: a.b with general.health",
            "heading with the words “turno” and further words of the topic",
        ),
        (
            "link in the nav: strong term “tax” (en) of services.pay, with words for online",
            "menu link with the words “tax” and further words of the topic",
        ),
        (
            "heading: strong term “fees” (en), on a page about this group",
            "heading with the words “fees”, on a page about this group of people",
        ),
        (GROUPED, "button or field whose words tell the topic together"),
        ("link in the header: the name of the country or city", "header link: the name of the country or city"),
        ("script of a cookie notice", "script of a cookie notice"),
        ("", ""),
    ],
)
def test_a_rule_in_plain_words(why: str, words: str) -> None:
    read = plainly(why)
    assert str(read) == words
    assert read.form in ("", *FORMS)
    assert read.place in ("", *PLACES)


def test_the_words_on_the_page_count_more_than_the_term() -> None:
    read = plainly("heading: strong term “presupuest*” (es)", "El Presupuesto\n 2020", ((3, 14),))
    assert read == Plain("words", "heading", "Presupuesto")
    assert len(plainly("text: weak term “a” (es)", "b" * 300, ((0, 300),)).words) == 80


def test_no_lexicon_term_is_left_in_what_detectors_say(inspector: Inspector, make_page: Callable[..., Page]) -> None:
    page = make_page(
        "<nav><a href=/a>Presupuesto municipal</a></nav><h1>Presupuesto municipal 2026</h1>"
        "<footer><a href=/presupuesto>Más</a></footer>",
        lang="es",
    )
    told = {str(plainly(o.why, o.quote, o.matched)) for o in inspector.inspect(page)}
    assert "menu link with the words “Presupuesto municipal”" in told
    assert "footer link to an address with the words “presupuesto”" in told
    assert [words for words in told if " term “" in words or "in one place" in words or " in the nav" in words] == []
