"""Why an observation counts is said in the reader's language, and never in the terms of the program."""

from __future__ import annotations

import pytest

from detectors.plainly import FORMS, PLACES
from review.formats import Formats
from review.i18n import LANGUAGES
from review.pages import environment
from review.wording import WORDS

WHY = "link in the nav: strong term “organigrama*” (es)"
SAID = {
    "ar": "رابط في القائمة بالكلمات «organigramas»",
    "en": "Menu link with the words “organigramas”",
    "es": "Enlace del menú con las palabras «organigramas»",
    "fr": "Lien du menu avec les mots « organigramas »",
    "ru": "Ссылка в меню со словами «organigramas»",
    "zh": "菜单链接，含有“organigramas”一词",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_is_said_in_the_language_of_the_reader(language: str) -> None:
    said = Formats(language).reason(WHY, "Los organigramas", ((4, 16),))
    assert said.replace("\u2068", "").replace("\u2069", "") == SAID[language]
    assert "\u2068organigramas\u2069" in said


def test_every_place_and_form_has_its_words() -> None:
    assert set(WORDS["place"]) == set(PLACES)
    assert set(WORDS["seen"]) == set(FORMS) - {"said"}


def shown(why: str, excerpt: str = "") -> str:
    macros = environment("es").from_string(
        '{% import "macros.html" as parts with context %}{{ parts.why(why, quote, ()) }}'
    )
    return str(macros.render(why=why, quote=excerpt))


def test_what_a_detector_says_itself_is_marked_as_english() -> None:
    assert shown("a cookie <banner>") == '<span lang="en" dir="auto">a cookie &lt;banner&gt;</span>'
    assert "header link: the name of the city" in shown("link in the header: the name of the city")


def test_words_of_a_page_are_no_markup_and_no_format() -> None:
    said = shown("heading: strong term “<b>%(place)s {words} 100 %” (es)")
    assert said == "Encabezado con las palabras «\u2068&lt;b&gt;%(place)s {words} 100 %\u2069»"
