"""Says so where portals of a cycle lie in private networks, which no visit enters unless it is allowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from losi.errors import Misuse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.cycle.plan import Choice
    from storage.database import Database

_AGAIN = "the limits of a cycle stay as they are; begin another: losi cycle new NAME --allow-private"


def refuse_private(session: Session, chosen: Choice, *, allowed: bool, mend: str = _AGAIN) -> None:
    """Tell how many of the chosen portals have addresses that are private by themselves, whatever DNS says, if they are
    not `allowed`. Raise Misuse where all of them have."""
    from sqlalchemy import select

    from crawler.private import is_named_private
    from storage.models import Portal

    query = select(Portal.url).where(Portal.id.in_(chosen.query()), Portal.retired.is_(None))
    hosts = [urlsplit(url).hostname or "" for url in session.scalars(query)] if not allowed else []
    count = sum(map(is_named_private, hosts))
    if count and count == len(hosts):
        raise Misuse(f"{_lie(count)}, so that nothing could be visited", mend)
    if count:
        click.echo(f"losi: {_lie(count)} and will not be visited; {mend}", err=True)


def nothing_but_private(database: Database, name: str, chosen: Choice) -> bool:
    """Tell how many of a cycle's chosen portals were not visited since they lie in private networks; True if all."""
    from sqlalchemy import func, select

    from storage.models import CyclePortal, Run
    from storage.repository import get_cycle

    with database.reader() as session:
        cycle_id = get_cycle(session, name).id
        among = CyclePortal.cycle_id == cycle_id, CyclePortal.portal_id.in_(chosen.query())
        planned = session.scalar(select(func.count()).select_from(CyclePortal).where(*among)) or 0
        visited = select(func.count()).select_from(CyclePortal).join(Run, Run.id == CyclePortal.counted_id)
        count = session.scalar(visited.where(*among, Run.cause == "private_address")) or 0
    if count:
        click.echo(f"losi: {_lie(count)} and could not be visited; {_AGAIN}", err=True)
    return 0 < count == planned


def _lie(count: int) -> str:
    from survey.counts import count_of

    return count_of(count, "portal lies in a private network", "portals lie in private networks")
