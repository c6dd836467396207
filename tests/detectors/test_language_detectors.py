"""Versions in other languages: switchers, alternates, choices, widgets, and pages read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.facts import PortalFacts
from detectors.inspector import Inspector
from detectors.observation import PROOF

Strength = Callable[..., float]
FOREIGN = "language.foreign"
SPANISH = "<p>El ayuntamiento ofrece a los vecinos numerosos servicios y cuida las calles y las plazas.</p>"


@pytest.mark.parametrize(
    "markup",
    [
        "<nav><a href=/en>English</a></nav>",
        "<a href=/fr title='Français'><img src=flag.png></a>",
        "<a href=/de>Deutsch (DE)</a>",
        "<a href=/ar>العربية</a>",
        "<a href=/ja>日本語</a>",
        "<header><a href='/en/'>EN</a></header>",
        "<a href=/x hreflang=en>International</a>",
        "<head><link rel=alternate hreflang=ca href=/ca></head>",
        "<select name=lang><option>Español<option>English</select>",
        "<script src='https://translate.google.com/translate_a/element.js'></script>",
    ],
)
def test_another_language_is_offered(strength: Strength, markup: str) -> None:
    assert strength(f"{markup}{SPANISH}", FOREIGN, "es") >= PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<head><link rel=alternate hreflang=es-MX href=/mx><link rel=alternate hreflang=x-default href=/></head>",
        "<a href=/x hreflang=es>Versión completa</a>",
        "<a href=/news>English course for parents starts in May</a>",
        "<select name=year><option>2025<option>2026</select>",
        "<a href='mailto:en@villa.example'>en</a>",
        "<main><a href=/to>to</a></main>",
        "",
    ],
)
def test_nothing_foreign(strength: Strength, markup: str) -> None:
    assert strength(f"{markup}{SPANISH}", FOREIGN, "es") < PROOF


@pytest.mark.parametrize(
    "label",
    ["German Embassy", "French Republic", "Polish minority", "Greek islands", "Russian Federation", "Learn English"],
)
def test_a_nation_is_no_language_version(strength: Strength, label: str) -> None:
    assert strength(f"<a href=/x>{label}</a>", FOREIGN) < PROOF


def test_the_page_s_own_language_is_not_foreign(strength: Strength) -> None:
    assert strength(f"<a href=/es/>Español</a>{SPANISH}", FOREIGN, "es") < PROOF


@pytest.mark.parametrize(
    ("label", "href"), [("HR", "/human-resources"), ("IT", "/technology"), ("ID", "/identity-cards")]
)
def test_an_abbreviation_is_no_language(strength: Strength, label: str, href: str) -> None:
    assert strength(f"<nav><a href={href}>{label}</a></nav>", FOREIGN) < PROOF


@pytest.mark.parametrize(
    ("lang", "text", "tag"),
    [
        ("zh-CN", "市政府为居民提供各种服务，并负责维护街道和广场。", "zh-CN"),
        ("sr-Latn", "Opština građanima pruža različite usluge i brine o ulicama i trgovima.", "sr-Latn"),
    ],
)
def test_the_own_language_with_its_script_is_not_foreign(strength: Strength, lang: str, text: str, tag: str) -> None:
    assert strength(f"<head><link rel=alternate hreflang={tag} href=/a></head><p>{text}</p>", FOREIGN, lang) < PROOF


@pytest.mark.parametrize("label", ["Sign language", "Plain language", "Language courses for adults"])
def test_a_menu_entry_about_language_is_no_switcher(strength: Strength, label: str) -> None:
    assert strength(f"<nav><a href=/x>{label}</a></nav>", FOREIGN) < PROOF


def test_the_caption_of_a_switcher(strength: Strength) -> None:
    assert strength("<nav><a href=/x>Language</a></nav>", FOREIGN) >= PROOF


def portal(inspector: Inspector, official: tuple[str, ...], **languages: int) -> list[str]:
    """What is concluded of a portal with so many pages by language."""
    facts = PortalFacts("https://www.villa.example/", languages=languages, official=official)
    return [o.quote for o in inspector.portal(facts) if o.feature == FOREIGN]


def test_pages_read_in_another_language(inspector: Inspector) -> None:
    assert portal(inspector, ("es",), es=30, en=5) == ["en: 5 pages"]
    assert portal(inspector, (), es=30, en=5) == ["en: 5 pages"]


def test_official_languages_single_pages_and_unknown_ones_are_not_foreign(inspector: Inspector) -> None:
    assert portal(inspector, ("fi", "sv"), fi=30, sv=20) == []
    assert portal(inspector, ("es",), es=30, en=1) == []
    assert portal(inspector, ("es",), **{"es": 30, "": 9}) == []
