"""Which archives of old cycles may go: those that no answer of a person, no visit that stands and no other archive
rests on."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, or_, select

from storage.archive.luggage import run_name
from storage.archive.originals import repeated_files
from storage.archive.recovery import is_being_written
from storage.errors import ArchiveError, StorageError, explain_os
from storage.models import Answer, Card, Cycle, CyclePortal, Portal, Review, Run, Sheet
from storage.repository import get_cycle, get_run
from storage.repository.counted import best, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from storage.database import Database

Why = Literal["", "answers", "stands", "under_way", "repeated", "elsewhere"]
"""Why an archive stays: a person's answer rests on it; it is of the visit that stands for its portal; a visit to the
portal is under way; an archive that stays repeats pages of it; or might, and is on another machine, or damaged."""

_RUN = re.compile(r"^run-(\d{6,})-\d{5}\.warc\.gz$")


@dataclass(frozen=True, slots=True)
class Held:
    """The archive of a visit in the data folder: its bytes, and why it stays (empty: it may go)."""

    run_id: int
    url: str
    bytes: int
    why: Why


@dataclass(frozen=True, slots=True)
class _Visit:
    """A visit whose archive may repeat those of earlier ones, as its row tells. One that is `open` has not ended; where
    it is of no cycle (`alone`), nobody goes on with it once its process is gone."""

    run_id: int
    open: bool
    alone: bool
    archived: bool
    pruned: bool


def weigh(database: Database, data_dir: Path, names: Sequence[str]) -> list[Held]:
    """The archives of these cycles that are here, each with why it stays.

    Raises `StorageError` for an unknown cycle, and for the newest that has results.
    """
    with database.reader() as session:
        cycles = [get_cycle(session, name) for name in names]
        _refuse_newest(session, cycles)
        chosen = Run.cycle_id.in_([cycle.id for cycle in cycles])
        query = select(Run.id, Run.portal_id, Portal.url).join(Portal, Portal.id == Run.portal_id)
        ended = (Run.kind == "live", Run.outcome.is_not(None))
        rows = session.execute(query.where(chosen, *ended).order_by(Run.id)).all()
        here = [(number, portal, url) for number, portal, url in rows if folder_of(data_dir, number).is_dir()]
        why: dict[int, Why] = dict.fromkeys((number for number, _, _ in here), "")
        _mark(why, _standing(session), "stands")
        _mark(why, _answered(session), "answers")
        portals: dict[int, list[int]] = defaultdict(list)
        for number, portal, _ in here:
            portals[portal].append(number)
        others = {portal: _later(session, portal, min(numbers)) for portal, numbers in portals.items()}
    for portal, numbers in portals.items():
        _weigh_portal(data_dir, others[portal], numbers, why)
    return [Held(number, url, _size(folder_of(data_dir, number)), why[number]) for number, _, url in here]


def prune(database: Database, data_dir: Path, run_id: int) -> bool:
    """Deletes the archive of a run and notes in its certificate when. Rows, findings, answers and pictures stay.

    False, and nothing is deleted, where a person's answer has come to rest on it since it was weighed: many archives
    take hours to read.
    """

    def note(session: Session) -> bool:
        if _answered(session, run_id):
            return False
        run = get_run(session, run_id)
        run.certificate = {**run.certificate, "pruned": datetime.now(UTC).isoformat(timespec="seconds")}
        return True

    if not database.write(note):
        return False
    folder = folder_of(data_dir, run_id)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise explain_os(error, f"delete {folder}") from error
    return True


def folder_of(data_dir: Path, run_id: int) -> Path:
    """Where the archive of a run lies."""
    return data_dir / run_name(run_id)


def _refuse_newest(session: Session, cycles: Iterable[Cycle]) -> None:
    newest = session.scalar(select(func.max(CyclePortal.cycle_id)).where(CyclePortal.counted_id.is_not(None)))
    if newest is None:
        raise StorageError("no cycle has results yet", "there is nothing to delete that could be spared")
    for cycle in cycles:
        if cycle.id >= newest:
            raise StorageError(f"{cycle.name!r} is the newest cycle with results", "its archives are still needed")


def _standing(session: Session) -> set[int]:
    """The runs that stand for their portals, and those that the next visit is compared with."""
    counted = select(CyclePortal.counted_id).where(CyclePortal.counted_id.is_not(None))
    read = (Run.kind == "live", Run.outcome.in_(("ok", "partial")), Run.pages > 0)
    counting = best(*read, or_(Run.cycle_id.is_(None), Run.id.in_(counted)))
    return {number for query in (standing(), best(*read), counting) for _, number in session.execute(query)}


def _answered(session: Session, run_id: int | None = None) -> set[int]:
    """The runs (or of them `run_id` alone) on which a decision of a person rests: as suggestion, as the sheet's newest,
    or as what took it."""
    decided = select(Review.card_id).where(Review.card_id.is_not(None))
    queries = {
        Answer.run_id: select(Answer.run_id).join(Review, Review.answer_id == Answer.id),
        Card.run_id: select(Card.run_id).where(Card.id.in_(decided)),
        Sheet.run_id: select(Sheet.run_id).join(Card, Card.sheet_id == Sheet.id).where(Card.id.in_(decided)),
    }
    asked = [query if run_id is None else query.where(run == run_id) for run, query in queries.items()]
    return {number for query in asked for number in session.scalars(query.distinct())}


def _mark(why: dict[int, Why], numbers: Iterable[int], reason: Why) -> None:
    for number in numbers:
        if why.get(number) == "":
            why[number] = reason


def _later(session: Session, portal: int, first: int) -> list[_Visit]:
    """The visits to a portal from run `first` on. Runs that fetched a page for a person are left out: they repeat
    nothing."""
    query = select(Run.id, Run.outcome, Run.cycle_id, Run.archive, Run.certificate)
    rows = session.execute(query.where(Run.portal_id == portal, Run.id >= first, Run.kind != "proof"))
    return [
        _Visit(number, outcome is None, cycle is None, bool(archive), "pruned" in certificate)
        for number, outcome, cycle, archive, certificate in rows
    ]


def _weigh_portal(data_dir: Path, others: list[_Visit], numbers: list[int], why: dict[int, Why]) -> None:
    """Keeps what other archives of the portal repeat, as far as these stay themselves. Reads archives, for hours where
    there are many: no transaction is open meanwhile."""
    if any(visit.open and not _is_dead(visit, data_dir) for visit in others):
        _mark(why, numbers, "under_way")
        return
    kept = [visit for visit in others if why.get(visit.run_id) != ""]
    while kept:
        visit = kept.pop()
        before = [number for number in numbers if number < visit.run_id and why[number] == ""]
        held, reason = _repeated_by(visit, data_dir, before)
        _mark(why, held, reason)
        kept += [other for other in others if other.run_id in held]


def _is_dead(visit: _Visit, data_dir: Path) -> bool:
    """Whether an open visit ended without a word: by `kill -9`, or with its machine."""
    folder = folder_of(data_dir, visit.run_id)
    return visit.alone and folder.is_dir() and not is_being_written(folder)


def _repeated_by(visit: _Visit, data_dir: Path, before: list[int]) -> tuple[set[int], Why]:
    """Which of earlier runs one needs."""
    folder = folder_of(data_dir, visit.run_id)
    if not before or (visit.pruned and not folder.is_dir()):
        return set(), "repeated"
    try:
        found = repeated_files(folder)
    except ArchiveError:
        return set(before) if visit.archived else set(), "elsewhere"
    numbers = {int(match[1]) for name in found if (match := _RUN.match(name))}
    return numbers & set(before), "repeated"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
