"""`losi schedule`: when the portals of cycles are visited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from losi.options import JSON_HELP, State, example, only_one, with_state
from losi.portal_filter import chosen_portals, must_fit, with_filter

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database
    from storage.models import Cycle

_DAYS = ("day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "month")


@click.group(
    invoke_without_command=True,
    epilog=example(
        "losi schedule add 2026 --every monday --at 06:00 --months 4 --again",
        "losi schedule start 2026",
        "losi schedule --print-systemd",
    ),
)
@click.option("--print-cron", "form", flag_value="cron", help="Print lines for crontab that keep the schedules.")
@click.option("--print-systemd", "form", flag_value="systemd", help="Print units of systemd that keep the schedules.")
@with_state
@click.pass_context
def schedule(context: click.Context, state: State, form: str | None) -> int:
    """Keep schedules: when the portals of a cycle are visited. All times are UTC.

    With PostgreSQL, workers (losi worker) keep them. With SQLite, cron or systemd does: --print-cron, --print-systemd.
    """
    if context.invoked_subcommand is not None:
        if form is not None:
            _refuse(form)
        return 0
    if form is None:
        click.echo(context.get_help())
        return 0
    from losi.schedule_lines import cron_lines, systemd_units
    from storage.repository.schedules import schedules

    with state.read_existing() as database, database.reader() as session:
        kept = [one for one in schedules(session) if one.cron]
        if not kept:
            _none()
        click.echo((cron_lines if form == "cron" else systemd_units)(kept, state), nl=False)
    return 0


@schedule.command(epilog=example("losi schedule add 2026 --every monday --at 06:00 --months 4 --again"))
@click.argument("cycle")
@click.option("--every", type=click.Choice(_DAYS), help="How often.")
@click.option("--at", default="03:00", show_default=True, metavar="HH:MM", help="When on that day, UTC.")
@click.option("--cron", metavar="FIELDS", help='Instead of these, five cron fields in UTC: "0 6 * * 1".')
@click.option("--months", type=click.IntRange(1, 60), help="Only in so many months before the cycle closes.")
@click.option("--again", is_flag=True, help="Visit portals that are done again each time.")
@with_filter
@with_state
def add(state: State, cycle: str, every: str | None, at: str, cron: str | None, text: str, **given: Any) -> int:
    """Add a schedule to a cycle."""
    from datetime import UTC, datetime

    from losi.errors import Misuse
    from losi.schedule_lines import following
    from storage.models import Schedule
    from storage.repository import get_cycle

    fields = _fields(every, at, cron)
    now = datetime.now(UTC)
    with state.open_existing() as database, database.session() as session:
        found = get_cycle(session, cycle)
        must_fit(session, text, cycle)
        if given["months"] and found.closes is None:
            raise Misuse(f"the cycle {cycle!r} has no day on which it closes", "leave --months out")
        made = Schedule(cycle=found, cron=fields, portals=text, created=now, **given)
        session.add(made)
        session.flush()
        moment = following(made)
        told = f"next {moment:%Y-%m-%d %H:%M} UTC" if moment else "no moment is left before the cycle closes"
        click.echo(f"schedule {made.id}: {fields}, {told}")
    return 0


@schedule.command(epilog=example("losi schedule start 2026", "losi schedule start 2026 --portals country=PER"))
@click.argument("cycle")
@click.option("--again", is_flag=True, help="Visit portals that are done again.")
@with_filter
@with_state
def start(state: State, cycle: str, again: bool, text: str) -> int:
    """Hand a cycle out to the workers now, until all of it is done. Needs PostgreSQL."""
    from datetime import UTC, datetime

    from crawler.jobs.begin import begin
    from crawler.jobs.cron import within
    from crawler.jobs.dsn import dsn
    from losi.errors import Failure
    from storage.models import Schedule
    from storage.repository import get_cycle
    from survey.counts import count_of

    with state.open_existing() as database:
        dsn(database.url)
        now = datetime.now(UTC)
        with database.session() as session:
            must_fit(session, text, cycle)
            found = get_cycle(session, cycle)
            if not within(now, found.closes, None):
                raise Failure(f"the cycle {cycle!r} closed on {found.closes:%Y-%m-%d}", "losi cycle new begins another")
            mend = _mend(found)
            made = Schedule(cycle=found, again=again, portals=text, created=now)
            session.add(made)
            session.flush()
            begin(session, made, now)
        queued = _hand_out(database)
    click.echo(f"cycle {cycle}: {count_of(queued, 'portal')} queued for workers{mend}")
    return 0


@schedule.command(epilog=example("losi schedule run 1"))
@click.argument("number", type=click.IntRange(1))
@with_state
def run(state: State, number: int) -> int:
    """Do now what a schedule does: with SQLite crawl here, with PostgreSQL hand out to the workers.

    The crawl stays until portals that wait for another time of day are visited too. Outside the months of the schedule
    nothing is done.
    """
    from datetime import UTC, datetime

    from crawler.jobs.begin import begin
    from crawler.jobs.cron import within
    from storage.repository.schedules import get_schedule
    from survey.counts import count_of

    now = datetime.now(UTC)
    with state.open_existing() as database:
        with database.session() as session:
            found = get_schedule(session, number)
            name, text = found.cycle.name, found.portals
            if not within(now, found.cycle.closes, found.months):
                click.echo(f"schedule {number}: the cycle {name} is not open now")
                return 0
            begin(session, found, now)
            mend = _mend(found.cycle)
        if database.url.get_backend_name() == "postgresql":
            click.echo(f"cycle {name}: {count_of(_hand_out(database), 'portal')} queued for workers{mend}")
            return 0
        return _crawl(database, state, name, text)


@schedule.command("list", epilog=example("losi schedule list"))
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def list_(state: State, json_to: str | None) -> int:
    """List the schedules with the next moment of each."""
    from losi.output import write_json
    from losi.schedule_lines import schedule_document, schedule_table
    from losi.terminal import show, stdout
    from storage.repository.schedules import schedules

    with state.read_existing() as database, database.reader() as session:
        kept = schedules(session)
        if json_to:
            write_json({"schema": 1, "schedules": [schedule_document(one) for one in kept]}, json_to)
        if json_to != "-":
            show(stdout(), schedule_table(kept))
    return 0


@schedule.command(epilog=example("losi schedule remove 1"))
@click.argument("number", type=click.IntRange(1))
@with_state
def remove(state: State, number: int) -> int:
    """Remove a schedule; what it has begun is not handed out any more."""
    from storage.repository.schedules import get_schedule

    with state.open_existing() as database, database.session() as session:
        session.delete(get_schedule(session, number))
    click.echo(f"schedule {number} is removed")
    return 0


def _fields(every: str | None, at: str, cron: str | None) -> str:
    from crawler.jobs.cron import checked
    from crawler.jobs.cron import every as cron_of
    from losi.errors import Misuse

    only_one(**{"--every": every, "--cron": cron})
    try:
        if cron:
            return checked(cron)
        if every:
            return cron_of(every, at)
    except ValueError as error:
        raise Misuse(str(error), 'for example: --every monday --at 06:00, or --cron "0 6 * * 1"') from error
    raise Misuse("say when", 'for example: --every monday --at 06:00, or --cron "0 6 * * 1"')


def _hand_out(database: Database) -> int:
    import asyncio
    from datetime import UTC, datetime

    from crawler.jobs.handout import hand_out
    from crawler.jobs.queue import install_queue, make_app

    install_queue(database)
    app = make_app(database.url)

    async def main() -> int:
        async with app.open_async():
            return await hand_out(app, database, datetime.now(UTC))

    return asyncio.run(main())


def _mend(cycle: Cycle) -> str:
    """What keeps workers from a cycle, and what lets them go on."""
    return f"; it is paused: losi cycle resume {cycle.name} lets them begin" if cycle.paused else ""


def _crawl(database: Database, state: State, name: str, text: str) -> int:
    """Crawls until nothing waits any more; between two crawls others may crawl the cycle."""
    from datetime import UTC, datetime
    from time import sleep

    while True:
        due = _crawl_once(database, state, name, text)
        if isinstance(due, int):
            return due
        sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))


def _crawl_once(database: Database, state: State, name: str, text: str) -> datetime | int:
    """When to crawl again; the exit code, if there is no such moment."""
    from crawler.cycle.conductor import CycleOptions
    from crawler.cycle.crawl import run_cycle
    from losi.private_addresses import nothing_but_private
    from survey.counts import count_of

    chosen = chosen_portals(text)
    result = run_cycle(database, name, CycleOptions(chosen=chosen), data_dir=state.data)
    in_vain = nothing_but_private(database, name, chosen)
    done = f"{count_of(result.ended, 'visit')}, {count_of(result.pages, 'page')} in {result.seconds:.0f} s"
    if result.ending == "waiting" and result.due is not None:
        click.echo(f"cycle {name}: {done}; the rest is tried again from {result.due:%Y-%m-%d %H:%M} UTC")
        return result.due
    click.echo(f"cycle {name}: {done}; {result.ending}")
    return 0 if result.ending in ("done", "waiting") and not in_vain else 1


def _refuse(form: str) -> None:
    from losi.errors import Misuse

    raise Misuse(f"--print-{form} takes no command after it", f"run: losi schedule --print-{form}")


def _none() -> None:
    from losi.errors import Failure

    raise Failure("there are no schedules", "for example: losi schedule add 2026 --every monday")
