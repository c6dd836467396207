"""The links that wait, most promising first: what each could still tell about features that are not settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Literal, Protocol

from crawler.experience import Experience
from crawler.prior import is_story, prior, zone_prior
from crawler.promises import Promise, Promises
from crawler.traps import leads_on, section, shape, trap
from crawler.urls import ascii_host, canonical
from crawler.waiting import Waiting

if TYPE_CHECKING:
    from detectors.observation import Observation

EntryKind = Literal["seed", "page", "external", "document", "sitemap", "probe", "search"]

_VISITED = float("inf")
_TOLD_APART = 100_000
"""So many dropped addresses are known one by one."""


class Progress(Protocol):
    """Knows which features need no further proof."""

    @property
    def settled(self) -> Collection[str]:
        """Features that are settled; it only grows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A link that waits, or that was taken.

    `depth` counts links from the seed; `features` is what it promises; `story` says that it leads to one item among
    many, as news do. `prior` is what its place and address are worth by themselves. `source` stands for the list it was
    found in (a page and a zone of it), `branch` for the link of the front page through which its page was reached,
    `shape` for its template, `key` for its canonical URL.
    """

    url: str
    kind: EntryKind = "page"
    features: Promise = ()
    depth: int = 0
    zone: str = "main"
    shape: str = ""
    story: bool = False
    prior: float = 0.0
    source: int = 0
    branch: int = 0
    key: int = 0

    @property
    def group(self) -> tuple[int, int, str, bool, float]:
        """Entries of one group tire together and differ in what they promise alone."""
        return self.source, self.branch, self.shape, self.story, self.prior


class Frontier:
    """A best-first queue of URLs, each taken at most once; the same calls give the same order.

    The worth of an entry only falls (as features are seen, as visits of its kind tell nothing new). `limit` bounds the
    queue; the worst entries are dropped.
    """

    def __init__(self, progress: Progress, *, limit: int = 20_000) -> None:
        self._progress = progress
        self._limit = limit
        self._best: dict[int, float] = {}
        self._left = 0
        self._promises = Promises()
        self._shut: set[int] = set()  # traps behind which something may stand
        self._led: dict[int, int] = {}
        self._experience = Experience()
        self._waiting = Waiting(self._experience, self._is_gone)
        self._pickable: dict[int, Entry] | None = None
        self.cut: Counter[str] = Counter()
        self._dropped: set[int] = set()
        self._dropped_beyond = 0
        self.unread: dict[int, Entry] = {}
        """Entries that were taken and whose pages could not be had, by their key."""

        self.locked: dict[int, Entry] = {}
        """Entries that were taken and ask for a login, by their key."""

    def __len__(self) -> int:
        return self._left

    @property
    def dropped(self) -> int:
        """How many addresses the queue had no room for that were not found again since. Beyond _TOLD_APART one that is
        dropped twice counts twice, as memory has an end."""
        return len(self._dropped) + self._dropped_beyond

    def knows(self, url: str, features: Promise = (), zone: str = "main", label: str = "") -> bool:
        """Whether nothing would be gained by adding this URL, found in this zone, with these promises of this label."""
        known = self._best.get(hash(url), -1.0) >= _claim(features, zone)
        return known and self._promises.heard(url, features, label)

    def taken(self, url: str) -> bool:
        """Whether the URL was visited already."""
        return self._best.get(hash(canonical(url))) == _VISITED

    def take(self, url: str, by: Entry | None = None) -> None:
        """Marks a URL as visited without queueing it: a seed, or where a redirect led `by` which it is visited."""
        key = hash(canonical(url))
        if by is not None:
            self._led[key] = by.key
        if 0.0 <= self._best.get(key, -1.0) < _VISITED:
            self._left -= 1
        self._dropped.discard(key)
        self._best[key] = self._best[hash(url)] = _VISITED

    def add(
        self,
        url: str,
        features: Promise = (),
        *,
        depth: int = 0,
        zone: str = "main",
        kind: EntryKind = "page",
        label: str = "",
        source: Entry | None = None,
        asked: bool = False,
    ) -> bool:
        """Queues a URL unless it is known (from as good a place, and with all that it promises) or a trap; says whether
        it did. `source` is the entry of the page that the link was found on; `asked` says that `knows` denied it just
        now."""
        if not asked and self.knows(url, features, zone, label):
            return False
        claim, raw, plain = _claim(features, zone), hash(url), canonical(url)
        key = hash(plain)
        known = self._best.get(key, -1.0)
        self._promises.hear(url, features, label)
        self._best[raw] = max(claim, self._best.get(raw, -1.0))
        story = is_story(plain, label)
        more = bool(plain) and not story and self._promises.add(key, features)
        if not plain or known == _VISITED or (known >= claim and not more) or self._is_trap(plain):
            return False
        self._best[key] = max(claim, known)
        self._left += known < 0
        self._dropped.discard(key)
        found = hash((section(plain) if source is None else source.url, zone))
        branch = found if source is None else key if depth <= 1 else source.branch
        features = self._promises.of(key, features)
        worth = prior(plain, zone, depth, features)
        bare = url.partition("#")[0]
        bare = bare if bare.isascii() else ascii_host(bare)
        self._push(Entry(bare, kind, features, depth, zone, shape(plain), story, worth, found, branch, key))
        return True

    def leave(self, url: str, features: Promise, label: str) -> None:
        """Takes what a link promises that is not to be followed from where it stands; it may be from elsewhere."""
        plain = canonical(url)
        if plain and features and leads_on(trap(plain)) and not is_story(plain, label):
            self._promises.add(hash(plain), features)

    def _is_trap(self, url: str) -> bool:
        reason = trap(url)
        if reason:
            self.cut[reason] += 1
            self._best[hash(url)] = _VISITED
            if leads_on(reason):
                self._shut.add(hash(url))
        return bool(reason)

    def _push(self, entry: Entry) -> None:
        self._waiting.push(entry, self._progress.settled)
        if self._pickable is not None:
            self._pickable[entry.key] = entry
        if len(self._waiting) > self._limit:
            self._shrink()

    def pop(self) -> Entry | None:
        """The most promising URL that was not visited yet, marked as visited; None when there is none."""
        entry = self._waiting.pop(self._progress.settled)
        if entry is None:
            self._left = 0
            return None
        return self._visited(entry)

    def index(self, on: bool = True) -> None:
        """Has `pick` know every link that is queued from now on; or forget them all."""
        self._pickable = {} if on else None

    def pick(self, url: str) -> Entry | None:
        """The entry of one canonical URL, marked as visited as by `pop`; None if it does not wait (or is unindexed)."""
        entry = self._pickable.pop(hash(url), None) if self._pickable is not None else None
        return None if entry is None or self._is_gone(entry) else self._visited(entry)

    def _visited(self, entry: Entry) -> Entry:
        """The entry, with all that was promised of it, marked as visited."""
        self._best[entry.key] = self._best[hash(entry.url)] = _VISITED
        self._left -= 1
        promised = self._promises.of(entry.key, entry.features)
        entry = entry if promised is entry.features else replace(entry, features=promised)
        self._experience.tried(entry)
        return entry

    def _is_gone(self, entry: Entry) -> bool:
        return self._best.get(entry.key) == _VISITED

    @property
    def followed(self) -> Counter[str]:
        """How many links were visited that promised each feature."""
        return self._experience.tries

    def learn(self, entry: Entry, observations: Iterable[Observation]) -> None:
        """Takes what the visit of an entry showed; nothing, if it was no page of content."""
        self._experience.learn(entry, observations)

    def lose(self, entry: Entry) -> None:
        """Takes that the page of an entry could not be had: what links promised of it is not settled by that."""
        self.unread[entry.key] = entry

    def lock(self, entry: Entry) -> None:
        """Takes that the page of an entry asks for a login: it is none that was left, but what links promised of it is
        not settled either."""
        self.locked[entry.key] = entry

    def unsettled(self) -> Iterator[Mapping[str, float]]:
        """What links promised, by feature, of each address that was not read, stories aside."""
        lost = self._shut.union(self.unread, self.locked)
        for key, promised in self._promises:
            if self._best.get(key) != _VISITED or key in lost or self._led.get(key) in lost:
                yield promised

    def _shrink(self) -> None:
        """Drops the worst fifth; what was dropped may be found again, in whatever form it is written."""
        dropped = self._waiting.shrink(max(1, self._limit * 4 // 5))
        kept = {entry.key for entry in self._waiting}
        gone = {entry.key for entry in dropped if not self._is_gone(entry)} - kept
        self._left -= len(gone)
        new = gone - self._dropped
        self._dropped.update(islice(new, max(0, _TOLD_APART - len(self._dropped))))
        self._dropped_beyond += len(new - self._dropped)
        if self._pickable is not None:
            for key in gone:
                self._pickable.pop(key, None)
        self._best = {key: worth for key, worth in self._best.items() if worth == _VISITED or key in kept}


@lru_cache(maxsize=1024)
def _claim(features: Promise, zone: str) -> float:
    """What a link promises and the place where it stands, for comparison with others to the same address."""
    return sum(weight for _, weight in features) + zone_prior(zone)
