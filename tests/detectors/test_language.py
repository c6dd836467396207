"""The language of a page: told from a paragraph, with, without and against what the page declares."""

from __future__ import annotations

import random
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.page import Page
from detectors.page.language import declared, identify, kindred

TEXTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "languages.toml").read_text(encoding="utf-8"))
SOUTH_SLAVIC = {"bs": {"bs", "hr", "sr-Latn"}, "hr": {"bs", "hr", "sr-Latn"}, "sr-Latn": {"bs", "hr", "sr-Latn"}}
"""Undeclared, these cannot be told apart by a paragraph."""


def test_many_languages_are_tried() -> None:
    assert len(TEXTS) >= 60


@pytest.mark.parametrize("language", TEXTS)
def test_a_paragraph_without_declaration(language: str) -> None:
    assert identify(TEXTS[language]).code in SOUTH_SLAVIC.get(language, {language})


@pytest.mark.parametrize("language", TEXTS)
def test_a_paragraph_with_a_true_declaration(language: str) -> None:
    guess = identify(TEXTS[language], language)
    assert guess.code == language
    assert guess.confidence >= 0.5


@pytest.mark.parametrize("said", ["", "ru", "en"])
@pytest.mark.parametrize(
    ("code", "menu"),
    [
        ("uz", "Bosh sahifa | Bo'limlar | Tuman haqida | Yo'l xaritasi | Ochiq budjet | Aholi murojaatlari"),
        ("uz", "Бош саҳифа | Туман ҳақида | Очиқ бюджет | Аҳоли мурожаатлари | Вакант ўринлар"),
        ("tk", "Baş sahypa | Şäheriň taryhy | Täzelikler | Habarlaşmak | Býujet | Raýatlaryň ýüztutmalary"),
        ("mt", "Paġna ewlenija | Aħbarijiet | Servizzi | Kuntatt | Il-Kunsill | Laqgħat | Formoli"),
        ("mr", "मुख्यपृष्ठ | शहराविषयी | विभाग | निविदा | नोकरभरती | माहितीचा अधिकार | संपर्क"),
        ("mr", "निविदा बातम्या छायाचित्रे संपर्क अभिप्राय साइटमॅप"),
        ("mr", "जन्म नोंदणी मृत्यू नोंदणी विवाह नोंदणी पाणीपट्टी बांधकाम परवानगी"),
        ("rw", "Ahabanza | Amakuru | Serivisi z'Akarere | Ubuyobozi bw'Umurenge | Ingengo y'Imari"),
    ],
)
def test_letters_tell_the_language_of_a_menu(code: str, menu: str, said: str) -> None:
    assert identify(menu, said).code == code


@pytest.mark.parametrize(
    "text",
    [
        "C'est la vie, qu'il pleuve ou non | C'était hier | Y'a-t-il un maire | L'eau de la commune",
        "O'Connell Street | O'Brien Park | Mayor O'Neill",
        "Orlando's Kids | San Diego's Zoo | Chicago's Loop",
        "Eldorado's Menu | Waldo's Taco Grill | Gringo's Bar",
        "B'fhéidir | b'ea | Comhairle | Seirbhísí | Nuacht | b'olc | b'aoibhinn",
        "Вуліца Гарадоцкая | Аб горадзе | Жыллёва-камунальная гаспадарка | Звароты грамадзян | Навіны",
        "मुख्य पृष्ठ | सूचना का अधिकार | निविदा | भर्ती | बगीचे | ढांचा | जन्म पंजीकरण | संपर्क करें",
        "गृहपृष्ठ | परिचय | सूचनाको हक | कार्यपालिका निर्णयहरू | वडा कार्यालय | ग्यालरी | सम्पर्क",
        "मुखेल पान | आमचेविशीं | माहिती हक्क | निविदा | गोंयचो इतिहास | सेवा आनी येवजण्यो | संपर्क",
        "Асосӣ | Дар бораи шаҳр | Хабарҳо | Ҳуҷҷатҳо | Қабули шаҳрвандон | Алоқа",
    ],
)
def test_letters_that_others_write_too_tell_nothing(text: str) -> None:
    assert identify(text).code not in ("uz", "tk", "mt", "rw", "mr")


