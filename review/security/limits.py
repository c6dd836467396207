"""Limits on how often a thing may be tried, counted in the database and so over all processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from review.errors import TooMany
from review.wording import N_
from storage.models import Attempt

_KEPT = timedelta(days=2)
"""How long a try is kept at least: longer than any limit looks back."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` in `window` seconds for each `what` (an account, an address)."""

    what: str
    tries: int
    window: int

    def claim(self, session: Session, now: datetime) -> None:
        """As `check`, for who is about to `count` or `clear`: others wait until the transaction ends, so that of tries
        at the same moment none goes uncounted. SQLite lets one write at a time anyway."""
        if session.get_bind().dialect.name == "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(self._key, 0))))
        self.check(session, now)

    def check(self, session: Session, now: datetime) -> None:
        """Raises `TooMany` when the tries are used up."""
        since = now - timedelta(seconds=self.window)
        query = select(func.count(), func.min(Attempt.at)).where(Attempt.key == self._key, Attempt.at > since)
        count, first = session.execute(query).one()
        if count >= self.tries:
            raise TooMany(N_("too many attempts"), max(1, ceil((first - since).total_seconds())))

    def count(self, session: Session, now: datetime) -> None:
        """Notes one try, and forgets those of whomever that no longer count."""
        kept = max(_KEPT, timedelta(seconds=self.window))
        session.execute(delete(Attempt).where(Attempt.at < now - kept))
        session.add(Attempt(key=self._key, at=now))

    def clear(self, session: Session) -> None:
        """Forgets the tries: it succeeded."""
        session.execute(delete(Attempt).where(Attempt.key == self._key))

    @property
    def _key(self) -> str:
        return sha256(self.what.encode("utf-8", "replace")).hexdigest()
