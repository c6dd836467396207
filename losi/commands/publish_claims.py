"""`losi claims`: what governments say about their own portals, kept beside the findings and never mixed with them."""

from __future__ import annotations

import io
from pathlib import Path

import click

from losi.options import State, example, with_state

CYCLE = click.option("--cycle", metavar="NAME", help="This survey cycle.  [default: each portal's newest full visit]")


@click.group(epilog=example("losi claims import lgq.csv --cycle 2026", "losi claims list --cycle 2026 claims.csv"))
def claims() -> None:
    """Import and list the answers that governments give about themselves."""


@claims.command(
    "import", epilog=example("losi claims import lgq.csv --cycle 2026 --source 'Local Government Questionnaire 2026'")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="What the answers come from.  [default: the name of the file]")
@click.option("--edition", default="", help="Questionnaire of the codes.  [default: that of the portal]")
@CYCLE
@with_state
def import_(state: State, file: Path, source: str, edition: str, cycle: str | None) -> int:
    """Take claims from a CSV file: columns portal (number, URL or name), code, answer (yes or no), and if known
    evidence, comment, date.

    A claim of the same source for the same question is replaced; a row without an answer makes no claim. Findings,
    decisions and scores stay as they are. A row that cannot be used is reported with its line, the rest is taken, and
    the exit code is 1. So are two rows of the file that contradict each other: neither is taken. Rows that repeat an
    answer are named and count once.
    """
    from datetime import UTC, datetime

    from losi.commands.publish_scope import scoped
    from losi.errors import Misuse
    from losi.text_files import spreadsheet_text
    from review.publish.claims import import_claims
    from review.publish.claims_file import read_claims
    from survey.counts import count_of
    from survey.questionnaire import editions

    if edition and edition not in editions():
        raise Misuse(f"unknown edition {edition!r}", f"known are {', '.join(editions())}")
    named = (source or file.stem)[:200]
    lines = io.StringIO(spreadsheet_text(file), newline="")
    with scoped(state, cycle, write=True) as (session, scope):
        count = import_claims(session, scope, read_claims(lines), source=named, now=datetime.now(UTC), edition=edition)
    for fault in sorted((*count.faults, *count.repeats), key=lambda row: row.line):
        click.echo(f"losi: {file}:{fault.line}: {fault.message}", err=True)
    click.echo(f"{count_of(count.added, 'claim')} added, {count.changed} changed, {count.unchanged} unchanged")
    return 1 if count.faults else 0


@claims.command("list", epilog=example("losi claims list --cycle 2026 claims.csv"))
@click.argument("file", default="-", metavar="[FILE.csv]")
@CYCLE
@with_state
def list_(state: State, file: str, cycle: str | None) -> int:
    """Write the claims as CSV, each beside the survey's own answer; "-" is stdout."""
    from losi.commands.publish_scope import scoped
    from losi.output import keep_lists, name_written, writer
    from review.publish.claims import with_claims
    from review.publish.formats import csv_line
    from review.publish.rows import claim_row
    from review.publish.schema import CLAIMS

    columns = [column.name for column in CLAIMS.columns]
    keep_lists(file, columns, "losi claims list", "give another name for the result")
    count = 0
    with scoped(state, cycle) as (session, scope), writer(file) as write:
        write(csv_line(columns))
        for _, found in with_claims(session, scope):
            count += len(found)
            for beside in found:
                write(csv_line(claim_row(beside)))
    name_written(file)
    if not count:
        of = f"of the cycle {cycle}" if cycle else "outside cycles; those of a cycle: losi claims list --cycle NAME"
        click.echo(f"losi: there are no claims {of}", err=True)
    return 0
