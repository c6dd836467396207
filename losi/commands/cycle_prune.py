"""`losi cycle prune`: frees the disk of archives of old cycles that nothing rests on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from losi.options import JSON_HELP, State, example, with_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.cycle.prune import Held

_WORDS = {
    "answers": "proof of what people answered",
    "stands": "proof of a portal's standing visit",
    "under_way": "a visit to the portal is under way or was broken off",
    "repeated": "archives that stay repeat its pages",
    "elsewhere": "archives that are not here, or damaged, may repeat its pages: losi archives pull brings these",
}


@click.command(epilog=example("losi cycle prune 2022", "losi cycle prune 2020 2022 --yes"))
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--yes", is_flag=True, help="Delete them; without it, it is only told what would go.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def prune(state: State, names: tuple[str, ...], yes: bool, json_to: str | None) -> int:
    """Delete archives of old cycles from the data folder; nothing is deleted without --yes.

    An archive stays where a person's answer rests on it, where its visit stands for its portal, and where an archive
    that stays repeats pages of it; the newest cycle with results is refused. Findings, answers and pictures stay, and
    so do copies in other places. Without its archive a visit cannot be read again: losi detect and losi diff then tell
    less.
    """
    from crawler.cycle import prune as archives
    from losi.output import must_take, write_json

    must_take(json_to)
    with state.open_existing() as database:
        held = archives.weigh(database, state.data, names)
        for place, one in enumerate(held) if yes else ():
            if not one.why and not archives.prune(database, state.data, one.run_id):
                held[place] = replace(one, why="answers")
    if json_to:
        write_json(_document(held, yes), json_to)
    if json_to != "-":
        _tell(held, yes)
    return 0


def _document(held: Sequence[Held], deleted: bool) -> dict[str, Any]:
    archives = [{"run": one.run_id, "url": one.url, "bytes": one.bytes, "stays": one.why or None} for one in held]
    return {"schema": 1, "deleted": deleted, "archives": archives}


def _tell(held: Sequence[Held], deleted: bool) -> None:
    from survey.counts import count_of

    going = [one for one in held if not one.why]
    size = sum(one.bytes for one in going)
    for why, count in sorted(Counter(one.why for one in held if one.why).items()):
        click.echo(f"losi: {count_of(count, 'archive stays', 'archives stay')}: {_WORDS[why]}", err=True)
    what = f"{len(going)} of {count_of(len(held), 'archive')}, {count_of(size, 'byte')}"
    click.echo(f"{what}: deleted" if deleted else f"{what}: would be deleted; --yes does it")
