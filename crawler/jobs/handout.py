"""Hands out what is due: schedules that come due begin, and the portals of cycles that have begun become jobs."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from sqlalchemy import text

from crawler.cycle.plan import choice
from crawler.jobs.begin import begin_due
from crawler.jobs.cron import within
from crawler.jobs.queue import SCHEMA, VISIT, queued_locks
from storage.repository import due_portals
from storage.repository.schedules import schedules
from survey.questionnaire import editions, ships

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from procrastinate import App

    from storage.database import Database

QUEUE = "portals"
AHEAD = 2000
"""Jobs that wait in a queue at most; the next ones are handed out a minute later."""
_CHUNK = 500
_OF_ONE_HOST = 60
"""Of these, jobs for one host at most: it is visited by one at a time, and others are not to wait behind it."""
_LOOKED_AT = 10_000
"""Portals that are due and are looked at in one go, for those whose hosts have few jobs."""
_QUEUED = f"""portals.id NOT IN (
    SELECT (args->>'portal_id')::int FROM {SCHEMA}.procrastinate_jobs
    WHERE task_name = '{VISIT}' AND status IN ('todo', 'doing') AND (args->>'cycle_id')::int = :cycle_id)"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A portal that is due and not in the queue."""

    cycle_id: int
    portal_id: int
    host: str
    edition: str

    @property
    def queue(self) -> str:
        """The queue that it waits in."""
        return queue_of(self.edition)

    @property
    def lock(self) -> str:
        """What is visited by one worker at a time: the host. Portals of a questionnaire that not all workers know hold
        no others up."""
        return self.host if self.queue == QUEUE else f"{self.host} {self.edition}"

    def job(self) -> Job:
        """The job that visits it: one that waits for a portal."""
        return Job(
            queue=self.queue,
            lock=self.lock,
            queueing_lock=f"{self.cycle_id}:{self.portal_id}",
            task_name=VISIT,
            task_kwargs={"cycle_id": self.cycle_id, "portal_id": self.portal_id},
        )


def queue_of(edition: str) -> str:
    """The queue of the portals that answer an edition: one for all that ship with the product, else one for each, which
    a worker takes from where it has the extension."""
    return QUEUE if ships(edition) else f"{QUEUE}.{blake2b(edition.encode(), digest_size=8).hexdigest()}"


def own_queues() -> list[str]:
    """The queues of the editions that this process knows."""
    return sorted({QUEUE, *map(queue_of, editions())})


async def hand_out(app: App, database: Database, now: datetime) -> int:
    """Begins the schedules that are due and queues what is due of begun cycles; the number of jobs queued.

    Called by one worker a minute, and by whoever begins a schedule by hand.
    """
    await asyncio.to_thread(begin_due, database, now)
    wanted = await asyncio.to_thread(wanted_now, database, now)
    queued = 0
    for start in range(0, len(wanted), _CHUNK):
        jobs = [one.job() for one in wanted[start : start + _CHUNK]]
        try:
            queued += len(await app.job_manager.batch_defer_jobs_async(jobs))
        except AlreadyEnqueued:
            return queued
    return queued


def wanted_now(database: Database, now: datetime) -> list[Wanted]:
    """What is due of all cycles that have begun and are not paused, as far as its queue has room for it and its
    host."""
    hosts = queued_locks(database)
    waiting: Counter[str] = Counter()
    for (queue, _), jobs in hosts.items():
        waiting[queue] += jobs
    found: dict[Wanted, None] = {}
    for wanted in _in_turn(_due_now(database, now)):
        queue, place = wanted.queue, (wanted.queue, wanted.lock)
        if wanted not in found and hosts[place] < _OF_ONE_HOST and waiting[queue] < AHEAD:
            found[wanted] = None
            hosts[place] += 1
            waiting[queue] += 1
    return list(found)


def _due_now(database: Database, now: datetime) -> Collection[list[Wanted]]:
    """What is due and not in the queue, cycle by cycle."""
    cycles: defaultdict[int, list[Wanted]] = defaultdict(list)
    with database.reader() as session:
        for schedule in schedules(session):
            cycle = schedule.cycle
            if schedule.fired is None or cycle.paused or not within(now, cycle.closes, None):
                continue
            chosen = choice(schedule.portals).query().where(text(_QUEUED).bindparams(cycle_id=cycle.id))
            due = due_portals(session, cycle.id, now, limit=_LOOKED_AT, chosen=chosen)
            cycles[cycle.id] += [Wanted(cycle.id, one.portal_id, _host(one.url), one.edition) for one in due]
    return cycles.values()


def _in_turn(cycles: Collection[list[Wanted]]) -> Iterator[Wanted]:
    """One of each cycle after the other, so that a small one does not wait until a large one is done."""
    return (wanted for row in zip_longest(*cycles) for wanted in row if wanted is not None)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()
