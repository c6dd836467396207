"""The catalogues: every message of the interface is translated into the six languages, with its placeholders."""

from __future__ import annotations

import re
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from review.formats import Formats
from review.i18n import LANGUAGES, accepted, asked, direction
from review.wording import WORDS, confidence_band
from scripts.question_catalogues import TRANSLATED, questions, read
from survey.questionnaire import load

ROOT = Path(str(files("review")))
PYTHON = (
    "wording.py",
    "errors.py",
    "access.py",
    "app.py",
    "searched.py",
    "routes/**.py",
    "security/**.py",
    "service/**.py",
    "workbook/**.py",
)
METHODS = [("templates/**.html", "jinja2"), *((each, "python") for each in PYTHON)]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def _used() -> set[str]:
    found = extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def _catalogue(language: str) -> Catalog:
    return read_po(BytesIO((ROOT / "locale" / language / "LC_MESSAGES" / "review.po").read_bytes()), locale=language)


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _named(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text)) - {"num"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_in_the_catalogue(language: str) -> None:
    known = {each.id if isinstance(each.id, str) else each.id[0] for each in _catalogue(language) if each.id}
    assert known == _used()


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_every_message_is_translated_with_its_placeholders(language: str) -> None:
    catalogue = _catalogue(language)
    assert catalogue.fuzzy is False
    for message in catalogue:
        if message.id:
            forms = _forms(message)
            english = message.id if isinstance(message.id, str) else message.id[0]
            assert len(forms) == (1 if isinstance(message.id, str) else catalogue.num_plurals), english
            for form in forms:
                assert form, english
                assert _named(form) == _named(english), english
                assert not re.search(r"%(?!%|\()", form.replace("%%", "")), english


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_question_is_translated(language: str) -> None:
    said = {message.id: message.string for message in read(language) if message.id}
    assert said.keys() == {text for text, _ in questions()}
    assert [text for text, translation in said.items() if not translation] == []
    assert [text for text, translation in said.items() if translation == text] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_two_questions_are_not_translated_alike(language: str) -> None:
    """A person who answers one must not take it for the other."""
    for edition in ("losi-2020", "losi-2022", "losi-2024", "osi-2024"):
        titles = {indicator.title for indicator in load(edition).indicators}
        assert len({asked(title, language) for title in titles}) == len(titles)


def test_formats_of_a_language() -> None:
    russian, arabic = Formats("ru"), Formats("ar")
    assert (russian.said("state", "present"), russian.said("state", "other")) == ("Найдено", "other")
    assert (russian.percent(0.934), russian.number(0.5), russian.percent(None)) == ("93\xa0%", "0,50", "")
    assert (russian.country_name("ESP"), russian.country_name("XXX")) == ("Испания", "XXX")
    assert (arabic.language_name("es-MX"), arabic.language_name("qqq")) == ("الإسبانية", "qqq")
    assert [direction(each) for each in LANGUAGES] == ["rtl", *["ltr"] * 5]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr-CA, en;q=0.5", "fr"),
        ("en ; q=0.3, es ; Q=0.8", "es"),
        ("fr;q=0, de, ru;q=0.1", "ru"),
        ("zh-Hant-TW;q=x, zh-Hant-TW", "zh"),
        ("fr;q=0", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(header: str, language: str) -> None:
    assert accepted(header) == language


def test_words_for_confidence_are_those_of_the_rounded_number() -> None:
    shown = {
        0.951: "certain",
        0.946: "certain",
        0.94: "very",
        0.7: "likely",
        0.697: "likely",
        0.5: "rather",
        0.2: "doubtful",
    }
    assert {value: confidence_band(value) for value in shown} == {**shown}
    assert set(shown.values()) <= set(WORDS["confidence"])
