"""`losi cycle`: survey cycles over many portals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from losi.commands.cycle_prune import prune
from losi.options import JSON_HELP, Amount, State, example, with_contact, with_state
from losi.portal_filter import chosen_portals, must_fit, none_fits, with_filter
from losi.private_addresses import nothing_but_private, refuse_private

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.cycle.conductor import CycleResult, Pulse
    from crawler.cycle.plan import Choice
    from crawler.cycle.status import CycleStatus

Command = TypeVar("Command", bound=Callable[..., Any])
_LOOK_EVERY = 2.0


@click.group(
    epilog=example("losi cycle new 2026 --edition losi-2024", "losi cycle crawl 2026", "losi cycle status 2026")
)
def cycle() -> None:
    """Crawl many portals as one survey cycle; stop and go on at any moment."""


cycle.add_command(prune)


def _limits(command: Command) -> Command:
    for option in (
        click.option(
            "--ignore-robots-of",
            "robots_agreed",
            multiple=True,
            metavar="HOST",
            help="Read what robots.txt closes there and on hosts below; its owner must have agreed. Repeatable.",
        ),
        click.option("--allow-private", is_flag=True, help="Visit addresses of private and loopback networks too."),
        click.option("--browser/--no-browser", default=False, help="Measure and picture in a browser.  [default: no]"),
        with_contact,
        click.option("--timeout", type=Amount(0, min_open=True), help="Time for one answer.  [default: 30]"),
        click.option("--delay", type=Amount(0), help="Pause between two requests to one host.  [default: 1]"),
        click.option("--max-seconds", type=Amount(0, min_open=True), help="For a portal.  [default: 3600]"),
        click.option("--max-pages", type=click.IntRange(1), help="Pages of a portal to read at most.  [default: 200]"),
    ):
        command = option(command)
    return command


@cycle.command(epilog=example("losi cycle new 2026 --edition losi-2024 --closes 2026-05-31 --portals kind=city"))
@click.argument("name")
@click.option("--edition", "editions", multiple=True, help="Questionnaire, once a kind.  [default: the newest of each]")
@with_filter
@click.option("--closes", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the cycle closes.")
@click.option("--tries", type=click.IntRange(1, 10), default=3, show_default=True, help="Visits before it failed.")
@click.option("--retry-hours", type=Amount(0, 8760), default=7.0, show_default=True, help="Time until such a try.")
@click.option(
    "--confirm-hours",
    type=Amount(0, 8760),
    default=1.0,
    show_default=True,
    help="Time until the second visit to a portal that lost what it had.",
)
@_limits
@with_state
def new(state: State, name: str, editions: tuple[str, ...], text: str, closes: datetime | None, **settings: Any) -> int:
    """Begin a cycle over the portals of the database, or over the bundled list while there are none.

    The limits hold for all of its visits, whoever crawls it.
    """
    from datetime import UTC

    from crawler.cycle.plan import CycleSettings, begin_cycle
    from crawler.settings import CrawlOptions
    from losi.choices import consenting_host, editions_by_kind
    from losi.errors import Misuse
    from survey.counts import count_of

    if not name.strip():
        raise Misuse("a cycle needs a name", "for example: losi cycle new 2026")
    chosen = chosen_portals(text)
    named = editions_by_kind(editions)
    own = {key: settings.pop(key) for key in ("tries", "retry_hours", "confirm_hours")}
    settings["robots_agreed"] = tuple(consenting_host(host) for host in settings["robots_agreed"])
    given = {key: value for key, value in settings.items() if value is not None}
    made = CycleSettings(editions=named, crawl=CrawlOptions(concurrency=1, **given), **own)
    with state.open() as database, database.session() as session:
        _take_bundled(session)
        _, count = begin_cycle(session, name, made, chosen, closes=closes.replace(tzinfo=UTC) if closes else None)
        if not count:
            raise none_fits(text)
        refuse_private(session, chosen, allowed=made.crawl.allow_private, mend="--allow-private has them visited too")
        _tell_retired(session, chosen)
    click.echo(f"cycle {name}: {count_of(count, 'portal')} planned")
    return 0


@cycle.command(epilog=example("losi cycle add 2026 --portals country=PER"))
@click.argument("name")
@with_filter
@with_state
def add(state: State, name: str, text: str) -> int:
    """Add portals of the database to a cycle; those that are in it stay as they are."""
    from crawler.cycle.plan import extend_cycle, settings_of
    from storage.repository import get_cycle
    from survey.counts import count_of

    chosen = chosen_portals(text)
    with state.open_existing() as database, database.session() as session:
        must_fit(session, text)
        extended = get_cycle(session, name)
        count = extend_cycle(session, extended, chosen)
        refuse_private(session, chosen, allowed=settings_of(extended).crawl.allow_private)
        _tell_retired(session, chosen)
    click.echo(f"cycle {name}: {count_of(count, 'portal')} added")
    return 0


@cycle.command(epilog=example("losi cycle crawl 2026", "losi cycle crawl 2026 --portals country=PER"))
@click.argument("name")
@with_filter
@click.option("--concurrency", type=click.IntRange(1, 1000), default=100, show_default=True, help="Portals at a time.")
@click.option("--processes", type=click.IntRange(0, 64), default=1, show_default=True, help="Readers of pages.")
@click.option(
    "--db-wait",
    type=Amount(0),
    default=300.0,
    show_default=True,
    help="Seconds that a database which goes away, or is locked, is waited for.",
)
@click.option("--wait", is_flag=True, help="Stay until portals that wait for another time of day are visited too.")
@with_state
def crawl(state: State, name: str, text: str, concurrency: int, processes: int, db_wait: float, wait: bool) -> int:
    """Visit what is due of a cycle; after any end (Ctrl-C, a crash, power) the same command goes on where it was.

    Exit code 0 when nothing is left or what is left waits for another time of day, 1 when it was stopped or paused, or
    when all portals lie in private networks and the cycle was begun without --allow-private.
    """
    from crawler.cycle.conductor import CycleOptions
    from crawler.cycle.crawl import run_cycle
    from losi.detector_problems import detectors_told
    from survey.counts import count_of

    options = CycleOptions(concurrency, processes, chosen_portals(text), wait, db_wait)
    with state.open_existing() as database, detectors_told(), _progress() as tell:
        with database.reader() as session:
            must_fit(session, text, name)
        result = run_cycle(database, name, options, data_dir=state.data, tell=tell)
        in_vain = nothing_but_private(database, name, options.chosen)
    click.echo(
        f"cycle {name}: {count_of(result.ended, 'visit')}, {count_of(result.pages, 'page')} in {result.seconds:.0f} s; "
        f"{_ending(result, text)}"
    )
    return 0 if result.ending in ("done", "waiting") and not in_vain else 1


@cycle.command(epilog=example("losi cycle status 2026", "losi cycle status 2026 --json -"))
@click.argument("name")
@click.option("--regions-of-country", "by_region", is_flag=True, help="By the portals' own regions, not the UN's.")
@click.option("--once", is_flag=True, help="Show it once, even on a terminal while the cycle is being crawled.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def status(state: State, name: str, by_region: bool, once: bool, json_to: str | None) -> int:
    """Show how far a cycle is: portals by state and region, failures by cause, pages a second, time left.

    On a terminal the table is kept up to date while the cycle is being crawled.
    """
    from losi.cycle_tables import status_document, status_view
    from losi.output import write_json
    from losi.terminal import stdout

    with state.read_existing() as database:

        def read() -> CycleStatus:
            from crawler.cycle.status import cycle_status
            from storage.repository import get_cycle

            with database.reader() as session:
                return cycle_status(session, get_cycle(session, name), by_region=by_region)

        found = read()
        if json_to:
            write_json(status_document(found), json_to)
        if json_to == "-":
            return 0
        if found.crawling and not once and sys.stdout.isatty():
            _follow(read)
        else:
            stdout().print(status_view(found))
    return 0


@cycle.command(epilog=example("losi cycle pause 2026"))
@click.argument("name")
@with_state
def pause(state: State, name: str) -> int:
    """Ask whoever crawls a cycle to stop; visits under way are broken off and kept."""
    return _pause(state, name, True)


@cycle.command(epilog=example("losi cycle resume 2026"))
@click.argument("name")
@with_state
def resume(state: State, name: str) -> int:
    """Allow a paused cycle to be crawled again."""
    return _pause(state, name, False)


@cycle.command(epilog=example("losi cycle reopen 2026", "losi cycle reopen 2026 --portals Lima --read-too"))
@click.argument("name")
@with_filter
@click.option("--read-too", is_flag=True, help="Also portals that a visit read.")
@with_state
def reopen(state: State, name: str, text: str, read_too: bool) -> int:
    """Have portals visited again that came to an end without being read: blocked, unreachable, or failed.

    Until they are, the visit that counts stays.
    """
    from storage.repository import get_cycle
    from storage.repository.schedules import reopen_portals
    from survey.counts import count_of

    chosen = chosen_portals(text).query()
    with state.open_existing() as database, database.session() as session:
        must_fit(session, text, name)
        count = reopen_portals(session, get_cycle(session, name).id, chosen, unread=not read_too)
    command = f"crawl {name}" if state.db is None else f"crawl {name}, or losi schedule start {name} for workers"
    none = "" if read_too else "; --read-too takes those that were read too"
    click.echo(
        f"cycle {name}: {count_of(count, 'portal is', 'portals are')} due again"
        + (f"; run losi cycle {command}" if count else none)
    )
    return 0


def _pause(state: State, name: str, paused: bool) -> int:
    from storage.repository import pause_cycle

    with state.open_existing() as database, database.session() as session:
        changed = pause_cycle(session, name, paused)
    word = "paused" if paused else "open for crawling"
    click.echo(f"cycle {name}: {word}" if changed else f"cycle {name}: was {word} already")
    return 0


def _tell_retired(session: Any, chosen: Choice) -> None:
    from crawler.cycle.plan import retired_among
    from survey.counts import count_of

    if count := retired_among(session, chosen):
        told = count_of(count, "retired portal is", "retired portals are")
        click.echo(f"losi: {told} left out; losi portals retire PORTAL --back", err=True)


def _take_bundled(session: Any) -> None:
    from losi.portal_list import bundled_records
    from storage.repository import import_portals, portals

    if next(iter(portals(session)), None) is None:
        count = import_portals(session, bundled_records())
        click.echo(f"losi: no portals imported yet, took the {count.added} bundled ones", err=True)


def _ending(result: CycleResult, chosen: str) -> str:
    if result.ending == "waiting" and result.due is not None:
        return f"the rest is tried again from {result.due:%Y-%m-%d %H:%M} UTC: run the same command then"
    return {
        "done": "all portals that --portals chooses are done" if chosen else "all portals are done",
        "waiting": "the rest waits",
        "paused": "paused: losi cycle resume lets it go on",
        "stopped": "stopped: the same command goes on",
    }[result.ending]


@contextmanager
def _progress() -> Iterator[Callable[[Pulse], None] | None]:
    """Draws one line with the speed of the crawl; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.live import Live
    from rich.text import Text

    from losi.terminal import stderr
    from survey.counts import count_of

    with Live(console=stderr(), transient=True, auto_refresh=False) as live:

        def show(pulse: Pulse) -> None:
            measured = f" ({pulse.measured} of them read, and being measured)" if pulse.measured else ""
            words = (
                f"{count_of(pulse.active, 'portal')} under way{measured}, {count_of(pulse.ended, 'visit')} done, "
                f"{count_of(pulse.pages, 'page')}, "
                f"{pulse.rate:.1f}/s"
            )
            live.update(Text(words), refresh=True)

        yield show


def _follow(read: Callable[[], CycleStatus]) -> None:
    """Draws the status again and again until the crawl ends or the user leaves."""
    from time import sleep

    from rich.live import Live

    from losi.cycle_tables import status_view
    from losi.terminal import stdout

    found = read()
    with Live(status_view(found), console=stdout(), auto_refresh=False) as live:
        while found.crawling:
            try:
                sleep(_LOOK_EVERY)
            except KeyboardInterrupt:
                return
            found = read()
            live.update(status_view(found), refresh=True)
