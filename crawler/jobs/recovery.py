"""Takes over the portals of workers that died: their jobs wait again, and their portals are watched."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from procrastinate.jobs import Status

from crawler.jobs.desk import ALONE_FROM
from crawler.jobs.queue import VISIT
from storage.repository.schedules import deaths

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

    from crawler.jobs.desk import Desk

logger = logging.getLogger(__name__)


async def recover(app: App, desk: Desk, silent: float) -> int:
    """Queues again what workers had in hand that gave no sign of life for `silent` seconds; the number of jobs.

    A portal whose lock is held is left alone: its worker lives after all. Raises `StorageError`.
    """
    taken = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent):
        if job.task_name != VISIT:
            taken += await _again(app, job)
            continue
        portal_id = int(str(job.task_kwargs["portal_id"]))
        if not await desk.locks.take(portal_id):
            continue
        try:
            if await _still_stalled(app, job):
                await asyncio.to_thread(_suspect, desk, job)
                taken += await _again(app, job)
                desk.metrics.taken_over.inc()
                logger.warning("took portal %s over from a worker that died", portal_id, extra={"portal": portal_id})
        finally:
            await desk.locks.give_back(portal_id)
    return taken


async def forsaken(app: App, desk: Desk, seen: set[int]) -> set[int]:
    """The jobs that are in hand though nobody holds their portal: their worker was given them in the moment in which
    the database went away, and never heard of it. Those `seen` a while ago too are queued again."""
    found = set()
    for job in await app.job_manager.list_jobs_async(task=VISIT, status=Status.DOING.value):
        assert job.id is not None
        portal_id = int(str(job.task_kwargs["portal_id"]))
        if not await desk.locks.take(portal_id):
            continue
        try:
            if job.id not in seen:
                found.add(job.id)
            elif await _still_stalled(app, job):
                await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        finally:
            await desk.locks.give_back(portal_id)
    return found


async def _still_stalled(app: App, job: Job) -> bool:
    """Whether no other worker has taken it over meanwhile; asked while the portal's lock is held."""
    assert job.id is not None
    found = list(await app.job_manager.list_jobs_async(id=job.id))
    return bool(found) and found[0].status == Status.DOING.value and found[0].worker_id == job.worker_id


async def _again(app: App, job: Job) -> int:
    if job.task_name != VISIT and not await _still_stalled(app, job):
        return 0
    await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
    return 1


def _suspect(desk: Desk, job: Job) -> None:
    """Notes the death of a worker, until the portal is visited in a process of its own; from then on only that one's
    death counts: a worker may die of other portals, or of the power."""
    cycle_id, portal_id = (int(str(job.task_kwargs[key])) for key in ("cycle_id", "portal_id"))
    with desk.database.reader() as session:
        known = deaths(session, cycle_id, portal_id)
    if known < ALONE_FROM:
        desk.blame(cycle_id, portal_id)
