"""A stored run as a WACZ: which pages it lists, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storage.archive.wacz import WaczAbout, WaczPage, write_wacz
from storage.errors import ArchiveError
from storage.repository import captures
from storage.repository.runs import refuse_pruned
from survey.counts import count_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from storage.models import Run


def wacz_name(run: Run) -> str:
    """A file name that tells portal and run."""
    host = "".join(c if c.isalnum() or c in ".-" else "-" for c in urlsplit(run.portal.url).netloc)[:80]
    return f"{host or 'portal'}-run-{run.id}.wacz"


def export_wacz(session: Session, run: Run, data: Path, target: Path) -> None:
    """Packs the run's archive into `target`; `data` is the folder that holds it. The same run gives the same bytes.

    Raises `ArchiveError` if the archive is gone, `StorageError` if the file cannot be written.
    """
    folder = data / run.archive if run.archive else None
    if folder is not None:
        refuse_pruned(run, folder)
    if folder is None or not folder.is_dir():
        raise ArchiveError(f"the archive of run {run.id} is not in {data}", "check the portal again")
    name = run.portal.name or run.portal.url
    about = WaczAbout(
        title=f"{name}, {run.started:%Y-%m-%d}",
        created=run.finished or run.started,
        software=run.software or "losi-scout",
        description=f"Run {run.id} of LOSI Scout over {run.portal.url} ({run.edition}): {count_of(run.pages, 'page')}.",
        main=next(_pages(session, run), None),
    )
    write_wacz(target, folder, _pages(session, run), about)


def _pages(session: Session, run: Run) -> Iterator[WaczPage]:
    """The pages that detectors read, in the order of the crawl."""
    read = set(run.certificate.get("read", ()))
    for row in captures(session, run.id):
        if row.seq in read and row.status == 200:
            yield WaczPage(row.url, row.fetched_at, row.title or "")
