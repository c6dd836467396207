"""One portal of a cycle: whether it may be visited now, and whether its broken visit can be gone on with here."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.archive.luggage import run_name
from storage.errors import ArchiveError
from storage.models import Portal
from storage.repository import Due, due_portals
from storage.repository.schedules import archived_ends, drop_visit

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from storage.archive.place import ArchivePlace
    from storage.database import Database

logger = logging.getLogger(__name__)


def due_portal(session: Session, cycle_id: int, portal_id: int) -> Due | None:
    """The portal, if it may be visited now."""
    chosen = select(Portal.id).where(Portal.id == portal_id)
    return next(iter(due_portals(session, cycle_id, datetime.now(UTC), limit=1, chosen=chosen)), None)


def archive_name(run_id: int) -> str:
    """The run's archive folder, relative to the data folder."""
    return run_name(run_id)


def with_archive(due: Due, database: Database, cycle_id: int, data_dir: Path, place: ArchivePlace | None) -> Due:
    """The portal, with its broken visit if that visit's archive is here, or can be fetched from the place.

    Where it is lost with the machine that had it, or lies there with no row of it stored yet, the portal is visited
    anew, as another run: two archives of one number would be taken for each other. The rows of a visit that was broken
    off are taken away; one that had concluded, and whose archive never left its machine, stays as one of the portal's
    visits that does not count unless the new one is worse.
    """
    if due.run_id is None:
        return due
    run_id = due.run_id
    needed = database.read(lambda session: archived_ends(session, run_id))
    name = archive_name(run_id)
    if not _holds(data_dir / name, needed) and place is not None:
        with suppress(ArchiveError):
            place.fetch(name, data_dir)
    if _holds(data_dir / name, needed):
        return due
    logger.warning("the archive of run %s is not here, nor in a common place; %s is visited anew", run_id, due.url)
    database.write(lambda session: drop_visit(session, cycle_id, due.portal_id, run_id))
    return replace(due, run_id=None, state="pending")


def _holds(folder: Path, needed: dict[str, int]) -> bool:
    return folder.is_dir() and all(_size(folder / file) >= end for file, end in needed.items())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
