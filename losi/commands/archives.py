"""`losi archives`: brings run archives to another place and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from losi.options import State, example, with_state

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAIRS = "Option of the kind of place, such as endpoint_url=https://s3.example."


@click.group(epilog=example("losi archives push s3://bucket/losi", "losi archives pull s3://bucket/losi --cycle 2026"))
def archives() -> None:
    """Copy run archives to any place that fsspec knows (a path, s3://, sftp://), and back."""


@archives.command(epilog=example("losi archives push /mnt/backup/losi", "losi archives push s3://bucket/losi"))
@click.argument("url")
@click.option("--cycle", help="Only the runs of this cycle.")
@click.option("--archives-option", "pairs", multiple=True, metavar="KEY=VALUE", help=_PAIRS)
@with_state
def push(state: State, url: str, cycle: str | None, pairs: tuple[str, ...]) -> int:
    """Copy the archives of finished runs there; what is there already is left alone."""
    from losi.places import archive_place

    place = archive_place(url, pairs)
    names = [name for name in _finished(state, cycle) if (state.data / name).is_dir()]
    copied = sum(place.upload(state.data, name) for name in names)
    click.echo(f"Archives in {url}: {len(names)}; {copied:,} bytes copied")
    return 0


@archives.command(epilog=example("losi archives pull s3://bucket/losi --cycle 2026"))
@click.argument("url")
@click.option("--cycle", help="Only the runs of this cycle.")
@click.option("--archives-option", "pairs", multiple=True, metavar="KEY=VALUE", help=_PAIRS)
@with_state
def pull(state: State, url: str, cycle: str | None, pairs: tuple[str, ...]) -> int:
    """Copy the archives of finished runs from there; exit code 1 where some are missing."""
    from losi.places import archive_place

    place = archive_place(url, pairs)
    names = _finished(state, cycle)
    there = set(place.names())
    missing = [name for name in names if name not in there and not (state.data / name).is_dir()]
    copied = sum(place.fetch(name, state.data) for name in names if name in there)
    _name(missing, url)
    click.echo(f"Archives here: {len(names) - len(missing)}; {copied:,} bytes copied")
    return 1 if missing else 0


def _finished(state: State, cycle: str | None) -> list[str]:
    from storage.repository import get_cycle, runs

    with state.open_existing() as database, database.reader() as session:
        number = get_cycle(session, cycle).id if cycle is not None else None
        found = runs(session, cycle_id=number)
        return [run.archive for run in found if run.archive and run.outcome is not None]


def _name(missing: Iterable[str], url: str) -> None:
    for name in missing:
        click.echo(f"losi: {url} holds no {name}", err=True)
