"""`losi audit`: whether the decisions are as they were made."""

from __future__ import annotations

import re

import click

from losi.errors import Failure, Misuse
from losi.options import JSON_HELP, State, example, with_state

_NOTED = "5f1c40c54eba2d10d1a3ea40cb1ef7d36b1ea8ee74bd2bd3c5e7a8c0d1b49f26"
"""What a head looks like that somebody noted."""


def _whole(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """A hash as typed; a part of one would be found in no chain, as if that had been written anew."""
    given = text.strip().lower() if text is not None else None
    if given is not None and not re.fullmatch("[0-9a-f]{64}", given):
        raise Misuse(
            f"{text!r} is no hash of 64 hexadecimal digits", "give all of a head that losi audit verify printed"
        )
    return given


@click.group(epilog=example("losi audit verify"))
def audit() -> None:
    """Look after the chain of decisions."""


@audit.command(epilog=example("losi audit verify", f"losi audit verify --contains {_NOTED}"))
@click.option(
    "--contains",
    metavar="HASH",
    callback=_whole,
    help="Also check that this hash of 64 digits, a head noted earlier, is still in the chain.",
)
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def verify(state: State, contains: str | None, json_to: str | None) -> int:
    """Prove that no decision was changed, added in between or taken out; name the first broken row.

    Note the hash that is printed somewhere else: with --contains it also proves, later, that the end of the chain was
    not cut off and written anew.
    """
    from losi.output import write_json
    from storage.repository.chain import has_hash, verify_chain
    from survey.counts import count_of

    with state.read_existing() as database, database.reader() as session:
        report = verify_chain(session)
        kept = contains is None or has_hash(session, contains)
    broken = report.broken
    if json_to:
        document = {
            "schema": 1,
            "rows": report.rows,
            "head": report.head,
            "broken": None if broken is None else {"row": broken.number, "why": broken.why},
            "contains": None if contains is None else kept,
        }
        write_json(document, json_to)
    if broken is not None:
        raise Failure(f"the chain is broken at row {broken.number}: {broken.why}", "compare with a backup")
    if not kept:
        raise Failure(f"the chain is whole, but {contains} is not in it", "compare with a backup")
    if json_to != "-":
        click.echo(f"{count_of(report.rows, 'decision')}, chain whole, head {report.head}")
    return 0
