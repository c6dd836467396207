"""`losi portals`: which portals to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from losi.options import JSON_HELP, State, example, with_state

if TYPE_CHECKING:
    from losi.portal_list import Entry

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
    """Import, list and export portals."""


@portals.command("import", epilog=example("losi portals import municipalities.csv", "losi portals import --bundled"))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--bundled", is_flag=True, help="Take the list that ships with the product.")
@with_state
def import_(state: State, file: Path | None, bundled: bool) -> int:
    """Take portals from a CSV file (or from stdin with -) into the database.

    Columns: url, and if known name, kind (city or national), country, language, trust, source, verified (a date). A
    portal that is known by its URL is updated. A row that cannot be used is reported with its line, the rest is taken,
    and the exit code is 1.
    """
    from losi.errors import Misuse
    from losi.portal_list import Fault, bundled_records, read_csv
    from storage.repository import import_portals

    if bundled == (file is not None):
        raise Misuse("give a CSV file or --bundled", "for example: losi portals import --bundled")
    rows = list(read_csv(file)) if file is not None else list(bundled_records())
    faults = [row for row in rows if isinstance(row, Fault)]
    for fault in faults:
        click.echo(f"losi: {file}:{fault.line}: {fault.message}", err=True)
    with state.open() as database, database.session() as session:
        count = import_portals(session, [row for row in rows if not isinstance(row, Fault)])
    click.echo(f"{count.added} portals added, {count.changed} changed, {count.unchanged} unchanged")
    return 1 if faults else 0


@portals.command("list", epilog=example("losi portals list --kind national --country Estonia"))
@with_choice
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def list_(state: State, kind: str | None, country: str, bundled: bool, json_to: str | None) -> int:
    """List the portals of the database with their newest runs; while it has none, the bundled list."""
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
    """Write the portals as CSV, in the form that `portals import` reads; "-" is stdout."""
    from losi.output import write_text
    from losi.portal_list import portals_csv

    write_text(portals_csv(_chosen(state, kind, country, bundled)), file)
    return 0


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
    with state.open() as database, database.reader() as session:
        return stored_entries(session)
