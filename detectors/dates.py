"""Dates in a page's text, in the page's language and its country's calendars, as Gregorian days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.localedata import LocaleDataDict, load

from detectors.calendars import BUDDHIST_OFFSET, Calendar, gregorian
from detectors.normalise import normalise
from detectors.packaged import data

_ISO = re.compile(r"(?<!\d)(\d{4})([./-])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)")
_SHORT = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?![\d/-]|\.\d)")
_CJK = re.compile(r"(\d{2,4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일號号]?")
_MONGOLIAN = re.compile(r"(\d{4}) ?оны? ?(\d{1,2})[\w ]{0,9}сарын ?(\d{1,2})")
_VIETNAMESE = re.compile(r"(\d{1,2}) thang (\d{1,2})(?: nam)? (\d{4})")
_WORTH_READING = re.compile(r"\d(?:\d{3}|[年년])")
_PARTED = re.compile(r"\d[./-]\s?\d")
_EASTERN = ("年", "년", "сарын", "thang")
"""What a date in figures and words of East Asia holds one of, in normal form."""

_DIRECTIONS = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Marks of the direction of writing, which stand between the figures of Arabic and Hebrew dates."""

_APART = re.compile(r"[|:;/()\[\]{}<>“”«»–—•·]+")
"""What no date in words reaches across."""

_JOINTS = "de del der di do da d of ta ቀን năm พ.ศ. ค.ศ. anno tahun سنة عام ماه سال".split()
"""Words between the day, the month and the year ..."""

_AFTER_YEAR = ("m", "gada", "жылғы", "жылы", "жылдын", "yil", "йил", "ж", "njy ýylyň", "წლის", "թվականի")
"""... and behind a year that is named first."""

_DIGIT = re.compile(r"\d")
FIRST_YEAR = "元年"
"""How the first year of an era is written, without a figure."""

FIRST_DAY_YEAR, LAST_DAY_YEAR = 1980, 2079
"""Years that a portal's dates can be of."""

_MAX_TEXT = 2_000
_MOST_PER_TEXT = 40
BUDDHIST_YEARS = range(FIRST_DAY_YEAR + BUDDHIST_OFFSET, LAST_DAY_YEAR + BUDDHIST_OFFSET + 1)
"""Years of the Buddhist era stand in their own range."""

PERSIAN_YEARS = range(1375, 1430)
"""Years that stand for Persian ones on pages in Persian and Pashto."""

BIKRAM_YEARS = range(2040, 2140)
"""Years that stand for those of Bikram Sambat in the figures of Nepali pages."""


@dataclass(frozen=True, slots=True)
class _Names:
    """The month names of one language, in normal form: by name, its calendar and month; what finds one; and the orders
    in which dates are written."""

    months: dict[str, tuple[Calendar, int]]
    month: re.Pattern[str]
    orders: tuple[re.Pattern[str], ...]


def dates_in(text: str, languages: Sequence[str], *, month_first: bool = False) -> list[date]:
    """The days named in `text`, in the order of their kinds: ISO, figures, East Asian, month names; each once.

    `languages` are BCP 47 tags, whose month names are known; `month_first` reads 3/4/2026 as the fourth of March.
    At most the first 2,000 characters are read.
    """
    text = text[:_MAX_TEXT]
    if not _WORTH_READING.search(text) and FIRST_YEAR not in text:
        return []
    text = text if text.isascii() else text.translate(_DIRECTIONS)
    plain = "\n".join(map(normalise, _APART.split(text)))
    found: list[date | None] = []
    if _PARTED.search(text):
        found += _in_figures(text, languages, month_first)
    if not text.isascii() and any(map(plain.__contains__, _EASTERN)):
        found += _east_asian(plain)
    for names in map(_names, languages):
        if names.month.search(plain):
            found += _in_words(plain, names)
    known = (day for day in found if day is not None and FIRST_DAY_YEAR <= day.year <= LAST_DAY_YEAR)
    return list(dict.fromkeys(known))[:_MOST_PER_TEXT]


def names_weekday(text: str, languages: Sequence[str]) -> bool:
    """Whether the text holds the full name of a weekday in one of the languages (BCP 47), whatever its ending."""
    lowered = text.lower()
    return any(day in lowered for language in languages for day in _weekdays(language))


def holds_digit(text: str) -> bool:
    """Whether the text holds a digit of any script. Few texts do, and most are Latin, where looking for each of the ten
    takes a tenth of the time of a pattern."""
    for digit in "0123456789":
        if digit in text:
            return True
    return not _is_latin(text) and _DIGIT.search(text) is not None


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def writes_month_first(host: str) -> bool:
    """Whether figures on the host's pages name the month before the day, as in the United States."""
    return host.rpartition(".")[2] in data("calendars")["month_first"]["hosts"]


def _common_era(year: int) -> int:
    return year - BUDDHIST_OFFSET if year in BUDDHIST_YEARS else year


def _number(text: str) -> int:
    return 1 if text == "元" else int(text)


def _in_figures(text: str, languages: Sequence[str], month_first: bool) -> Iterator[date | None]:
    for year, _, month, day in _ISO.findall(text):
        yield _day(int(year), int(month), int(day), languages)
    for first, mark, second, year in _SHORT.findall(text):
        a, b = int(first), int(second)
        swapped = b > 12 or (month_first and mark != "." and a <= 12)
        day, month = (b, a) if swapped else (a, b)
        yield _day(int(year), month, day, languages)


