"""Text made comparable, and found again in the text as written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detectors.letters import is_unspaced
from detectors.locating import locate
from detectors.normalise import normal_lines, normalise

LETTERS = st.sampled_from(
    "aZéßİıŁđ ºéſﬁ½№ёЙїўґΆςΰأإىة ـگیہۀשָׁ市予算がガｶﾞ각갂ขำကြងក្ខதமிहिक़ \u200c\u200d\u00ad\u0301\u3099-–'’ʼ._/&\n\t12٣๓Ⅷ"
    "✉\ufe0f\u2060\U000e0100ऱॲअाॅऱਅਾਫ਼ଡ଼ଅାേൻ്ൌൌഒ\u0d4dകକଡ୍\u200dର"
)
LATIN = str.maketrans("асеһіјкорху", "acehijkopxy")
"""A Latin letter by itself stays one that in "a–ё" is taken for Cyrillic."""

WESTERN = st.one_of(st.characters(max_codepoint=255), st.sampled_from("–—‘’“”…€ŒœŠŸƒ™•ˆ˜"))
PLAIN = st.one_of(st.text(max_size=40), st.text(LETTERS, max_size=40))
TEXT = st.one_of(PLAIN, PLAIN.map(lambda text: unicodedata.normalize("NFD", text)))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  Presupuesto\tMunicipal ", "presupuesto municipal"),
        ("WIзона", "wiзона"),
        ("Año – Nº 5", "ano no 5"),
        ("E-Government & e‑services", "e government e services"),
        ("Straße ŒUVRE Łódź Đakovo Þing", "strasse oeuvre lodz dakovo thing"),
        ("ИНФОРМАЦИОННЫЙ ЁЖ", "информационныи еж"),
        ("ΠΡΟΫΠΟΛΟΓΙΣΜΌΣ", "προυπολογισμοσ"),
        ("ISPARTA Iğdır İstanbul", "isparta igdir istanbul"),
        ("الميزانيّة", "الميزانيه"),
        ("مُوازَنة", "موازنه"),
        ("كتــاب", "كتاب"),
        ("می‌شود", "مي شود"),
        ("עִבְרִית", "עברית"),
        ("ｵﾝﾗｲﾝ ＦＡＱ", "オンライン faq"),
        ("नागरिक सेवा", "नागरिक सेवा"),
        ("งบประมาณ", "งบประมาณ"),
        ("अधिकाऱ्यांची ॲप ऑनलाईन डॉक्टर", "अधिकार्यांची अॅप ऑनलाईन डॉक्टर"),
        ("अधिकार्\u200dयांची ऍप आ\u0945नलाईन डा\u0945क्टर", "अधिकार्यांची अॅप ऑनलाईन डॉक्टर"),
        ("अ\u093eदेश अ\u200d\u0945प", "आदेश अॅप"),
        ("सूचना का अधिकार ज़िला", "सूचना का अधिकार ज\u093cिला"),
        ("અ\u0abeદેશ", "આદેશ"),
        ("ਫ਼ਾਰਮ ਜ਼ਿਲ੍ਹਾ ਅ\u0a3eਮ", "ਫਾਰਮ ਜਿਲ੍ਹਾ ਆਮ"),
        ("ଓଡ଼ିଶା ୱାର୍ଡ ସହାୟତା", "ଓଡିଶା ୱାର୍ଡ ସହାୟତା"),
        ("ଓଡିଶା ଵାର୍ଡ଼ ସହାୟତା", "ଓଡିଶା ୱାର୍ଡ ସହାୟତା"),
        ("ସ୍ୱାସ୍ଥ୍ୟ ନମ୍ୱର ସ୍\u0b35ଚ୍ଛ", "ସ୍ବାସ୍ଥ୍ୟ ନମ୍ବର ସ୍ବଚ୍ଛ"),
        ("ବଜେଟ୍ ସାଇଟ୍/ମ୍ୟାପ୍ ଅନ୍\u200cଲାଇନ୍", "ବଜେଟ ସାଇଟ ମ୍ୟାପ ଅନ ଲାଇନ"),
        ("വെബ്\u200cസൈറ്റ്\u200c കൌൺസിൽ", "വെബ്സൈറ്റ് ക\u0d57ണ്സില്"),
        ("വെബ്സൈറ്റ് കൗണ്\u200dസില്\u200d", "വെബ്സൈറ്റ് ക\u0d57ണ്സില്"),
        ("സെൻ്റർ സെന്റർ സെന്\u200dറര്\u200d സെൻറർ", "സെന്റര് സെന്റര് സെന്റര് സെന്റര്"),
        ("ഒ\u0d3eൺലൈൻ ഓൺലൈൻ", "ഓണ്ലൈന് ഓണ്ലൈന്"),
        ("ఆన్\u200cలైన్ ಆನ್\u200cಲೈನ್", "ఆన్ లైన్ ಆನ್ ಲೈನ್"),
        ("l’appel d'offres", "l appel d offres"),
        ("o‘zbek oʻzbek o'zbek", "o zbek o zbek o zbek"),
        ("open_data/portal.html", "open data portal html"),
        ("…—»", ""),
        ("依 申　请 公 开 2024", "依申请公开 2024"),
        ("北京 市 民", "北京 市民"),
        ("✉️Contact ⚖️ Law 1️⃣", "contact law 1"),
        ("葛\U000e0100飾区", "葛飾区"),
        ("\u2060Bud\u2060get", "budget"),
    ],
)
def test_normal_forms(text: str, normal: str) -> None:
    assert normalise(text) == normal


def test_vietnamese_keeps_its_marks() -> None:
    assert normalise("Ngân sách THÀNH PHỐ", fold=False) == "ngân sách thành phố"
    assert normalise("bán bạn bàn", fold=False).split() == ["bán", "bạn", "bàn"]


@given(TEXT, st.booleans())
def test_a_normal_form_is_its_own(text: str, fold: bool) -> None:
    once = normalise(text, fold)
    assert normalise(once, fold) == once


@given(TEXT, st.booleans())
def test_words_are_separated_by_one_space(text: str, fold: bool) -> None:
    normal = normalise(text, fold)
    assert normal == " ".join(normal.split())


@given(st.text(WESTERN, max_size=40), st.booleans())
def test_what_stands_in_a_code_page_takes_no_other_road(text: str, fold: bool) -> None:
    assert normalise(text, fold) == normalise(f"{text} ж", fold).removesuffix("ж").rstrip()


@given(TEXT, TEXT)
def test_words_are_normalised_one_by_one(first: str, second: str) -> None:
    assert normalise(f"{first} x {second}") == f"{normalise(first)} x {normalise(second)}".strip()


@pytest.mark.parametrize(
    ("text", "fold"),
    [("ऱॲക\u0d4cଡ଼ਫ਼", True), ("ngân sách thành phố", False), ("ガイドブック", True), ("예산 공개", True)],
)
def test_decomposed_text_is_the_same_text(text: str, fold: bool) -> None:
    assert normalise(unicodedata.normalize("NFD", text), fold) == normalise(text, fold)


def test_half_width_kana_are_kana() -> None:
    assert normalise("ｶﾞｲﾄﾞ") == normalise("ガイド")


def test_persian_he_with_hamza_is_he() -> None:
    assert normalise("خانۀ") == normalise("خانه")


@given(TEXT, st.booleans(), st.data())
@example("Straße İzmir", True, None)
def test_located_words_are_the_words(text: str, fold: bool, data: st.DataObject | None) -> None:
    normal = normalise(text, fold)
    words = normal.split()
    if not words or data is None:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = len(" ".join(words[:first])) + (first > 0)
    end = start + len(" ".join(words[first : last + 1]))
    low, high = locate(text, start, end, fold)
    assert 0 <= low < high <= len(text)
    found = normalise(text[low:high], fold).split()
    assert " ".join(words[first : last + 1]).translate(LATIN) in " ".join(found).translate(LATIN)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Ver el  Presupuesto\n MUNICIPAL 2026", "Presupuesto\n MUNICIPAL"),
        ("Große Straßenkarte", "Straßenkarte"),
        ("سرانه‌ی بودجه‌ی شهر", "بودجه‌ی شهر"),
        ("市の予算（案）を公表", "予算"),
        ("«L’appel d’offres» 2026", "appel d’offres"),
        ("½ price", "price"),
        (unicodedata.normalize("NFD", "Ver año más próximo"), unicodedata.normalize("NFD", "más próximo")),
        (unicodedata.normalize("NFD", "시 예산 공개"), unicodedata.normalize("NFD", "예산")),
        ("ｶﾞｲﾄﾞ・ｻｰﾋﾞｽ", "ｻｰﾋﾞｽ"),
        ("公 告 | 依 申　请 公 开 2024", "申　请 公"),
        ("ସ୍ୱାସ୍ଥ୍ୟ/ରେଜିଷ୍ଟ୍ରେସନ୍/ସେବା କେନ୍ଦ୍ର", "ସେବା କେନ୍ଦ୍ର"),
        ("ബജറ്റ്/രജിസ്\u200cട്രേഷൻ/സേവനങ്ങൾ കാണുക", "സേവനങ്ങൾ കാണുക"),
        ("ବଜେଟ୍/ଅନ୍\u200cଲାଇନ୍ ସେବା ଡାଉନଲୋଡ୍", "ଲାଇନ୍ ସେବା"),
        ("വെബ്\u200cസൈറ്റിൽ ഒ\u0d3eൺലൈൻ സേവനങ്ങൾ", "ഒ\u0d3eൺലൈൻ സേവനങ്ങൾ"),
        ("शहरातील अ\u0945प व डा\u0945क्टर यादी", "डा\u0945क्टर यादी"),
    ],
)
def test_the_span_as_written(text: str, term: str) -> None:
    start = normalise(text).index(normalise(term))
    low, high = locate(text, start, start + len(normalise(term)))
    assert text[low:high] == term


def test_scripts_without_spaces() -> None:
    assert all(is_unspaced(char) for char in "予算がカ市งປខမ")
    assert not any(is_unspaced(char) for char in "aéжαא예ह9 \n")


def test_digits_of_every_script_are_alike() -> None:
    assert normalise("۱۳۹۹ ١٤٢٠ २०२६ 2026") == "1399 1420 2026 2026"


def test_amharic_letters_of_one_sound_are_alike() -> None:
    assert normalise("ፀሐይ") == normalise("ጸሀይ")
    assert normalise("ሥራ") == normalise("ስራ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Публiчна iнформацiя", "Публічна інформація"),
        ("мiндеттi əлеуметтік", "міндетті әлеуметтік"),
        ("Мемлекеттiк қызмет", "Мемлекеттік қызмет"),
        ("BIДДIЛ", "ВІДДІЛ"),
        ("електронна e-mail", "електронна e-mail"),
        ("сервис online", "сервис online"),
    ],
)
def test_latin_letters_in_a_cyrillic_word_are_cyrillic(typed: str, meant: str) -> None:
    assert normalise(typed) == normalise(meant)


def test_letters_of_tajik_are_alike_with_and_without_their_marks() -> None:
    assert normalise("Рӯйхати ҷойҳои холӣ, қабул, ғолибон") == normalise("Руйхати чойхои холи, кабул, голибон")
    assert normalise("ҷойҳо", fold=False) == "ҷойҳо"


def test_lines_that_are_done_in_one_go_are_as_each_alone() -> None:
    lines = ["  Presupuesto   Municipal ", "", "C\tD", "é  è"]
    assert normal_lines(lines, True, "|") == [normalise(line) for line in lines]


@pytest.mark.parametrize(
    ("other", "letters"),
    [
        ("ሐሑሒሓሔሕሖ", "ሀሁሂሃሄህሆ"),
        ("ኀኁኂኃኄኅኆ", "ሀሁሂሃሄህሆ"),
        ("ሠሡሢሣሤሥሦሧ", "ሰሱሲሳሴስሶሷ"),
        ("ፀፁፂፃፄፅፆ", "ጸጹጺጻጼጽጾ"),
        ("ዐዑዒዓዔዕዖ", "አኡኢኣኤእኦ"),
    ],
)
def test_letters_of_ge_ez_that_sound_alike_are_one_in_every_order(other: str, letters: str) -> None:
    assert normalise(other) == letters
    assert normalise("ሏመኈቿነሯሸኯዟዘ") == "ሏመኈቿነሯሸኯዟዘ"
