"""Days of other calendars as Gregorian days: Persian, Islamic, Ethiopic, Bikram Sambat, Buddhist."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Calendar = Literal["gregorian", "persian", "islamic", "ethiopic", "bikram"]

BUDDHIST_OFFSET = 543
_PERSIAN_EPOCH = date(2021, 3, 21).toordinal() - 365 * 1399 - 340
"""Counted back from the first day of 1400."""

_ISLAMIC_EPOCH = date(622, 7, 19).toordinal()
_ETHIOPIC_EPOCH = date(8, 8, 27).toordinal()
_BIKRAM_OFFSET = 57
_BIKRAM_MONTHS = (31, 31, 32, 32, 31, 31, 30, 29, 30, 29, 30, 30)
"""Usual lengths; Bikram Sambat fixes them by decree each year, so a day may be off by two."""


def gregorian(calendar: Calendar, year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a day in `calendar`; None where there is no such day."""
    days = _LONGEST[calendar]
    if not (1 <= month <= len(days) and 1 <= day <= days[month - 1]):
        return None
    try:
        return _CONVERSIONS[calendar](year, month, day)
    except (ValueError, OverflowError):
        return None


def _persian(year: int, month: int, day: int) -> date:
    """New Year falls on 20 or 21 March; eight leap years in 33 are exact for the present and the last century."""
    cycles, rest = divmod(year - 1, 33)
    start = _PERSIAN_EPOCH + 365 * (year - 1) + 8 * cycles + (8 * rest + 29) // 33
    days = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return date.fromordinal(start + days + day - 1)


def _islamic(year: int, month: int, day: int) -> date:
    """The tabular calendar; a moon that is sighted may shift a month by a day."""
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2
    return date.fromordinal(_ISLAMIC_EPOCH + days + day - 1)


def _ethiopic(year: int, month: int, day: int) -> date:
    days = 365 * (year - 1) + year // 4 + 30 * (month - 1)
    return date.fromordinal(_ETHIOPIC_EPOCH + days + day - 1)


def _bikram(year: int, month: int, day: int) -> date:
    start = date(year - _BIKRAM_OFFSET, 4, 14)
    return start + timedelta(days=sum(_BIKRAM_MONTHS[: month - 1]) + day - 1)


_LONGEST: dict[Calendar, tuple[int, ...]] = {
    "gregorian": (31,) * 12,
    "persian": (31,) * 6 + (30,) * 6,
    "islamic": (30,) * 12,
    "ethiopic": (30,) * 12 + (6,),
    "bikram": (32,) * 12,
}
"""The most days that each month may have."""

_CONVERSIONS = {
    "gregorian": date,
    "persian": _persian,
    "islamic": _islamic,
    "ethiopic": _ethiopic,
    "bikram": _bikram,
}
