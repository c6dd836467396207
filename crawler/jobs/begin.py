"""Schedules begin: from then on what is due of their cycle is handed out, or crawled here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cycle.plan import choice
from crawler.jobs.cron import is_due
from storage.repository.schedules import reopen_portals, schedules

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from storage.database import Database
    from storage.models import Schedule


def begin_due(database: Database, now: datetime) -> list[int]:
    """Begins the schedules of which a moment has come since they last began; their numbers."""
    begun = []
    with database.session() as session:
        for schedule in schedules(session):
            since = schedule.fired or schedule.created
            cycle = schedule.cycle
            if schedule.cron and is_due(schedule.cron, since, now, cycle.closes, schedule.months):
                begin(session, schedule, now)
                begun.append(schedule.id)
    return begun


def begin(session: Session, schedule: Schedule, now: datetime) -> None:
    """Has what is due of the schedule's cycle handed out from now on; with `again`, all of it is due."""
    schedule.fired = now
    if schedule.again:
        reopen_portals(session, schedule.cycle_id, choice(schedule.portals).query())
