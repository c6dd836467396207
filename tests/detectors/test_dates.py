"""Dates in the languages and calendars of portals, as Gregorian days."""

from __future__ import annotations

import unicodedata
from datetime import date
from time import process_time

import pytest

from detectors.calendars import Calendar, gregorian
from detectors.dates import dates_in, holds_digit, names_weekday, writes_month_first

DAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("ar", "12 اكتوبر 2025", date(2025, 10, 12)),
        ("ar", "1 ابريل 2025", date(2025, 4, 1)),
        ("ar", "5 جمادى الاولى 1445", date(2023, 11, 18)),
        ("tr", "29 EKİM 2025", date(2025, 10, 29)),
        ("en", "Sept. 24, 2025", date(2025, 9, 24)),
        ("ne", "2079/01/29", date(2022, 5, 12)),
        ("hi", "१५ सितम्बर २०२६", date(2026, 9, 15)),
        ("hi", "3 फरवरी 2026", date(2026, 2, 3)),
        ("mr", "१५ आ\u0945गस्ट २०२६", date(2026, 8, 15)),
        ("mr", "1 सप्टेंबर, 2026", date(2026, 9, 1)),
        ("gu", "૧૫મી ઓગસ્ટ ૨૦૨૬", date(2026, 8, 15)),
        ("gu", "3 ઑકટોબર, 2026", date(2026, 10, 3)),
        ("te", "ఆగష్టు 15, 2026", date(2026, 8, 15)),
        ("te", "2026 జనవరి 3", date(2026, 1, 3)),
        ("kn", "ಆಗಸ್ಟ್\u200c 15, 2026", date(2026, 8, 15)),
        ("kn", "3 ಫೆಬ್ರುವರಿ 2026", date(2026, 2, 3)),
        ("ml", "2026 ആഗസ്റ്റ് 15", date(2026, 8, 15)),
        ("ml", "3 ഒക്\u200cടോബര്\u200d 2026", date(2026, 10, 3)),
        ("pa", "15 ਅਗਸਤ, 2026", date(2026, 8, 15)),
        ("pa", "3 ਫ਼ਰਵਰੀ 2026", date(2026, 2, 3)),
        ("or", "୧୫ ଅଗଷ୍ଟ ୨୦୨୬", date(2026, 8, 15)),
        ("or", "3 ଜାନୁଆରୀ, 2026", date(2026, 1, 3)),
        ("pl", "Dodano: 2025 | 12 maja 2026", DAY),
    ],
)
def test_a_date_in_other_spellings(language: str, text: str, day: date) -> None:
    assert dates_in(text, [language]) == [day]


