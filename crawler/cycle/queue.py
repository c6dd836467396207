"""The portals that are due, handed out so that no host is visited twice at the same time."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storage.repository import due_portals

if TYPE_CHECKING:
    from crawler.cycle.hosts import HostLocks
    from crawler.cycle.plan import Choice
    from storage.database import Database
    from storage.repository import Due

_HELD = 10_000
"""So many portals at most wait in memory (3 MB) for a host that another portal shares; behind more, others wait too."""


class DueQueue:
    """Reads the plan a few hundred portals at a time. Portals of one host take turns, also with other crawls of this
    machine; one is taken out once."""

    def __init__(self, database: Database, cycle_id: int, chosen: Choice, locks: HostLocks) -> None:
        self._database = database
        self._cycle_id = cycle_id
        self._chosen = chosen
        self._locks = locks
        self._ready: deque[Due] = deque()
        self._hosts: dict[str, int] = {}
        self._spent: set[int] = set()

    def take(self) -> Due | None:
        """The next portal to visit; None if none is due whose host is free."""
        for _ in range(len(self._ready)):
            due = self._ready.popleft()
            if _host(due) not in self._hosts and self._locks.take(_host(due)):
                return self._taken(due)
            self._ready.append(due)
        if len(self._ready) < _HELD and self._refill():
            return self.take()
        return None

    @property
    def held_up(self) -> bool:
        """Whether portals are due whose hosts are being visited, here or by another crawl."""
        return bool(self._ready)

    @property
    def spent(self) -> frozenset[int]:
        """Portals that are not handed out any more."""
        return frozenset(self._spent)

    def give_back(self, due: Due, *, again: bool = True) -> None:
        """Frees the portal's host; unless `again`, the portal is not handed out any more by this queue."""
        if self._hosts.pop(_host(due), None) is not None:
            self._locks.give_back(_host(due))
        if not again:
            self._spent.add(due.portal_id)

    def _taken(self, due: Due) -> Due:
        self._hosts[_host(due)] = due.portal_id
        return due

    def _refill(self) -> bool:
        without = {*self._spent, *self._hosts.values(), *(due.portal_id for due in self._ready)}
        now, chosen = datetime.now(UTC), self._chosen.query()
        found = self._database.read(
            lambda session: due_portals(session, self._cycle_id, now, chosen=chosen, without=sorted(without))
        )
        self._ready += found
        return bool(found)


def _host(due: Due) -> str:
    return urlsplit(due.url).netloc.rpartition("@")[2].lower()
