"""Takes up a visit that was broken off: which answers it has, what it had measured, and what must be concluded anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from crawler.cycle.earlier import Earlier
from crawler.cycle.kept import Kept
from detectors.facts import TransportFacts
from storage.repository import captures, forget_conclusions, get_run

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from storage.database import Database
    from storage.models import Run


def broken_off(database: Database, run_id: int, folder: Path) -> tuple[Kept, TransportFacts]:
    """The answers that a run without an outcome has in its archive `folder`, and the transport if it was measured.

    What it observed is forgotten, since every page is read again. Raises `StorageError` for an unknown run.
    """

    def forget(session: Session) -> tuple[dict[str, Any], dict[tuple[str, int], int]]:
        run = get_run(session, run_id)
        forget_conclusions(session, run_id)
        rows = {(row.file, row.offset): row.seq for row in captures(session, run_id) if row.kind != "embedded"}
        return run.certificate.get("transport", {}), rows

    facts, rows = database.write(forget)
    transport = TypeAdapter(TransportFacts).validate_python(facts) if facts else TransportFacts()
    return Kept(folder, rows), transport


def keep_transport(database: Database, run_id: int, facts: TransportFacts) -> None:
    """Writes down what the transport's probe measured while the visit still goes on."""
    if facts == TransportFacts():
        return

    def keep(session: Session) -> None:
        get_run(session, run_id).certificate = {"transport": asdict(facts)}

    database.write(keep)


def earlier_pages(database: Database, run: Run, data_dir: Path) -> Earlier | None:
    """What a finished run holds of a portal's pages; None if its archive is gone."""
    folder = data_dir / (run.archive or "")
    if run.archive is None or not folder.is_dir():
        return None

    def found(session: Session) -> dict[str, tuple[str, int]]:
        return {
            row.url: (row.file, row.offset)
            for row in captures(session, run.id)
            if row.status == 200 and row.kind in ("response", "document", "sitemap") and not row.truncated
        }

    return Earlier(folder, database.read(found))
