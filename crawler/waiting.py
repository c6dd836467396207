"""The priority queue under the frontier: entries in groups that tire together, so that few are weighed at a time."""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator

    from crawler.experience import Experience
    from crawler.frontier import Entry

_Place = tuple[float, int]
"""Worth (negative) and order of arrival: by these, groups and the entries of a group are compared."""
_SAME = 1e-9


class _Group:
    """Entries found in one place; `heap` is ordered by what each promises, `place` is where the group stands."""

    __slots__ = ("heap", "place")

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Entry]] = []
        self.place: _Place | None = None


class Waiting:
    """Entries by worth, best first, equal ones in order of arrival.

    What is worth less than when it was put in is found out when it comes to the top: worth may fall while an entry
    waits, but not rise. `gone` tells whether an entry is no longer wanted.
    """

    def __init__(self, experience: Experience, gone: Callable[[Entry], bool]) -> None:
        self._experience = experience
        self._gone = gone
        self._groups: dict[Hashable, _Group] = {}
        self._heap: list[tuple[float, int, _Group]] = []
        self._order = 0
        self._size = 0

    def __len__(self) -> int:
        """How many are held, those that are gone included."""
        return self._size

    def __iter__(self) -> Iterator[Entry]:
        return (entry for group in self._groups.values() for _, _, entry in group.heap if not self._gone(entry))

    def push(self, entry: Entry, settled: Collection[str]) -> None:
        """Puts an entry in."""
        self._order += 1
        self._size += 1
        group = self._groups.setdefault(entry.group, _Group())
        gain = self._experience.gain(entry.features, settled) if entry.features else 0.0
        heappush(group.heap, (-gain, self._order, entry))
        if group.heap[0][2] is entry:
            self._stand(group)

    def pop(self, settled: Collection[str]) -> Entry | None:
        """Takes the best out; None if none is left."""
        while self._heap:
            negative, order, group = self._heap[0]
            if group.place != (negative, order):
                heappop(self._heap)
            elif not self._settle(group, settled):
                heappop(self._heap)
                group.place = None
            elif self._worth(group) + _SAME < -negative or group.heap[0][1] > order:
                group.place = (-self._worth(group), group.heap[0][1])
                heapreplace(self._heap, (*group.place, group))
            else:
                return self._take(group, settled)
        self._groups.clear()
        return None

    def _take(self, group: _Group, settled: Collection[str]) -> Entry:
        heappop(self._heap)
        group.place = None
        entry = heappop(group.heap)[2]
        self._size -= 1
        if self._settle(group, settled):
            self._stand(group)
        else:
            self._groups.pop(entry.group, None)
        return entry

    def _stand(self, group: _Group) -> None:
        """Gives the group its place by its best entry; a place that it had is void."""
        group.place = (-self._worth(group), group.heap[0][1])
        heappush(self._heap, (*group.place, group))

    def _worth(self, group: _Group) -> float:
        negative, _, entry = group.heap[0]
        place, unit = self._experience.scale(entry)
        return place - negative * unit

    def _settle(self, group: _Group, settled: Collection[str]) -> bool:
        """Brings the group's best entry to its top; False if none is left."""
        heap = group.heap
        while heap:
            negative, order, entry = heap[0]
            if self._gone(entry):
                heappop(heap)
                self._size -= 1
                continue
            gain = self._experience.gain(entry.features, settled) if negative else 0.0
            if gain + _SAME >= -negative:
                return True
            heapreplace(heap, (-gain, order, entry))
        return False

    def shrink(self, keep: int) -> list[Entry]:
        """Drops all but the best `keep`; gives what was dropped, best first."""
        ranked = sorted(
            (-(place - negative * unit), order, negative, entry)
            for group in self._groups.values()
            if group.heap
            for place, unit in [self._experience.scale(group.heap[0][2])]
            for negative, order, entry in group.heap
        )
        self._groups, self._heap, self._size = {}, [], min(keep, len(ranked))
        for _, order, negative, entry in ranked[:keep]:
            self._groups.setdefault(entry.group, _Group()).heap.append((negative, order, entry))
        for group in self._groups.values():
            heapify(group.heap)
            self._stand(group)
        return [entry for *_, entry in ranked[keep:]]
