"""When a schedule is due: five cron fields in UTC, bounded by the months before the cycle closes."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime

from croniter import CroniterBadCronError, CroniterBadDateError, croniter  # type: ignore[import-untyped, unused-ignore]

_SPECIAL = re.compile(r"[#?]|(?<![a-z])[lwrh](?![a-z])")
"""What only some crons know: the last day, the nearest weekday, a random moment."""
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_WORDS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


def checked(cron: str) -> str:
    """The expression with single blanks. Raises ValueError for what is not five plain cron fields."""
    fields = cron.split()
    if len(fields) != 5 or _SPECIAL.search(cron.lower()):
        raise ValueError(f"{cron!r} is not five cron fields: minute, hour, day of month, month, day of week")
    try:
        croniter(" ".join(fields)).get_next()
    except CroniterBadDateError as error:
        raise ValueError(f"{cron!r} names a day that no month of it has") from error
    except (CroniterBadCronError, ValueError) as error:
        raise ValueError(f"{cron!r} is no cron expression: {error}") from error
    _agreed(fields)
    return " ".join(fields)


def _agreed(fields: list[str]) -> None:
    """Raises ValueError for days that crons read differently: where both kinds of days are given, cron takes either,
    but both at once where a field begins with `*` (crontab(5)), and what names all days is not always `*`."""
    day, _, weekday = fields[2:]
    kinds = croniter.expand(" ".join(fields))[0]
    either = kinds[2] != ["*"] and kinds[4] != ["*"]
    if not (kinds[2] == kinds[4] == ["*"]) and either == (day.startswith("*") or weekday.startswith("*")):
        told = "crons do not agree which days the two fields for days mean together"
        raise ValueError(f"{' '.join(fields)!r}: {told}; leave one of them *, or list its days, as in 1,3,5")


def every(word: str, at: str) -> str:
    """The cron expression of `day`, `month` or a day of the week, at an hour as HH:MM. Raises ValueError."""
    try:
        moment = datetime.strptime(at, "%H:%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{at!r} is no time of day") from error
    days = {"day": "* * *", "month": "1 * *", **{name: f"* * {n}" for n, name in enumerate(_WORDS)}}
    if word not in days:
        raise ValueError(f"{word!r} is none of {', '.join(days)}")
    return f"{moment.minute} {moment.hour} {days[word]}"


def last_moment(cron: str, now: datetime) -> datetime:
    """The last moment at or before `now` that the expression names."""
    if croniter.match(cron, now):
        return now.replace(second=0, microsecond=0)
    found: datetime = croniter(cron, now).get_prev(datetime)
    return found


def next_moment(cron: str, now: datetime) -> datetime:
    """The first moment after `now` that the expression names."""
    found: datetime = croniter(cron, now).get_next(datetime)
    return found


def opens(closes: datetime | None, months: int | None) -> datetime | None:
    """When the months before the cycle closes begin; None where nothing bounds them."""
    if closes is None or months is None:
        return None
    count = closes.year * 12 + closes.month - 1 - months
    year, month = divmod(count, 12)
    return closes.replace(year=year, month=month + 1, day=min(closes.day, monthrange(year, month + 1)[1]))


def within(moment: datetime, closes: datetime | None, months: int | None) -> bool:
    """Whether a schedule may begin at `moment`: before the cycle closes, and in the months before that."""
    begin = opens(closes, months)
    return (closes is None or moment < closes) and (begin is None or begin <= moment)


def is_due(cron: str, since: datetime, now: datetime, closes: datetime | None, months: int | None) -> bool:
    """Whether a moment of the expression lies after `since`, up to `now`, and within the bounds.

    Several that were missed count as one.
    """
    moment = last_moment(cron, now)
    return since < moment and within(moment, closes, months)


def calendars(cron: str) -> list[str]:
    """The expression in systemd's words (`OnCalendar`); two where cron takes either of two kinds of days."""
    minute, hour, day, month, weekday = croniter.expand(cron)[0]
    time = f"{_numbers(hour)}:{_numbers(minute)}:00 UTC"
    months, days = _numbers(month), _numbers(day)
    names = ",".join(_DAYS[int(number) % 7] for number in weekday) if weekday != ["*"] else ""
    if names and days != "*":
        return [f"*-{months}-{days} {time}", f"{names} *-{months}-* {time}"]
    return [f"{names} *-{months}-{days} {time}".strip()]


def _numbers(field: list[int | str]) -> str:
    return "*" if field == ["*"] else ",".join(f"{int(number):02d}" for number in field)
