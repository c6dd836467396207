"""Schedules as lines for crontab, as units of systemd, as a table, and as JSON."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

from crawler.jobs.cron import calendars, next_moment, opens, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from losi.options import State
    from storage.models import Schedule

_SERVICE = """\
# /etc/systemd/system/losi-schedule-{number}.service
[Unit]
Description=LOSI Scout schedule {number}: cycle {cycle}
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
User={user}
ExecStart={command}
TimeoutStopSec=120

"""
_TIMER = """\
# /etc/systemd/system/losi-schedule-{number}.timer
[Unit]
Description=LOSI Scout schedule {number}: cycle {cycle}

[Timer]
{calendars}
Persistent=true

[Install]
WantedBy=timers.target

"""


def cron_lines(schedules: Iterable[Schedule], state: State) -> str:
    """Lines for `crontab -e`; the command itself keeps to the months before the cycle closes."""
    lines = [
        *_notes(state),
        "# times are UTC: cronie takes CRON_TZ, other crons need a machine that runs in UTC",
        "CRON_TZ=UTC",
    ]
    for one in schedules:
        log = shlex.quote(str(state.data.resolve() / "schedule.log"))
        command = f"{_command(one, state)} >> {log} 2>&1".replace("%", r"\%")
        lines += [f"# schedule {one.id}: cycle {_plain(one.cycle.name)}{_bounds(one)}", f"{one.cron} {command}"]
    return "\n".join(lines) + "\n"


def systemd_units(schedules: Iterable[Schedule], state: State) -> str:
    """A service and a timer a schedule, each behind the path of its file."""
    units = [f"{note}\n" for note in _notes(state)]
    for one in schedules:
        command = _command(one, state).replace("%", "%%").replace("$", "$$")
        times = "\n".join(f"OnCalendar={time}" for time in calendars(one.cron or ""))
        names = {"user": _user(), "number": one.id, "cycle": _plain(one.cycle.name)}
        units += [_SERVICE.format(command=command, **names), _TIMER.format(calendars=times, **names)]
    return "".join(units)


def schedule_table(schedules: Iterable[Schedule]) -> Table:
    """What is kept, for people."""
    from rich.text import Text

    from losi.terminal import table

    made = table("", ("no.", "cycle", "when (UTC)", "portals", "again", "last", "next"), right=("no.",))
    for one in schedules:
        cells = (one.cycle.name, one.cron or "once", one.portals, "yes" if one.again else "")
        made.add_row(str(one.id), *map(Text, cells), _short(one.fired), _short(following(one)))
    return made


def schedule_document(one: Schedule) -> dict[str, Any]:
    """What is kept, for machines; `next` is null where no moment is left."""
    moment = following(one)
    return {
        "number": one.id,
        "cycle": one.cycle.name,
        "cron": one.cron,
        "months": one.months,
        "again": one.again,
        "portals": one.portals,
        "last": one.fired.isoformat() if one.fired else None,
        "next": moment.isoformat() if moment else None,
    }


def following(one: Schedule) -> datetime | None:
    """The next moment within the bounds."""
    now = datetime.now(UTC)
    begin = opens(one.cycle.closes, one.months)
    if one.cron is None:
        return None
    moment = next_moment(one.cron, max(now, begin) if begin else now)
    return moment if within(moment, one.cycle.closes, one.months) else None


def _command(one: Schedule, state: State) -> str:
    program = Path(sys.argv[0]).resolve()
    start = [str(program)] if program.name == "losi" else [sys.executable, "-m", "losi"]
    where = ["--data", str(state.data.resolve()), *(["--db", _from_anywhere(state.db)] if state.db else [])]
    return shlex.join([*start, "schedule", "run", str(one.id), *where])


def _from_anywhere(db: str) -> str:
    """The database's URL, of a file with its whole path: cron and systemd start in folders of their own. Passwords
    are left out: everybody may read a unit, and the arguments of what runs."""
    from storage.database import database_url
    from storage.sqlite_file import file_of

    url = database_url(db)
    place = file_of(url)
    if place:
        return url.set(database=str(place.resolve())).render_as_string(hide_password=False)
    bare = _without_passwords(url)
    return db if bare == url else bare.set(drivername=url.get_backend_name()).render_as_string()


def _without_passwords(url: URL) -> URL:
    from storage.database import SECRETS

    return url.difference_update_query(SECRETS)._replace(password=None)


def _notes(state: State) -> Iterator[str]:
    """Comments for whoever uses PostgreSQL: what does this work anyway, and where a password belongs."""
    from storage.database import database_url

    url = database_url(state.db) if state.db else None
    if url is None or url.get_backend_name() != "postgresql":
        return
    yield "# where workers (losi worker) run, they keep the schedules anyway, and nothing of this is needed"
    if _without_passwords(url) != url:
        line = ":".join(part or "*" for part in (url.host, "", url.database, url.username))
        yield f"# the password is left out here: let ~/.pgpass (chmod 600) hold it, in the line {line}:PASSWORD"


def _user() -> str:
    """Whose files the data folder holds: a service of root's would leave files there that this user may not write."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _bounds(one: Schedule) -> str:
    begin, end = opens(one.cycle.closes, one.months), one.cycle.closes
    return (f", from {begin:%Y-%m-%d}" if begin else "") + (f", to {end:%Y-%m-%d}" if end else "")


def _plain(name: str) -> str:
    return " ".join(name.replace("%", " ").split())


def _short(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