def _day(year: int, month: int, day: int, languages: Sequence[str]) -> date | None:
    """A day whose calendar only its year tells."""
    bases = [name.partition("-")[0] for name in languages]
    if year in PERSIAN_YEARS and ("fa" in bases or "ps" in bases):
        return gregorian("persian", year, month, day)
    if year in BIKRAM_YEARS and "ne" in bases:
        return gregorian("bikram", year, month, day)
    if 1400 <= year < 1500:
        return gregorian("islamic", year, month, day)
    return gregorian("gregorian", _common_era(year), month, day)


def _east_asian(text: str) -> Iterator[date | None]:
    for year, month, day in (*_CJK.findall(text), *_MONGOLIAN.findall(text)):
        if len(year) == 4:
            yield gregorian("gregorian", int(year), int(month), int(day))
    for day, month, year in _VIETNAMESE.findall(text):
        yield gregorian("gregorian", int(year), int(month), int(day))
    for _, start, year, month, day in _era_days(text):
        yield gregorian("gregorian", start + _number(year), int(month), int(day))


@cache
def _eras() -> dict[str, int]:
    return {name: start for eras in data("calendars")["eras"].values() for name, start in eras.items()}


@cache
def _era_pattern() -> re.Pattern[str]:
    return re.compile(rf"({'|'.join(_eras())})\s?(元|\d{{1,3}})\s?年(?:\s?(\d{{1,2}})\s?月\s?(\d{{1,2}})\s?日)?")


def era_years(text: str) -> list[int]:
    """The years of the Common Era that the text names as years of a Japanese or Chinese era."""
    found = _era_pattern().findall(text) if "年" in text else []
    return [_eras()[name] + _number(year) for name, year, _, _ in found]


def _era_days(text: str) -> Iterator[tuple[str, int, str, str, str]]:
    if "年" in text:
        for name, year, month, day in _era_pattern().findall(text):
            if day:
                yield name, _eras()[name], year, month, day


def _in_words(plain: str, names: _Names) -> Iterator[date | None]:
    for order in names.orders:
        for found in order.finditer(plain):
            yield _named(names, int(found["day"]), found["month"], int(found["year"]))


def _named(names: _Names, day: int, month: str, year: int) -> date | None:
    calendar, number = names.months[month]
    return gregorian(calendar, _common_era(year), number, day)


@cache
def _names(language: str) -> _Names:
    months = dict(_month_names(language))
    words = "|".join(sorted(months, key=len, reverse=True)) or r"(?!)"
    month, day = rf"(?<!\w)[בל]?(?P<month>{words})(?!\w)", r"(?<!\d)(?P<day>\d{1,2})"
    ordinal = r"(?:st|nd|rd|th|er|re|e|a|o|u| ?nj[iy]|वां|મી|લી|જી|થી|వ|ನೇ| ?ാം)?"
    joint, of_year = (f" ?(?:(?:{'|'.join(map(normalise, words))}) )?" for words in (_JOINTS, _AFTER_YEAR))
    year = r"(?<!\d)(?P<year>\d{4})(?!\d)"
    orders = (
        f"{day}{ordinal}{joint}{month}{joint}{year}",
        rf"{month} ?{day}(?:st|nd|rd|th)?{joint}{year}",
        rf"{year}(?:e?ko)?{of_year}{month} ?{day}",
        rf"{year}{of_year}{day}{ordinal} ?{month}",
    )
    return _Names(months, re.compile(words), tuple(re.compile(order) for order in orders))


def _month_names(language: str) -> Iterator[tuple[str, tuple[Calendar, int]]]:
    """Every name of a month in the language, CLDR's and those of the product's own list, in normal form."""
    base = language.split("-")[0]
    own = data("calendars")
    calendars: tuple[Calendar, ...] = ("islamic", "bikram", "ethiopic", "persian")
    for calendar in calendars:
        if base in own[calendar]["languages"]:
            yield from _alternatives(own[calendar]["months"], calendar)
    yield from _alternatives(own["gregorian"].get(language, own["gregorian"].get(base, ())), "gregorian")
    for width in ("abbreviated", "wide"):
        for context in ("stand-alone", "format"):
            for number, name in _cldr_months(language, context, width):
                yield normalise(name), ("gregorian", number)


def _alternatives(months: Sequence[str], calendar: Calendar) -> Iterator[tuple[str, tuple[Calendar, int]]]:
    for number, names in enumerate(months, 1):
        for name in names.split("|"):
            yield normalise(name), (calendar, number)


@cache
def _weekdays(language: str) -> tuple[str, ...]:
    """CLDR's names in lower case, with and without the non-joiners in them; none for a language that CLDR lacks."""
    try:
        names = [name.lower() for name in _cldr(language, "days")["format"]["wide"].values()]
    except (UnknownLocaleError, ValueError, KeyError):
        return ()
    return tuple(dict.fromkeys((*names, *(name.replace("\u200c", "") for name in names))))


def _cldr_months(language: str, context: str, width: str) -> list[tuple[int, str]]:
    """CLDR's names; none for a language that CLDR lacks, or where its table holds figures alone."""
    try:
        months = _cldr(language, "months")[context][width]
    except (UnknownLocaleError, ValueError, KeyError):
        return []
    return [(number, name) for number, name in months.items() if not any(char.isdigit() for char in name)]


def _cldr(language: str, table: str) -> Mapping[str, Any]:
    """A table of CLDR's, in a copy: what Babel resolves for one language it writes into what others share."""
    locale = Locale.parse(language, sep="-")
    found: Mapping[str, Any] = LocaleDataDict({table: deepcopy(load(str(locale))[table])})[table]
    return found