@pytest.mark.parametrize(
    ("calendar", "year", "month", "day"),
    [
        ("persian", 1402, 13, 5),
        ("persian", 1402, 7, 31),
        ("islamic", 1445, 13, 1),
        ("islamic", 1445, 1, 31),
        ("ethiopic", 2016, 13, 7),
        ("bikram", 2080, 13, 1),
    ],
)
def test_a_day_that_no_calendar_has(calendar: Calendar, year: int, month: int, day: int) -> None:
    assert gregorian(calendar, year, month, day) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Posted on 12 May 2026 by the press office"),
        ("en", "May 12, 2026"),
        ("en", "the 12th of May 2026"),
        ("de", "Stand: 12. Mai 2026"),
        ("es", "12 de mayo de 2026"),
        ("pt", "12 de maio de 2026"),
        ("ca", "12 de maig de 2026"),
        ("gl", "12 de maio de 2026"),
        ("eu", "2026ko maiatzaren 12a"),
        ("tk", "2026-njy ýylyň 12-nji maýy"),
        ("ga", "12ú Bealtaine 2026"),
        ("fr", "Publié le 12 mai 2026"),
        ("it", "12 maggio 2026"),
        ("pl", "12 maja 2026 r."),
        ("cs", "12. května 2026"),
        ("sk", "12. mája 2026"),
        ("hr", "12. svibnja 2026."),
        ("sr-Latn", "12. maja 2026."),
        ("sl", "12. maj 2026"),
        ("hu", "2026. május 12."),
        ("lt", "2026 m. gegužės 12 d."),
        ("lv", "2026. gada 12. maijs"),
        ("et", "12. mai 2026"),
        ("fi", "12. toukokuuta 2026"),
        ("is", "12. maí 2026"),
        ("ru", "12 мая 2026 г."),
        ("uk", "12 травня 2026 року"),
        ("kk", "2026 жылғы 12 мамыр"),
        ("uz", "2026-yil 12-may"),
        ("mn", "2026 оны 5 дугаар сарын 12"),
        ("el", "12 Μαΐου 2026"),
        ("tr", "12 Mayıs 2026"),
        ("he", "12 במאי 2026"),
        ("ar", "12 مايو 2026"),
        ("ar", "12 أيار 2026"),
        ("fa", "۲۲ اردیبهشت ۱۴۰۵"),
        ("fa", "1405/02/22"),
        ("th", "12 พฤษภาคม พ.ศ. 2569"),
        ("th", "12 พ.ค. 2569"),
        ("hi", "12 मई 2026"),
        ("ne", "२९ वैशाख २०८३"),
        ("bn", "১২ মে ২০২৬"),
        ("ta", "12 மே 2026"),
        ("mr", "१२ मे, २०२६"),
        ("gu", "તા. ૧૨ મે, ૨૦૨૬"),
        ("te", "2026 మే 12"),
        ("kn", "12ನೇ ಮೇ 2026"),
        ("ml", "2026 മെയ് 12"),
        ("pa", "12 ਮਈ, 2026"),
        ("or", "୧୨ ମଇ ୨୦୨୬"),
        ("or", "ତା ୧୨.୦୫.୨୦୨୬ ରିଖ"),
        ("am", "ግንቦት 4 ቀን 2018"),
        ("ka", "12 მაისი 2026"),
        ("hy", "12 Մայիսի 2026"),
        ("id", "12 Mei 2026"),
        ("vi", "ngày 12 tháng 5 năm 2026"),
        ("km", "១២ ឧសភា ២០២៦"),
        ("ja", "令和8年5月12日"),
        ("zh-Hant", "民國115年5月12日"),
        ("zh-Hans", "发布时间：2026年5月12日"),
        ("ko", "2026년 5월 12일"),
        ("de", "12.05.2026"),
        ("pl", "2026-05-12"),
        ("hu", "2026. 05. 12."),
        ("ko", "2026. 5. 12."),
        ("ar", "١٢\u200f/٥\u200f/٢٠٢٦"),
        ("he", "12\u200e.5\u200e.2026"),
        ("ar", "12 مايو، 2026"),
        ("fa", "۲۲ ارديبهشت ماه ۱۴۰۵"),
        ("fa", "۲۲ اردیبهشت\u200cماه ۱۴۰۵"),
        ("ne", "२०८३-०१-२९"),
        ("el", "12 ΜΑΪΟΥ 2026"),
        ("tr", "12 MAYIS 2026"),
        ("vi", unicodedata.normalize("NFD", "ngày 12 tháng 5 năm 2026")),
        ("cs", unicodedata.normalize("NFD", "12. května 2026")),
        ("cs", "12. kvetna 2026"),
        ("lv", "2026. gada 12. maijā"),
        ("ka", "2026 წლის 12 მაისს"),
        ("hy", "2026 թվականի մայիսի 12"),
        ("ca", "12 de maig del 2026"),
        ("en", "12-May-2026"),
    ],
)
def test_a_date_as_the_language_writes_it(language: str, text: str) -> None:
    assert dates_in(text, [language]) == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        "Call 0202 555 2026 or come to room 12",
        "Budget 2026",
        "31 February 2026",
        "version 1.2.2026.4",
        "12 May",
        "IBAN 12 0500 2026 1234",
        "the maybe 12 of 2026",
        "the battle of 28 June 1389",
        "1389-06-28",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert dates_in(text, ["en"]) == []


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("ar", "1445/9/1", date(2024, 3, 11)),
        ("en", "1/9/1445", date(2024, 3, 11)),
        ("fa", "1404/01/01", date(2025, 3, 21)),
        ("ps", "1404/01/01", date(2025, 3, 21)),
        ("fa", "2025/03/21", date(2025, 3, 21)),
        ("ne", "2025/03/21", date(2025, 3, 21)),
        ("en", "2079/01/29", date(2079, 1, 29)),
        ("th", "21/03/2568", date(2025, 3, 21)),
        ("ja", "令和元年5月1日", date(2019, 5, 1)),
        ("ja", "平成31年4月30日", date(2019, 4, 30)),
        ("pt-BR", "21 de março de 2025", date(2025, 3, 21)),
    ],
)
def test_the_year_and_the_language_tell_the_calendar(language: str, text: str, day: date) -> None:
    assert dates_in(text, [language]) == [day]


