"""Portals of a cycle that answer a questionnaire which is not known here: whoever has its extension visits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.errors import StorageError
from storage.repository import open_editions
from survey.counts import count_of
from survey.questionnaire import editions

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

MEND = "bring the folder extension of the machine on which it was written, see docs/extensions.md"


def strangers(session: Session, cycle_id: int, *, chosen: Select[Any] | None = None) -> dict[str, int]:
    """Editions that are not known here, and how many portals are still to be visited for each."""
    known = editions()
    found = open_editions(session, cycle_id, chosen=chosen)
    return {edition: count for edition, count in found.items() if edition not in known}


def refuse_strangers(session: Session, cycle_id: int, name: str, chosen: Select[Any]) -> None:
    """Raises `StorageError` where one of the chosen portals could not be visited."""
    found = strangers(session, cycle_id, chosen=chosen)
    if found:
        answer = [f"{edition!r}, of {count_of(count, 'portal')}" for edition, count in found.items()]
        raise StorageError(f"the cycle {name!r} asks for editions that are not known here ({'; '.join(answer)})", MEND)
