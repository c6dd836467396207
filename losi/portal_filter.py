"""The option --portals: which portals a command is about, and the refusal where it names none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from losi.errors import Failure, Misuse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.cycle.plan import Choice

Command = TypeVar("Command", bound=Callable[..., Any])


def with_filter(command: Command) -> Command:
    """Give a command the option --portals, as the argument `text`."""
    told = "Only these portals: text in name, URL or region, and kind=city or country=PER,Chile."
    return click.option("--portals", "text", default="", metavar="FILTER", help=told)(command)


def chosen_portals(text: str) -> Choice:
    """The portals that a filter names; Misuse where it cannot be understood."""
    from crawler.cycle.plan import choice

    try:
        return choice(text)
    except ValueError as error:
        raise Misuse(str(error), "for example: --portals 'kind=city country=PER'") from error


def must_fit(session: Session, text: str, *cycles: str) -> None:
    """Raise Failure where a filter names no portal of the cycles, or without any of the database."""
    from sqlalchemy import select

    from storage.models import CyclePortal
    from storage.repository import get_cycle

    if not text.strip():
        return
    found = chosen_portals(text).query()
    if cycles:
        numbers = [get_cycle(session, name).id for name in cycles]
        planned = CyclePortal.cycle_id.in_(numbers), CyclePortal.portal_id.in_(found)
        found = select(CyclePortal.portal_id).where(*planned)
    if session.scalar(found.limit(1)) is None:
        raise none_fits(text, *cycles)


def none_fits(text: str, *cycles: str) -> Failure:
    """What to say of a filter that names no portal."""
    of = f" of the cycle {' or '.join(cycles)}" if cycles else ""
    return Failure(f"no portal{of} fits {text!r}", "losi portals list shows those of the database")