@pytest.mark.parametrize(
    ("text", "in_range"),
    [("1979-12-31", False), ("1980-01-01", True), ("2079-12-31", True), ("2080-01-01", False)],
)
def test_dates_of_portals_are_of_1980_to_2079(text: str, in_range: bool) -> None:
    assert dates_in(text, ["en"]) == ([date.fromisoformat(text)] if in_range else [])


@pytest.mark.parametrize(("language", "text"), [("ja", "令和6年度予算"), ("xx", "12 2026, 5 of 2026")])
def test_a_year_without_a_day_or_without_a_month_is_no_date(language: str, text: str) -> None:
    assert dates_in(text, [language]) == []


@pytest.mark.parametrize(
    ("text", "month_first", "day"),
    [
        ("3/4/2026", False, date(2026, 4, 3)),
        ("3/4/2026", True, date(2026, 3, 4)),
        ("3.4.2026", True, date(2026, 4, 3)),
        ("13/4/2026", True, date(2026, 4, 13)),
        ("12/4/2026", True, date(2026, 12, 4)),
        ("4/13/2026", False, date(2026, 4, 13)),
    ],
)
def test_which_figure_is_the_month(text: str, month_first: bool, day: date) -> None:
    assert dates_in(text, ["en"], month_first=month_first) == [day]


def test_a_weekday_is_named_in_whatever_case() -> None:
    assert names_weekday("MONDAY, 4 May", ["en"])
    assert names_weekday("on monday", ["en"])


def test_the_month_stands_first_where_the_host_says_so() -> None:
    assert writes_month_first("www.villa.gov")
    assert not writes_month_first("www.villa.gov.uk")
    assert dates_in("05/12/2026", ["en"], month_first=True) == [DAY]
    assert dates_in("05/12/2026", ["en"]) == [date(2026, 12, 5)]
    assert dates_in("05/25/2026", ["en"]) == [date(2026, 5, 25)]


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        ("persian", (1403, 1, 1), date(2024, 3, 20)),
        ("persian", (1404, 1, 1), date(2025, 3, 21)),
        ("persian", (1399, 12, 30), date(2021, 3, 20)),
        ("islamic", (1445, 9, 1), date(2024, 3, 11)),
        ("ethiopic", (2016, 1, 1), date(2023, 9, 12)),
        ("ethiopic", (2017, 1, 1), date(2024, 9, 11)),
    ],
)
def test_days_of_other_calendars(calendar: str, day: tuple[int, int, int], expected: date) -> None:
    assert gregorian(calendar, *day) == expected  # type: ignore[arg-type]


def test_a_month_that_does_not_exist_is_no_day() -> None:
    assert gregorian("gregorian", 2026, 14, 1) is None
    assert gregorian("persian", 99_999_999, 1, 1) is None


def test_reading_dates_is_bounded() -> None:
    text = "12 de de de . . . , , , 2026 " * 20_000
    begun = process_time()
    assert dates_in(text, ["es", "pt", "en"]) == []
    assert process_time() - begun < 1.0


@pytest.mark.parametrize("text", ["Room 7", "café n° 7", "kl. ٣", "२०२६ में", "７月", "x" * 500 + "4"])
def test_a_digit_of_any_script_is_one(text: str) -> None:
    assert holds_digit(text)


@pytest.mark.parametrize("text", ["", "Room", "café", "m²", "元年", "где", "x" * 500])
def test_what_is_no_digit(text: str) -> None:
    assert not holds_digit(text)


def test_the_months_of_one_language_are_not_those_of_another_read_before() -> None:
    assert dates_in("12 Gicurasi 2026", ["rw"]) == [DAY]
    assert dates_in("12 ta’ Mejju 2026", ["mt"]) == [DAY]
    assert dates_in("12 Gicurasi 2026", ["mt"]) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ml", "ശനിയാഴ്ച രാവിലെ 10 മണിക്ക്"),
        ("ml", "ശനിയാഴ്\u200cച രാവിലെ 10 മണിക്ക്"),
        ("mr", "मंगळवारी सकाळी १० वाजता"),
        ("or", "ଶନିବାର ସକାଳ ୧୦ଟା"),
    ],
)
def test_a_weekday_is_named_with_and_without_non_joiners(language: str, text: str) -> None:
    assert names_weekday(text, [language])
    assert not names_weekday(text, ["fr"])
