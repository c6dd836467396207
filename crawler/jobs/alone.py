"""A visit in a process of its own: what dies there takes nothing else with it."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from crawler.cycle.plan import settings_of
from crawler.cycle.visits import Shared, visit
from crawler.jobs.due import due_portal
from crawler.logs import bind, set_up_logging
from crawler.turns import SharedPacer
from detectors.inspector import Inspector
from storage.database import Database
from storage.errors import AwayError, TakenOverError, UnwritableError
from storage.models import Cycle

logger = logging.getLogger(__name__)
ENDED, STOPPED, UNWRITABLE = 0, 3, 4
_OUT_OF_MEMORY_FIRST = "700"


@dataclass(frozen=True, slots=True)
class Errand:
    """What the process is to visit; `database` is the URL with its password, so it goes through a pipe. `elsewhere` are
    the numbers of runs whose archives are in the common place."""

    database: str
    data_dir: str
    cycle_id: int
    portal_id: int
    form: str
    db_wait: float = 0.0
    elsewhere: tuple[int, ...] = ()


async def visit_alone(errand: Errand, stop: asyncio.Event, limit: float) -> int | None:
    """Visits a portal in a process of its own; how that ended (`ENDED`, `STOPPED`, or `UNWRITABLE` where a disk is full
    or may not be written), None if the process died.

    A visit that has concluded is left for the caller to count. A process that is still there after `limit` seconds is
    killed.
    """
    command = (sys.executable, "-m", "crawler.jobs.alone")
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(errand)).encode() + b"\n")
    stopping = asyncio.ensure_future(stop.wait())
    ending = asyncio.ensure_future(process.wait())
    try:
        await process.stdin.drain()
        await asyncio.wait([stopping, ending], timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not ending.done():
            process.terminate()
            await asyncio.wait([ending], timeout=60)
        if not ending.done():
            process.kill()
        code = await ending
    finally:
        stopping.cancel()
        if process.returncode is None:
            process.kill()
    return code if code in (ENDED, STOPPED, UNWRITABLE) else None


def main() -> int:
    """Reads the errand from stdin and visits; the end of stdin is the worker's death, and stops the visit."""
    errand = Errand(**json.loads(sys.stdin.readline()))
    set_up_logging("json" if errand.form == "json" else "plain")
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OUT_OF_MEMORY_FIRST)
    try:
        with Database(errand.database) as database:
            return asyncio.run(_visit(errand, database))
    except UnwritableError as error:
        logger.error("%s", error)
        return UNWRITABLE
    except (AwayError, TakenOverError) as error:
        logger.warning("%s", error)
        return STOPPED


async def _visit(errand: Errand, database: Database) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(sys.stdin.fileno(), stop.set)
    bind(cycle=errand.cycle_id, portal=errand.portal_id)
    with database.reader() as session:
        cycle = session.get_one(Cycle, errand.cycle_id)
        settings = settings_of(cycle)
        due = due_portal(session, errand.cycle_id, errand.portal_id)
    if due is None:
        return ENDED
    data = Path(errand.data_dir)
    database.outage.allow(errand.db_wait)
    shared = Shared(database, data, errand.cycle_id, settings, Inspector.default(), stop)
    shared.counts, shared.elsewhere = False, frozenset(errand.elsewhere)
    if settings.crawl.browser:
        from crawler.browser.engine import Engine

        shared.engine = Engine(pages=settings.crawl.browser_pages, recycle=settings.crawl.browser_recycle)
    try:
        with SharedPacer.open(database, data) as shared.pacer:
            return ENDED if await visit(due, shared) else STOPPED
    finally:
        if shared.engine is not None:
            await shared.engine.close()


if __name__ == "__main__":
    sys.exit(main())
