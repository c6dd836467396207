"""Which runs a command is about: one by number, the one that stands for a portal, or those of all portals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from losi.errors import Failure
from losi.options import only_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    from sqlalchemy.orm import Session

    from storage.database import Database
    from storage.models import Run

    Command = TypeVar("Command", bound=Callable[..., Any])


def with_run(command: Command) -> Command:
    """Give a command the options --portal and --run."""
    command = click.option("--run", type=click.IntRange(1), metavar="N", help="This run, by its number.")(command)
    return click.option(
        "--portal", metavar="P", help="The newest run that read this portal, by the portal's number, URL or name."
    )(command)


def chosen_runs(session: Session, portal: str | None, run: int | None) -> Iterator[Run]:
    """The finished runs that the options choose: of all portals if none is given. Raises Failure, StorageError."""
    from losi.standing import told_of_choice
    from storage.repository import get_run, latest_run, portals

    only_one(**{"--portal": portal, "--run": run})
    if run is not None:
        yield _finished(get_run(session, run))
    elif portal is not None:
        found = newest_run(session, portal)
        if said := told_of_choice(session, found):
            click.echo(f"losi: {said}", err=True)
        yield found
    else:
        standing = (latest_run(session, each.id) for each in portals(session))
        yield from (one for one in standing if one is not None)


def chosen_numbers(database: Database, portal: str | None, run: int | None) -> list[int]:
    """The numbers of the runs that the options choose; Failure when there is none."""
    with database.reader() as session:
        numbers = [found.id for found in chosen_runs(session, portal, run)]
    if not numbers:
        raise Failure("there is no finished run", "run losi check first, or choose another folder with --data")
    return numbers


def _finished(run: Run) -> Run:
    if run.outcome is None:
        raise Failure(f"run {run.id} did not end, so nothing was concluded", "check the portal again")
    return run


def newest_run(session: Session, portal: str) -> Run:
    """The run that stands for a portal (`storage.repository.counted`); StorageError when there is no such portal,
    Failure when there is no such run."""
    from storage.repository import get_portal, latest_run

    found = get_portal(session, portal)
    run = latest_run(session, found.id)
    if run is None:
        raise Failure(f"{found.url} has not been visited yet", f"run: losi check {found.url}")
    return run
