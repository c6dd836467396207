"""The links that wait, most promising first: what each could still tell about features that are not settled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from typing import Literal, Protocol

from crawler.traps import shape, shape_quota, trap
from crawler.urls import canonical

EntryKind = Literal["seed", "page", "external", "document", "sitemap", "probe", "search"]
Promise = tuple[tuple[str, float], ...]

_ZONE = {"nav": 0.12, "header": 0.10, "breadcrumb": 0.06, "main": 0.05, "aside": 0.04, "footer": 0.04, "sitemap": 0.02}
_VISITED = float("inf")
_DATE = re.compile(r"[/=_-](?:19|20)\d\d[/_-](?:0?[1-9]|1[0-2])(?:[/_-]|$)")
_DATED = 0.5
_STEPS = (1, 2, 4, 8, 16, 32, 64)


class Progress(Protocol):
    """Knows which features need no further proof."""

    @property
    def settled(self) -> Collection[str]:
        """Features that are settled; it only grows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A link that waits, or that was taken. `depth` counts links from the seed; `features` is what it promises; `dated`
    says that the address bears a date, as one news item among many does."""

    url: str
    kind: EntryKind = "page"
    features: Promise = ()
    depth: int = 0
    zone: str = "main"
    shape: str = ""
    dated: bool = False


class Frontier:
    """A best-first queue of URLs, each taken at most once; the same calls give the same order.

    The worth of an entry only falls (as features settle, as pages of its kind are visited), so the heap is
    re-evaluated lazily at its top. Equal worth keeps the order of arrival. `limit` bounds the queue; the worst
    entries are dropped.
    """

    def __init__(self, progress: Progress, *, limit: int = 20_000) -> None:
        self._progress = progress
        self._limit = limit
        self._heap: list[tuple[float, int, Entry]] = []
        self._best: dict[int, float] = {}
        self._order = 0
        self._waiting = 0
        self._tries: Counter[str] = Counter()
        self._shapes: Counter[str] = Counter()
        self._quota = shape_quota()
        self.cut: Counter[str] = Counter()
        self.dropped = 0

    def __len__(self) -> int:
        return self._waiting

    def knows(self, url: str, promise: float = 0.0) -> bool:
        """Whether nothing would be gained by adding this URL with a promise of this sum."""
        return self._best.get(hash(url), -1.0) >= promise

    def taken(self, url: str) -> bool:
        """Whether the URL was visited already."""
        return self._best.get(hash(canonical(url))) == _VISITED

    def take(self, url: str) -> None:
        """Marks a URL as visited without queueing it: a seed, or where a redirect led."""
        key = hash(canonical(url))
        if 0.0 <= self._best.get(key, -1.0) < _VISITED:
            self._waiting -= 1
        self._best[key] = self._best[hash(url)] = _VISITED

    def add(
        self, url: str, features: Promise = (), *, depth: int = 0, zone: str = "main", kind: EntryKind = "page"
    ) -> bool:
        """Queues a URL unless it is known (with as good a promise) or a trap; says whether it did."""
        promise = sum(weight for _, weight in features)
        raw = hash(url)
        before = self._best.get(raw, -1.0)
        if before >= promise:
            return False
        self._best[raw] = promise
        plain = canonical(url)
        key = hash(plain)
        known = self._best.get(key, -1.0) if key != raw else before
        if not plain or known >= promise or (kind != "sitemap" and self._is_trap(plain)):
            return False
        self._best[key] = promise
        self._push(
            Entry(url.partition("#")[0], kind, features, depth, zone, shape(plain), bool(_DATE.search(plain))),
            known < 0,
        )
        return True

    def _is_trap(self, url: str) -> bool:
        reason = trap(url)
        if reason:
            self.cut[reason] += 1
            self._best[hash(url)] = _VISITED
        return bool(reason)

    def _push(self, entry: Entry, fresh: bool) -> None:
        self._order += 1
        self._waiting += fresh
        heappush(self._heap, (-self.worth(entry), self._order, entry))
        if len(self._heap) > self._limit:
            self._shrink()

    def pop(self) -> Entry | None:
        """The most promising URL that was not visited yet, marked as visited; None when there is none."""
        heap = self._heap
        while heap:
            negative, order, entry = heap[0]
            key = hash(canonical(entry.url))
            if self._best.get(key) == _VISITED:
                heappop(heap)
                continue
            worth = self.worth(entry)
            if worth + 1e-9 < -negative:
                heapreplace(heap, (-worth, order, entry))
                continue
            heappop(heap)
            self._visit(entry, key)
            return entry
        self._waiting = 0
        return None

    def _visit(self, entry: Entry, key: int) -> None:
        self._best[key] = self._best[hash(entry.url)] = _VISITED
        self._waiting -= 1
        self._shapes[entry.shape] += 1
        self._tries.update(feature for feature, _ in entry.features)

    def worth(self, entry: Entry) -> float:
        """What a visit could still tell: unsettled features by weight, each further one half, plus small priors."""
        settled = self._progress.settled
        gains = sorted(
            (
                weight / self._tired(self._tries[feature])
                for feature, weight in entry.features
                if feature not in settled
            ),
            reverse=True,
        )
        value = sum(gain / (1 << min(place, 20)) for place, gain in enumerate(gains))
        value += _ZONE.get(entry.zone, 0.05) + 0.15 / (1 + entry.depth)
        if entry.dated:
            value *= _DATED
        seen = self._shapes[entry.shape]
        return value / (1.0 + 0.25 * self._tired(seen) - 0.25) if seen < self._quota else value / 100.0

    @staticmethod
    def _tired(count: int) -> float:
        """Grows with the number of visits, in steps, so that few entries are re-evaluated at a time."""
        return 1.0 + sum(count >= step for step in _STEPS) * 0.5

    def _shrink(self) -> None:
        """Drops the worst fifth; what was dropped may be found again."""
        self._heap.sort()
        keep = max(1, self._limit * 4 // 5)
        kept = {hash(canonical(entry.url)) for _, _, entry in self._heap[:keep]}
        for _, _, entry in self._heap[keep:]:
            key = hash(canonical(entry.url))
            if key not in kept and self._best.get(key, _VISITED) != _VISITED:
                del self._best[key]
                self._waiting -= 1
                self.dropped += 1
                self._best.pop(hash(entry.url), None)
        del self._heap[keep:]
        heapify(self._heap)
