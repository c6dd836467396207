"""The detectors once more over all archives of a cycle, in many processes; a broken pass is gone on with."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import cache, partial
from hashlib import sha1
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.cycle.exclusive import locked
from crawler.garbage import settle
from crawler.readers import end_with_parent
from crawler.rerun import Change, rerun, unread
from detectors.inspector import Inspector
from detectors.lexicon_set import lexicon_prints
from storage.database import Database
from storage.errors import StorageError
from storage.models import CyclePortal
from storage.repository import get_cycle
from survey.questionnaire import UnknownEditionError

if TYPE_CHECKING:
    from crawler.cycle.plan import Choice

_AHEAD = 4
"""Runs handed out per process before results are taken."""


@dataclass(frozen=True, slots=True)
class Redetected:
    """What the detectors find now in one run of a cycle; `problem` says why its archive could not be read, or not all
    of it, or why nothing was stored: then no changes are told, which would be those of the loss."""

    run_id: int
    pages: int
    missing: int
    findings: int
    changes: tuple[Change, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass over a cycle is to do. `processes` 0 means as many as there are processors."""

    cycle: str
    chosen: Choice
    detectors: tuple[str, ...] = ()
    store: bool = False
    processes: int = 0


def redetect(database: Database, data_dir: Path, job: Pass) -> Generator[Redetected, None, None]:
    """One result for every visit that counts, as they come; those of a pass that was broken off come first. What could
    not be read then is tried anew.

    Raises `StorageError` for an unknown cycle, while the same pass is under way elsewhere, and where a process dies,
    LookupError for an unknown detector.
    """
    inspector = Inspector.default(job.detectors or None)
    with database.reader() as session:
        cycle_id = get_cycle(session, job.cycle).id
        counted = CyclePortal.counted_id
        query = select(counted).where(
            CyclePortal.cycle_id == cycle_id, counted.is_not(None), CyclePortal.portal_id.in_(job.chosen.query())
        )
        runs = [run for run in session.scalars(query.order_by(counted)) if run is not None]
    path = data_dir / "reruns" / f"cycle-{cycle_id}-{_print(inspector, job)}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    refusal = StorageError(f"the same pass over the cycle {job.cycle!r} is under way", "wait until it has ended")
    with locked(path.with_suffix(".lock"), refusal):
        yield from _gone_on(Ledger(path), database, data_dir, job, runs)


def _gone_on(
    ledger: Ledger, database: Database, data_dir: Path, job: Pass, runs: Sequence[int]
) -> Iterator[Redetected]:
    wanted = set(runs)
    done = {result.run_id: result for result in ledger.read() if result.run_id in wanted and not result.problem}
    yield from done.values()
    for result in _in_processes(database, data_dir, job, [run for run in runs if run not in done]):
        ledger.add(result)
        yield result
    ledger.finish()


class Ledger:
    """The results of a pass, a line each, until it is finished. A line torn by a crash does not count."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Iterator[Redetected]:
        """The results so far."""
        if not self._path.exists():
            return
        whole = self._path.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        self._path.write_bytes(whole)
        for line in whole.splitlines():
            values = json.loads(line)
            yield Redetected(**{**values, "changes": tuple(Change(**change) for change in values["changes"])})

    def add(self, result: Redetected) -> None:
        """Writes a result down."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(json.dumps(asdict(result)).encode() + b"\n")

    def finish(self) -> None:
        """The pass is through: the next one begins anew."""
        self._path.unlink(missing_ok=True)


def _print(inspector: Inspector, job: Pass) -> str:
    """Stands for the detectors, the lexicons and what is done: another pass does not go on with this one."""
    words = lexicon_prints(sorted(inspector.lexicons.languages))
    made = sorted((detector.name, detector.version) for detector in inspector.detectors.all)
    return sha1(repr((made, words, job.store, job.detectors)).encode(), usedforsecurity=False).hexdigest()[:12]


def _in_processes(database: Database, data_dir: Path, job: Pass, runs: Sequence[int]) -> Iterator[Redetected]:
    processes = min(job.processes or os.cpu_count() or 1, max(1, len(runs)))
    one = partial(_one, database.url.render_as_string(hide_password=False), data_dir, job.detectors, job.store)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin)
    try:
        waiting: set[Future[Redetected]] = set()
        for run in runs:
            waiting.add(pool.submit(one, run))
            while len(waiting) >= processes * _AHEAD:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    except BrokenProcessPool as error:
        mend = "the same command goes on where it was; --processes 1 takes the least"
        raise StorageError("a process that read archives died, perhaps for want of memory", mend) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Loads the detectors. Ctrl-C is left to the process that hands out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _inspector()
    settle()


@cache
def _inspector() -> Inspector:
    return Inspector.default()


@cache
def _database(where: str) -> Database:
    return Database(where)


def _one(where: str, data_dir: Path, detectors: tuple[str, ...], store: bool, run_id: int) -> Redetected:
    database, inspector = _database(where), Inspector(_inspector().detectors, _inspector().lexicons)
    try:
        found = rerun(database, run_id, inspector, detectors or None, data_dir=data_dir, store=store, located=False)
    except (StorageError, UnknownEditionError) as error:
        return Redetected(run_id, 0, 0, 0, (), str(error))
    if found.missing:
        problem = unread(found.missing, store)
        return Redetected(run_id, found.pages, found.missing, len(found.findings), (), problem)
    return Redetected(run_id, found.pages, found.missing, len(found.findings), found.changes)
