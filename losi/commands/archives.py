"""`losi archives`: brings run archives and their pictures to another place and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from losi.options import State, example, with_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_PAIRS = "Option of the kind of place, such as endpoint_url=https://s3.example."


@click.group(epilog=example("losi archives push s3://bucket/losi", "losi archives pull s3://bucket/losi --cycle 2026"))
def archives() -> None:
    """Copy run archives to any place that fsspec knows (a path, s3://, sftp://), and back.

    The pictures of a run's proof travel with its archive.
    """


@archives.command(epilog=example("losi archives push /mnt/backup/losi", "losi archives push s3://bucket/losi"))
@click.argument("url")
@click.option("--cycle", help="Only the runs of this cycle.")
@click.option("--archives-option", "pairs", multiple=True, metavar="KEY=VALUE", help=_PAIRS)
@with_state
def push(state: State, url: str, cycle: str | None, pairs: tuple[str, ...]) -> int:
    """Copy the archives and pictures of finished runs there.

    What is there already is left alone, but for the small index of each archive (.cdxj), which is sent each time.
    """
    from losi.places import archive_place
    from survey.counts import count_of

    place = archive_place(url, pairs)
    names = [run.archive for run in _finished(state, cycle) if (state.data / run.archive).is_dir()]
    copied = sum(place.upload(state.data, name) for name in names)
    click.echo(f"Archives in {place.where}: {len(names)}; {count_of(copied, 'byte')} copied")
    return 0


@archives.command(epilog=example("losi archives pull s3://bucket/losi --cycle 2026"))
@click.argument("url")
@click.option("--cycle", help="Only the runs of this cycle.")
@click.option("--archives-option", "pairs", multiple=True, metavar="KEY=VALUE", help=_PAIRS)
@with_state
def pull(state: State, url: str, cycle: str | None, pairs: tuple[str, ...]) -> int:
    """Copy the archives and pictures of finished runs from there.

    Exit code 1 where archives are missing; how many runs lack their pictures is said. What losi cycle prune took away
    is brought back with --cycle alone.
    """
    from losi.places import archive_place
    from survey.counts import count_of

    place = archive_place(url, pairs)
    finished = _finished(state, cycle)
    names = [run.archive for run in finished]
    there = set(place.names())
    missing = [name for name in names if name not in there and not (state.data / name).is_dir()]
    copied = sum(place.fetch(name, state.data) for name in names if name in there)
    _name(missing, place.where)
    _tell_bare(sum(run.lacks_pictures(state.data) for run in finished), place.where)
    click.echo(f"Archives here: {len(names) - len(missing)}; {count_of(copied, 'byte')} copied")
    return 1 if missing else 0


class _Finished(NamedTuple):
    """A run that ended: its archive, and its pictures of the home page, which every pictured run has."""

    archive: str
    views: tuple[str, ...]

    def lacks_pictures(self, data: Path) -> bool:
        """Whether pictures were taken, but are not here."""
        return not all((data / view).is_file() for view in self.views)


def _finished(state: State, cycle: str | None) -> list[_Finished]:
    from storage.repository import get_cycle, runs

    with state.read_existing() as database, database.reader() as session:
        number = get_cycle(session, cycle).id if cycle is not None else None
        ended = (run for run in runs(session, cycle_id=number) if run.archive and run.outcome is not None)
        if cycle is None:
            ended = (run for run in ended if "pruned" not in run.certificate)
        return [_Finished(run.archive or "", _views(run.certificate)) for run in ended]


def _views(certificate: Mapping[str, Any] | None) -> tuple[str, ...]:
    return tuple(((certificate or {}).get("views") or {}).values())


def _name(missing: Iterable[str], place: str) -> None:
    for name in missing:
        click.echo(f"losi: {place} holds no {name}", err=True)


def _tell_bare(number: int, place: str) -> None:
    from survey.counts import count_of

    if number:
        told = f"pictures of {count_of(number, 'run')} are not in {place}"
        click.echo(f"losi: {told}: run losi archives push where they were taken", err=True)
