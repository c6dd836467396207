"""`losi import`: takes a workbook back, with every change told, or changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from losi.options import JSON_HELP, State, example, with_state

if TYPE_CHECKING:
    from review.workbook.importing import Imported


@click.command("import", epilog=example("losi import ana.xlsx --dry-run", "losi import portal.xlsx --as Ana"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@click.option(
    "--as", "name", metavar="NAME", help="The account whose answers these are.  [default: whom it was exported for]"
)
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def import_(state: State, file: Path, name: str | None, dry_run: bool, json_to: str | None) -> int:
    """Take the answers of a workbook of losi export xlsx back.

    Every changed row is a decision like one made in losi review. Nothing at all is changed if a code, a word or a
    portal is unknown, or if a question was decided anew elsewhere since the export.
    """
    from datetime import UTC, datetime

    from losi.choices import review_settings
    from losi.errors import Failure
    from losi.import_tables import import_document
    from losi.output import must_take, write_json
    from review.errors import ReviewError
    from review.workbook.importing import import_book

    must_take(json_to)
    assessors = review_settings().assessors
    try:
        with state.open_existing() as database, database.session() as session:
            made = import_book(session, file, datetime.now(UTC), name=name, assessors=assessors, dry_run=dry_run)
    except ReviewError as error:
        raise Failure(error.message, error.mend) from error
    if json_to:
        write_json(import_document(made, str(file), dry_run), json_to)
    _tell(made, dry_run, quiet=json_to == "-")
    return 1 if made.refused else 0


def _tell(made: Imported, dry_run: bool, *, quiet: bool) -> None:
    """Changes on stdout; what is wrong or worth a look on stderr."""
    from losi.import_tables import changes_table, summary
    from losi.terminal import printable, show, stdout

    if made.plan.changes and not made.refused and not quiet:
        show(stdout(), changes_table(made))
    for kind, each in (
        *(("", problem) for problem in made.plan.problems),
        *(("conflict: ", problem) for problem in made.plan.conflicts),
        *(("note: ", problem) for problem in made.plan.notes),
    ):
        place = f"{each.place}: " if each.place else ""
        mend = f"; {each.mend}" if each.mend else ""
        click.echo(f"losi: {printable(f'{kind}{place}{each.message}{mend}')}", err=True)
    click.echo(summary(made, dry_run), err=made.refused or quiet)
