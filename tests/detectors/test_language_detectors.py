"""Versions in other languages: switchers, alternates, choices, widgets, and pages read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.facts import PortalFacts
from detectors.inspector import Inspector
from detectors.observation import PROOF, Observation

Strength = Callable[..., float]
Sightings = Callable[..., list[Observation]]
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
        "<select><option>ES<option>EN</select>",
        "<select name=country><option>ES<option>EN<option>FR<option>فارسی</select>",
        "<header><a href='/site/english/home'>EN</a></header>",
        "<header><a href='javascript:go(2)'>ENG</a></header>",
        "<a href='/otra'>ES/EN</a>",
        "<a href='/ru'>RUS</a>",
        "<main><a href='index_en.php'>ENG</a></main>",
        "<a href='/x'>To view this site in English click here</a>",
        "<nav><a href=/zh>Traditional Chinese</a></nav>",
        "<form method=post><input type=submit value=English></form>",
        "<nav><a href=/en>[English]</a></nav>",
    ],
)
def test_another_language_is_offered(strength: Strength, markup: str) -> None:
    assert strength(f"{markup}{SPANISH}", FOREIGN, "es") >= PROOF


BURMESE = "<p>မြို့တော် စည်ပင်သာယာရေး ကော်မတီ၏ တရားဝင် ဝက်ဘ်ဆိုက်မှ ကြိုဆိုပါသည်။</p>"


@pytest.mark.parametrize(
    ("options", "offered"),
    [(("EN", "MM"), True), (("MY", "EN"), True), (("MM", "KH"), False), (("MM", "EN", "TOTAL"), False)],
)
def test_the_countrys_code_stands_for_its_language_beside_english(
    strength: Strength, options: tuple[str, ...], offered: bool
) -> None:
    choice = "".join(f"<option>{option}" for option in options)
    assert (strength(f"<select>{choice}</select>{BURMESE}", FOREIGN, "my") >= PROOF) is offered


@pytest.mark.parametrize(
    "markup",
    [
        "<head><link rel=alternate hreflang=es-MX href=/mx><link rel=alternate hreflang=x-default href=/></head>",
        "<a href=/x hreflang=es>Versión completa</a>",
        "<a href=/news>English course for parents starts in May</a>",
        "<select name=year><option>2025<option>2026</select>",
        "<select name=country><option>AR<option>BE<option>DE</select>",
        "<main><a href=/courses/spanish>EN</a></main>",
        "<header><a href=/staff>IT</a></header>",
        "<a href=/departments>IT/HR</a>",
        "<form method=post><input type=submit value=Español></form>",
        "<nav><a href='#'>Español (ES)</a></nav>",
        "<form method=post><input type=submit value='English course: enrol'></form>",
        "<a href='mailto:en@villa.example'>en</a>",
        "<main><a href=/to>to</a></main>",
        "",
    ],
)
def test_nothing_foreign(strength: Strength, markup: str) -> None:
    assert strength(f"{markup}{SPANISH}", FOREIGN, "es") < PROOF


@pytest.mark.parametrize("href", ["/it", "/index.php/it/", "https://it.villa.example/", "/home?lang=it", "/idioma/it"])
def test_a_code_where_the_address_keeps_its_language_is_one(strength: Strength, href: str) -> None:
    assert strength(f"<nav><a href={href}>IT</a></nav>{SPANISH}", FOREIGN, "es") >= PROOF


@pytest.mark.parametrize(("label", "href"), [("IT", "/departments/it"), ("HR", "/about/hr/"), ("My", "/areas/my")])
def test_a_code_that_is_a_word_of_menus_is_none_deep_in_an_address(strength: Strength, label: str, href: str) -> None:
    assert strength(f"<nav><a href={href}>{label}</a></nav>{SPANISH}", FOREIGN, "es") < PROOF


def test_what_thai_authorities_publish_is_no_italian(strength: Strength) -> None:
    thai = "<p>เทศบาลให้บริการประชาชนและดูแลถนนในเมือง</p>"
    assert strength(f"<nav><a href=/ita>ITA</a></nav>{thai}", FOREIGN, "th") < PROOF
    assert strength(f"<nav><a href=/ita>ITA</a></nav>{SPANISH}", FOREIGN, "es") >= PROOF


@pytest.mark.parametrize(
    "label",
    ["German Embassy", "French Republic", "Polish minority", "Greek islands", "Russian Federation", "Learn English"],
)
def test_a_nation_is_no_language_version(strength: Strength, label: str) -> None:
    assert strength(f"<a href=/x>{label}</a>", FOREIGN) < PROOF


def test_the_page_s_own_language_is_not_foreign(strength: Strength) -> None:
    assert strength(f"<a href=/es/>Español</a>{SPANISH}", FOREIGN, "es") < PROOF


def test_the_other_script_of_the_page_s_language_is_not_foreign(strength: Strength) -> None:
    assert strength("<nav><a href=/?l=cir>Ћирилица</a></nav>", FOREIGN, "sr-Latn") < PROOF
    assert strength("<nav><a href=/?l=cir>Српски</a></nav>", FOREIGN, "hu") >= PROOF


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


# --- machine translation ----------------------------------------------------------------------------------------------

GOOGLE = "<script src='https://translate.google.com/translate_a/element.js?cb=init'></script>"
WEGLOT = "<script src='https://cdn.weglot.com/weglot.min.js'></script>"


def machine_made(sightings: Sightings, markup: str) -> tuple[list[Observation], list[Observation]]:
    """What is held to be made by machine, and the rest."""
    seen = sightings(f"{markup}{SPANISH}", FOREIGN, "es")
    machine = [o for o in seen if o.why.startswith("machine translation")]
    return machine, [o for o in seen if o not in machine]


@pytest.mark.parametrize(
    "markup",
    [
        GOOGLE,
        "<script>new google.translate.TranslateElement({pageLanguage: 'es'}, 'box')</script>",
        "<script>window.gtranslateSettings = {default_language: 'es'}</script>",
        WEGLOT,
        "<script src='//cdn.conveythis.com/javascript/conveythis.js'></script>",
        "<script src='https://translate.yandex.net/website-widget/v1/widget.js?widgetId=w'></script>",
        f"{GOOGLE}<a href='#' onclick='doGTranslate()'>English</a>",
        "<script src='//cdn.gtranslate.net/float.js'></script><a class=glink href='/en/'>English</a>",
        f"{GOOGLE}<div id=google_translate_element><select><option>Español<option>English</select></div>",
        f"{GOOGLE}<a href='https://translate.google.com/translate?sl=es&tl=en&u=x'>English</a>",
        f"<head>{WEGLOT}<link rel=alternate hreflang=en href=/en/></head>",
    ],
)
def test_a_service_that_translates_by_machine_is_weak_proof(sightings: Sightings, markup: str) -> None:
    machine, others = machine_made(sightings, markup)
    assert machine
    assert others == []
    assert all(PROOF <= o.strength < 0.6 for o in machine)


@pytest.mark.parametrize(
    "version",
    ["<nav><a href=/en/>English</a></nav>", "<head><link rel=alternate hreflang=en href=/en/></head>"],
)
def test_a_version_of_its_own_beside_a_service_is_strong_proof(sightings: Sightings, version: str) -> None:
    machine, others = machine_made(sightings, f"{version}{GOOGLE}")
    assert machine
    assert max(o.strength for o in others) >= 0.7


def test_a_link_of_a_service_does_not_hide_the_portal_s_own(sightings: Sightings) -> None:
    links = "".join(
        f"<a class=glink href='#{name}'>{name}</a>" for name in ("English", "Français", "Deutsch", "Italiano")
    )
    script = "<script>gtranslateSettings = {}</script>"
    _, others = machine_made(sightings, f"{script}{links}<nav><a href=/en/>English</a></nav>")
    assert [o.href for o in others] == ["/en/"]


@pytest.mark.parametrize(
    "href",
    [
        "/2",
        "/us",
        "/flags/en",
        "/es/",
        "https://other.example/en",
        "/en/budget",
        "https://it.example/",
        "https://ca.gov/",
    ],
)
def test_a_flag_alone_is_no_language(strength: Strength, href: str) -> None:
    assert strength(f"<nav><a href={href}><img src=/flags/us.svg alt=''></a></nav>{SPANISH}", FOREIGN, "es") < PROOF


def test_a_host_that_begins_like_a_code_is_no_language_to_itself(strength: Strength) -> None:
    for href in ("#", "/", "https://en.villa.example/index.html"):
        flag = f"<nav><a href={href}><img src=/logo.svg></a></nav>{SPANISH}"
        assert strength(flag, FOREIGN, "es", url="https://en.villa.example/") < PROOF


@pytest.mark.parametrize("href", ["/en", "/eng/index.php", "/english/", "https://en.villa.example/", "/ca/home.html"])
def test_a_flag_that_leads_to_another_front_page_is(strength: Strength, href: str) -> None:
    assert strength(f"<nav><a href={href}><img src=/flags/us.svg></a></nav>{SPANISH}", FOREIGN, "es") >= PROOF


def test_a_document_in_another_language_is_no_version(strength: Strength) -> None:
    assert strength(f"<nav><a href=/news/7_English.pdf>English</a></nav>{SPANISH}", FOREIGN, "es") < PROOF


# --- what is behind the switch ----------------------------------------------------------------------------------------

LONG = SPANISH * 6
ENGLISH = "<p>The council offers many services to residents and looks after streets and squares of the town.</p>" * 6


@pytest.mark.parametrize(
    "url", ["https://villa.example/en/", "https://en.villa.example/x", "https://villa.example/x?lang=en"]
)
def test_a_page_that_is_not_in_the_language_promised(sightings: Sightings, url: str) -> None:
    (seen,) = sightings(LONG, FOREIGN, "en", url)
    assert (seen.polarity, seen.why) == ("against", "address and markup promise en, the text is written in es")


@pytest.mark.parametrize(
    ("text", "lang", "url"),
    [
        (ENGLISH, "en", "https://villa.example/en/"),
        (LONG, "es", "https://villa.example/en/"),
        (LONG, "en", "https://villa.example/"),
        (SPANISH, "en", "https://villa.example/en/"),
        (LONG, "en", "https://villa.example/it/"),
    ],
)
def test_no_promise_is_broken(sightings: Sightings, text: str, lang: str, url: str) -> None:
    assert [o for o in sightings(text, FOREIGN, lang, url) if o.polarity == "against"] == []


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


def test_forms_of_one_language_count_together(inspector: Inspector) -> None:
    assert portal(inspector, ("es",), **{"es": 30, "zh-Hans": 1, "zh-Hant": 1}) == ["zh: 2 pages"]
