"""What a person is told of the run that stands for a portal, where it is not simply the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.counts import count_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.models import Run

_MUCH_LESS = 2
"""So many times the pages of a run are much more than it read."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, and its number; as text "partial (interrupted)"."""

    run: int
    outcome: str
    cause: str

    def __str__(self) -> str:
        return (f"{self.outcome} ({self.cause})" if self.cause else self.outcome).replace("_", " ")


def ending(run: Run) -> Ending:
    """How a run ended."""
    return Ending(run.id, run.outcome or "", run.cause or "")


def told_after_check(session: Session, run_id: int) -> str:
    """Which run stands after a check, if that is worth a word: an earlier one still, or this one for a richer one."""
    from storage.repository import get_run, latest_run
    from storage.repository.counted import read_to_end

    run = get_run(session, run_id)
    stands, before = latest_run(session, run.portal_id), latest_run(session, run.portal_id, before=run_id)
    if stands is not None and stands.id < run_id:
        return (
            f"{_named(stands)} still stands for this portal, since it read more of it; --run {run_id} chooses this one"
        )
    if before is not None and read_to_end(before) and _much_less(before, run):
        return f"this run takes the place of {_named(before)}, which saw more; --run {before.id} chooses that one"
    return ""


def told_of_choice(session: Session, run: Run) -> str:
    """That a portal was visited again after the run that stands for it; empty if it was not."""
    from storage.repository import passed_over

    later = passed_over(session, run)
    if later is None:
        return ""
    return f"{_named(run)} stands for this portal; run {later.id} since ended {ending(later)}: --run {later.id}"


def _named(run: Run) -> str:
    browser = ", with a browser" if _shown(run) else ""
    return f"run {run.id} of {run.started.date().isoformat()} ({ending(run)}, {count_of(run.pages, 'page')}{browser})"


def _much_less(before: Run, run: Run) -> bool:
    return (_shown(before) and not _shown(run)) or before.pages > _MUCH_LESS * run.pages


def _shown(run: Run) -> bool:
    """Whether a browser showed pages of the run."""
    return bool(run.certificate.get("browser", {}).get("pages"))