@pytest.mark.parametrize("language", [c for c in TEXTS if c != "en"])
def test_a_template_left_at_english_does_not_lie(language: str) -> None:
    assert identify(TEXTS[language], "en-US").code in SOUTH_SLAVIC.get(language, {language})


LIES = [
    ("es", "pt"), ("pt", "es"), ("ru", "uk"), ("uk", "ru"), ("be", "ru"), ("kk", "ru"), ("ky", "ru"), ("mn", "ru"),
    ("az", "tr"), ("is", "da"), ("is", "no"), ("hi", "ne"), ("cs", "sk"), ("mk", "bg"), ("sl", "sr"), ("da", "no"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), LIES)
def test_a_declared_neighbour_does_not_win_against_a_sure_text(language: str, said: str) -> None:
    assert identify(TEXTS[language], said).code == language


@pytest.mark.parametrize(
    ("language", "said"), [("hr", "bs"), ("bs", "hr"), ("sr-Latn", "bs"), ("id", "ms"), ("ms", "id")]
)
def test_between_inseparable_languages_the_declaration_decides(language: str, said: str) -> None:
    assert identify(TEXTS[language], said).code == said


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("es-MX", "es"), ("EN_us", "en"), (" de ", "de"), ("fil", "fil"), ("nb", "no"), ("iw", "he"),
        ("zh-CN", "zh-Hans"), ("zh-Hant-HK", "zh-Hant"), ("zh-TW", "zh-Hant"), ("zh", "zh"),
        ("sr-Latn-RS", "sr-Latn"), ("sr_Cyrl", "sr-Cyrl"),
        ("mr-IN", "mr"), ("pa-Guru-IN", "pa"), ("ory", "or"), ("or_IN", "or"), ("mal", "ml"),
        ("x-default", ""), ("", ""), ("english", ""), ("{{lang}}", ""),
    ],
)  # fmt: skip
def test_declared_forms(tag: str, code: str) -> None:
    assert declared(tag) == code


@pytest.mark.parametrize(
    ("tag", "code"), [("nb-NO", "no"), ("nn-NO", "no"), ("in-ID", "id"), ("iw-IL", "he"), ("sh-RS", "sr-Latn")]
)
def test_a_declared_form_with_a_region(tag: str, code: str) -> None:
    assert declared(tag) == code


def test_too_little_text_leaves_the_declaration() -> None:
    assert identify("OK", "fr-CA").code == "fr"
    assert identify("OK", "fr-CA").confidence < 0.5
    assert identify("2026 · 15:30", "").code == ""


def test_addresses_and_numbers_are_no_words() -> None:
    noise = "https://www.villa.example/en/index.html info@villa.example 2026-11-21 " * 20
    assert identify(noise + TEXTS["hu"]).code == "hu"


@pytest.mark.parametrize("language", ["de", "fr", "pl"])
def test_capitals_are_letters_like_others(language: str) -> None:
    assert identify(TEXTS[language].upper()).code == language


@pytest.mark.parametrize("language", ["cs", "fr", "vi"])
def test_letters_and_accents_in_two_characters_are_letters_like_others(language: str) -> None:
    assert identify(unicodedata.normalize("NFD", TEXTS[language])) == identify(TEXTS[language])


def test_a_script_of_several_languages_leaves_the_choice_to_the_page() -> None:
    tigrinya = "ምምሕዳር ከተማ ንነበርቲ ዝተፈላለዩ ግልጋሎታት ይህብ። ባጀት ናይዚ ዓመት ብባይቶ ጸዲቑ ኣሎ፣ ዝርዝሩ ኣብዚ ገጽ ይርከብ።"
    assert identify(tigrinya, "ti").code == "ti"


