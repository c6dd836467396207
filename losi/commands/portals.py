"""`losi portals`: which portals to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from losi.commands.portals_leaving import remove, retire
from losi.options import JSON_HELP, Amount, State, example, only_one, with_contact, with_state

if TYPE_CHECKING:
    from losi.portal_list import Entry
    from storage.records import PortalRecord

Command = TypeVar("Command", bound=Callable[..., Any])


def with_choice(command: Command) -> Command:
    """Give a command the options --kind, --country and --bundled."""
    for option in (
        click.option("--bundled", is_flag=True, help="The list that ships with the product, not the database."),
        click.option("--country", default="", help="Only this country: ISO 3166 code or English name."),
        click.option("--kind", type=click.Choice(["city", "national"]), help="Only this kind."),
    ):
        command = option(command)
    return command


@click.group(epilog=example("losi portals import --bundled", "losi portals list --kind city --country Peru"))
def portals() -> None:
    """Import, list, check, export and retire portals."""


@portals.command("import", epilog=example("losi portals import municipalities.csv", "losi portals import --bundled"))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--bundled", is_flag=True, help="Take the list that ships with the product.")
@with_state
def import_(state: State, file: Path | None, bundled: bool) -> int:
    """Take portals from a CSV or XLSX file (or CSV from stdin with -) into the database.

    Columns, by these or similar names: url, and if known name, kind (city or national), country, language, region,
    edition, trust, source, verified (a date). A portal that is known by its URL is updated. A row that cannot be used
    is reported with its line, the rest is taken, and the exit code is 1.
    """
    from losi.errors import Misuse
    from losi.portal_files import read_portals
    from losi.portal_list import bundled_records, missing_records
    from losi.table_files import Fault
    from storage.repository import import_portals
    from survey.counts import count_of

    if bundled == (file is not None):
        raise Misuse("give a CSV or XLSX file or --bundled", "for example: losi portals import --bundled")
    faults = 0

    def good() -> Iterator[PortalRecord]:
        nonlocal faults
        for row in read_portals(file) if file is not None else bundled_records():
            if isinstance(row, Fault):
                faults += 1
                click.echo(f"losi: {file}:{row.line}: {row.message}", err=True)
            else:
                yield row

    with state.open() as database, database.session() as session:
        count = import_portals(session, good())
    click.echo(f"{count_of(count.added, 'portal')} added, {count.changed} changed, {count.unchanged} unchanged")
    if file is None and (missing := sum(1 for _ in missing_records())):
        click.echo(
            f"losi: {count_of(missing, 'portal has', 'portals have')} no address yet: losi portals list --missing",
            err=True,
        )
    return 1 if faults else 0


@portals.command("list", epilog=example("losi portals list --kind national --country Estonia"))
@with_choice
@click.option("--missing", is_flag=True, help="The bundled portals whose address is still to be found, as CSV.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def list_(state: State, kind: str | None, country: str, bundled: bool, missing: bool, json_to: str | None) -> int:
    """List the portals of the database with the newest runs that read them; while it has none, the bundled list.

    Of a portal that nobody has checked to be the right one, "verified" says no.
    """
    if missing:
        only_one(**{"--missing": missing, "--json": json_to})
        return _missing(kind, country)
    from losi.output import write_json
    from losi.portal_list import entry_document, portal_table
    from losi.terminal import show, stdout

    chosen = _chosen(state, kind, country, bundled)
    if json_to:
        write_json({"schema": 1, "portals": [entry_document(entry) for entry in chosen]}, json_to)
    if json_to != "-":
        show(stdout(), portal_table(chosen))
    return 0


@portals.command(epilog=example("losi portals export --kind city portals.csv"))
@click.argument("file", default="-", metavar="[FILE.csv]")
@with_choice
@with_state
def export(state: State, file: str, kind: str | None, country: str, bundled: bool) -> int:
    """Write the portals as CSV, in the form that `portals import` reads; "-" is stdout. Retired ones are left out."""
    from losi.output import name_written, write_text
    from losi.portal_list import portals_csv

    write_text(portals_csv(_active(state, kind, country, bundled)), file)
    name_written(file)
    return 0


@portals.command(epilog=example("losi portals verify --kind city checked.csv", "losi portals verify --country PER"))
@click.argument("file", default="-", metavar="[FILE.csv]")
@with_choice
@click.option("--concurrency", type=click.IntRange(1, 500), default=50, show_default=True, help="Portals at a time.")
@click.option("--timeout", type=Amount(0, min_open=True), default=30.0, help="Time for one answer.")
@click.option("--delay", type=Amount(0), default=1.0, help="Pause between two requests for one portal.")
@with_contact
@click.option("--allow-private", is_flag=True, help="Visit addresses of private and loopback networks too.")
@with_state
def verify(
    state: State, file: str, kind: str | None, country: str, bundled: bool, concurrency: int, **limits: Any
) -> int:
    """Ask each portal's address once: does it answer, where does it lead, does it look official.

    The portals are those of the database that are not retired. FILE is where the result goes: CSV with what was found
    and, where it can be told, a better address in the column "proposal". Nothing in the database changes: a person
    looks the list over and imports it. Exit code 1 when an address has no page.
    """
    from losi.verify_tables import verify_portals

    given = {key: value for key, value in limits.items() if value is not None}
    return verify_portals(_active(state, kind, country, bundled), file, concurrency, given)


portals.add_command(retire)
portals.add_command(remove)


def _missing(kind: str | None, country: str) -> int:
    from losi.choices import country_code
    from losi.portal_list import missing_records

    code = country_code(country)
    click.echo("kind,country,name,url")
    for its_kind, its_country, name in missing_records():
        if kind in (None, its_kind) and code in ("", its_country):
            click.echo(f'{its_kind},{its_country},"{name}",')
    return 0


def _active(state: State, kind: str | None, country: str, bundled: bool) -> list[Entry]:
    return [entry for entry in _chosen(state, kind, country, bundled) if entry.retired is None]


def _chosen(state: State, kind: str | None, country: str, bundled: bool) -> list[Entry]:
    from losi.choices import country_code
    from losi.portal_list import bundled_entries

    code = country_code(country)
    entries = [] if bundled else _stored(state)
    if not entries and not bundled:
        click.echo("losi: no portals imported yet, these are the bundled ones", err=True)
    return [
        entry
        for entry in entries or bundled_entries()
        if kind in (None, entry.portal.kind) and code in ("", entry.portal.country)
    ]


def _stored(state: State) -> list[Entry]:
    from losi.portal_list import stored_entries

    if not state.exists:
        return []
    with state.read_existing() as database, database.reader() as session:
        return stored_entries(session)
