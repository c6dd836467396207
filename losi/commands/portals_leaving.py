"""`losi portals retire` and `losi portals remove`: portals that are to be looked at no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from losi.options import State, example, with_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from storage.models import Portal


@click.command(epilog=example("losi portals retire https://www.merged-town.example", "losi portals retire 17 --back"))
@click.argument("named", nargs=-1, required=True, metavar="PORTAL...")
@click.option("--back", is_flag=True, help="Take them into new cycles again.")
@with_state
def retire(state: State, named: tuple[str, ...], back: bool) -> int:
    """Leave portals (number, URL or name) out of new cycles; all that was found, decided and archived stays.

    They are taken off the plans of cycles in which no visit to them has begun. In the others they stay, with their
    visits. losi portals list marks them.
    """
    from datetime import UTC, datetime

    from storage.repository.retirement import retire_portal
    from survey.counts import count_of

    now = datetime.now(UTC)
    with state.open_existing() as database, database.session() as session:
        for portal in _found(session, named):
            was = portal.retired
            if back:
                portal.retired = None
                click.echo(f"{portal.url}: {'no longer retired' if was else 'was not retired'}{_cycles(bool(was))}")
                continue
            plans = retire_portal(session, portal, now)
            left = f", taken off the plan of {count_of(plans, 'cycle')}" if plans else ""
            click.echo(f"{portal.url}: {f'was retired {was:%Y-%m-%d}' if was else 'retired'}{left}")
    return 0


@click.command(epilog=example("losi portals remove https://www.mistyped.example"))
@click.argument("named", nargs=-1, required=True, metavar="PORTAL...")
@with_state
def remove(state: State, named: tuple[str, ...]) -> int:
    """Take portals (number, URL or name) that were never visited out of the database, such as a mistyped address.

    Refused where anything is kept of one of them: visits, answers, claims. Nothing is removed then.
    """
    from losi.errors import Failure
    from storage.repository.retirement import history, remove_portal

    with state.open_existing() as database, database.session() as session:
        chosen = _found(session, named)
        kept = [(portal, text) for portal in chosen if (text := str(history(session, portal.id)))]
        for portal, text in kept[1:]:
            click.echo(f"losi: {portal.url} is not without history: {text}", err=True)
        if kept:
            portal, text = kept[0]
            mend = f"losi portals retire {portal.id} leaves it out of new cycles and keeps all that"
            raise Failure(f"{portal.url} is not without history: {text}; nothing is removed", mend)
        for portal in chosen:
            remove_portal(session, portal.id)
    for portal in chosen:
        click.echo(f"{portal.url}: removed")
    return 0


def _found(session: Session, named: Iterable[str]) -> list[Portal]:
    from storage.repository import get_portal

    found = (get_portal(session, name) for name in named)
    return list({portal.id: portal for portal in found}.values())


def _cycles(changed: bool) -> str:
    return "; losi cycle add takes it into a cycle" if changed else ""
