"""Years that a text or an address names, as years of the Common Era."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from detectors.calendars import BUDDHIST_OFFSET
from detectors.dates import (
    BIKRAM_YEARS,
    BUDDHIST_YEARS,
    FIRST_DAY_YEAR,
    LAST_DAY_YEAR,
    PERSIAN_YEARS,
    era_years,
)
from detectors.normalise import normalise
from detectors.packaged import data

_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_FOUR_FIGURES = re.compile(r"\d\d{3}")
_NUMBER = re.compile(r"\d{4}(?:\.\w{1,5})?")
_RECKONINGS: dict[str, tuple[range, int]] = {
    "persian": (PERSIAN_YEARS, 621),
    "buddhist": (BUDDHIST_YEARS, -BUDDHIST_OFFSET),
    "bikram": (BIKRAM_YEARS, -57),
}
"""The numbers that are years of another reckoning, and what makes them years of the Common Era."""


@lru_cache(maxsize=512)
def reckonings(languages: Sequence[str], host: str) -> frozenset[str]:
    """How years are counted, beside the Common Era, where these languages (BCP 47) are written or in the country of the
    host: some of "persian", "buddhist" and "bikram"."""
    bases, country = {name.partition("-")[0] for name in languages}, host.rpartition(".")[2]
    tables = {name: data("calendars")[name] for name in _RECKONINGS}
    return frozenset(
        name
        for name, table in tables.items()
        if not bases.isdisjoint(table["languages"]) or country in table.get("hosts", ())
    )


def years_in(text: str, counted: Collection[str] = ()) -> list[int]:
    """Years of the Common Era that the text names, 1980 to 2079; years of eras are converted, and those of the
    `reckonings` that count."""
    years = [_common_era(int(found), counted) for found in _YEAR.findall(text)] if _FOUR_FIGURES.search(text) else []
    years += era_years(text)
    return [year for year in years if FIRST_DAY_YEAR <= year <= LAST_DAY_YEAR]


def years_in_address(url: str, counted: Collection[str] = (), topics: Collection[str] = ()) -> list[int]:
    """The same of a URL. A bare number at its end or in its query is what things are counted by ("/node/2015",
    "?id=2014") and no year, unless the step before or the key says year, or is one of `topics` (in normal form)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    said = [parts.hostname or "", *_steps(parts.path, topics)]
    said += [value for key, value in parse_qsl(parts.query) if not _NUMBER.fullmatch(value) or _says_year(key, topics)]
    said += [] if _NUMBER.fullmatch(parts.fragment) else [unquote(parts.fragment)]
    return [year for text in said for year in years_in(text, counted)]


def _steps(path: str, topics: Collection[str]) -> Iterator[str]:
    """The steps of a path but for a number at its end that nothing says to be a year."""
    steps = [unquote(step) for step in path.split("/") if step]
    yield from steps[:-1]
    for step in steps[-1:]:
        if not _NUMBER.fullmatch(step) or _says_year("".join(steps[-2:-1]), topics):
            yield step


def _says_year(text: str, topics: Collection[str]) -> bool:
    said = normalise(text)
    return not _year_words().isdisjoint(said.split()) or any(topic in said for topic in topics)


@cache
def _year_words() -> frozenset[str]:
    return frozenset(map(normalise, data("calendars")["year_words"]["words"]))


def _common_era(year: int, counted: Collection[str]) -> int:
    spans = (_RECKONINGS[name] for name in counted)
    return next((year + offset for span, offset in spans if year in span), year)
