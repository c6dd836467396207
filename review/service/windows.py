"""Two windows of one person: an answer that another window gave meanwhile is not overwritten unseen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Review, Task


@dataclass(frozen=True, slots=True)
class Window:
    """What a window knows of its person's answers to a card: `answered` is the row of the chain that was the newest of
    them when the card was shown (0: there was none; None: it does not say), `sent` the keys under which that window
    has sent something since."""

    answered: int | None = None
    sent: tuple[str, ...] = ()


def newest_of(session: Session, task: Task) -> Review | None:
    """The last thing that the task's assessor said of its card, a taking back included."""
    said = (Review.card_id == task.card_id, Review.account_id == task.account_id, Review.act.in_(("decision", "undo")))
    return session.scalar(select(Review).where(*said).order_by(Review.id.desc()).limit(1))


def said_elsewhere(session: Session, task: Task, window: Window | None) -> Review | None:
    """What its assessor said of a card in another window since this one showed it; None if nothing."""
    if window is None:
        return None
    last = newest_of(session, task)
    if last is None or last.number == window.answered:
        return None
    own = {name for key in window.sent for name in (key, f"{key}:{task.id}")}
    return None if last.key in own else last