def test_han_without_telling_characters_follows_the_page() -> None:
    assert identify("市政府公告 " * 5, "zh-TW").code == "zh-Hant"


def test_the_same_text_gives_the_same_answer_in_any_order() -> None:
    first = {code: identify(text) for code, text in TEXTS.items()}
    codes = list(TEXTS)
    random.Random(7).shuffle(codes)
    assert {code: identify(TEXTS[code]) for code in codes} == first


def test_identifying_leaves_the_random_numbers_of_others_alone() -> None:
    random.seed(5)
    expected = random.random()
    random.seed(5)
    identify(TEXTS["hr"])
    assert random.random() == expected


@given(st.text(max_size=200), st.text(max_size=10))
def test_any_text_has_an_answer(text: str, said: str) -> None:
    guess = identify(text, said)
    assert 0.0 <= guess.confidence <= 1.0


def test_kindred_is_mutual() -> None:
    assert kindred("hr", "sr")
    assert kindred("sr", "hr")
    assert kindred("pt-BR", "pt")
    assert not kindred("fi", "hu")


def test_a_page_is_read_in_its_own_language_and_the_declared_one(make_page: Callable[..., Page]) -> None:
    page = make_page(f"<p>{TEXTS['hu']}</p>", lang="en")
    assert page.language == "hu"
    assert page.languages == ("hu", "en")


def test_a_menu_of_many_languages_does_not_blur_the_text(make_page: Callable[..., Page]) -> None:
    menu = "".join(
        f"<li><a href=/{n}>{name}</a></li>"
        for n, name in enumerate(["English version", "Русская версия", "Version française", "Versión española"] * 8)
    )
    page = make_page(f"<nav><ul>{menu}</ul></nav><p>{TEXTS['fi']}</p>")
    assert page.language == "fi"


def test_menus_of_an_untranslated_site_add_their_language(make_page: Callable[..., Page]) -> None:
    labels = [
        "Ayuntamiento y alcaldía",
        "Trámites y servicios",
        "Noticias del municipio",
        "Presupuestos y cuentas",
        "Actividades culturales para mayores",
        "Licencias de obras y urbanismo",
        "Contacto con nosotros",
    ]
    menu = "".join(f"<li><a href=/{n}>{label}</a></li>" for n, label in enumerate(labels))
    page = make_page(f"<nav><ul>{menu}</ul></nav><p>{TEXTS['en']}</p>", lang="en")
    assert page.language == "en"
    assert page.menu_language == "es"
    assert page.languages == ("en", "es")
    assert make_page(f"<nav><a href=/>Home</a></nav><p>{TEXTS['en']}</p>").menu_language == ""


@pytest.mark.parametrize("said", ["", "en", "hi"])
@pytest.mark.parametrize(
    ("code", "menu"),
    [
        ("gu", "મુખ્ય પૃષ્ઠ | અમારા વિશે | માહિતી અધિકાર | ટેન્ડર"),
        ("kn", "ಮುಖಪುಟ | ನಮ್ಮ ಬಗ್ಗೆ | ಮಾಹಿತಿ ಹಕ್ಕು | ಟೆಂಡರ್"),
        ("ml", "പ്രധാന താൾ | വിവരാവകാശം | ടെൻഡർ | ബജറ്റ്"),
        ("or", "ମୂଳ ପୃଷ୍ଠା | ଆମ ବିଷୟରେ | ସୂଚନା ଅଧିକାର | ଟେଣ୍ଡର"),
        ("pa", "ਮੁੱਖ ਪੰਨਾ | ਸਾਡੇ ਬਾਰੇ | ਸੂਚਨਾ ਦਾ ਅਧਿਕਾਰ | ਟੈਂਡਰ"),
        ("te", "హోమ్ | మా గురించి | సమాచార హక్కు | టెండర్లు"),
    ],
)
def test_scripts_of_india_tell_the_language_of_a_menu(code: str, menu: str, said: str) -> None:
    assert identify(menu, said).code == code
