"""An archived site, the orders in which its pages can be visited, and the evidence found on the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Protocol
from zlib import crc32

from crawler.frontier import Entry, Frontier
from crawler.replay import Replay
from crawler.scope import Scope
from crawler.sitemaps import parse_sitemap
from crawler.urls import canonical, origin
from detectors.conclude import SearchCertificate, Tally, conclude
from detectors.inspector import Inspector
from detectors.observation import Observation
from detectors.promise import LinkPromise, promises
from storage.archive import ReplayIndex, decoded_body
from survey.features import features

_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """What a page of the archive shows, and the links of it that stay on the portal."""

    language: str
    observations: Sequence[Observation]
    links: Sequence[LinkPromise]


class Site:
    """The pages of the archive, each inspected once however many orders visit it."""

    def __init__(self, start: str, index: ReplayIndex) -> None:
        self.start = start
        self.scope = Scope(start)
        self.inspector = Inspector.default()
        self._index = index
        self._replay = Replay(index)
        self._read: dict[str, Read | None] = {}
        self._addresses: dict[str, str] = {}
        self._without, self._seed = 0.0, 0

    def thinned(self, share: float, seed: int) -> Site:
        """A copy of the site that lacks this share of its pages, the front page apart; which is chance by the seed."""
        other = copy(self)
        other._addresses, other._without, other._seed = {}, share, seed
        return other

    def address(self, url: str) -> str:
        """The one address under which the archive has the page, which stands for itself; empty if it has none."""
        if url not in self._addresses:
            found = self._replay.find(url)
            address = canonical(found.url) if found is not None else ""
            address = "" if url != self.start and self._lacks(address) else address
            self._addresses[url] = self._addresses[address] = address
        return self._addresses[url]

    def _lacks(self, address: str) -> bool:
        drawn = crc32(f"{self._seed} {address}".encode()) / 2**32
        return drawn < self._without and address != self.address(self.start)

    def listed(self) -> list[str]:
        """The portal's pages in the order of its sitemap, or of their addresses where the archive has no sitemap."""
        found = self._replay.find(f"{origin(canonical(self.start))}/sitemap.xml")
        named = parse_sitemap(decoded_body(found.headers, found.body, _LIMIT).body)[0] if found is not None else []
        return [url for url in named or sorted(self._index.urls()) if self.scope.contains(url)]

    def read(self, url: str) -> Read | None:
        """What a page shows; None if the archive has no readable page there."""
        key = self.address(url)
        if key not in self._read:
            self._read[key] = self._inspect(url)
        return self._read[key]

    def _inspect(self, url: str) -> Read | None:
        found = self._replay.find(url)
        if found is None or found.status != 200:
            return None
        body = decoded_body(found.headers, found.body, _LIMIT).body
        page = self.inspector.page(found.url, body, content_type=found.header("content-type") or "")
        if page.kind != "html":
            return None
        inside = [link for link in promises(page) if self.scope.contains(link.url) and not link.document]
        return Read(page.language, self.inspector.inspect(page), inside)


class Order(Protocol):
    """Which page comes next."""

    def next(self) -> Entry | None: ...
    def learn(self, entry: Entry, read: Read) -> None: ...


class BestFirst:
    """The product's frontier."""

    def __init__(self, start: str) -> None:
        self._tally = Tally(features())
        self._frontier = Frontier(self._tally)
        self._frontier.add(start)

    def next(self) -> Entry | None:
        return self._frontier.pop()

    def learn(self, entry: Entry, read: Read) -> None:
        self._tally.add(read.language, read.observations)
        self._frontier.learn(entry, read.observations)
        for link in read.links:
            self._frontier.add(
                link.url, link.features, depth=entry.depth + 1, zone=link.zone, label=link.label, source=entry
            )


class Listed:
    """A list of addresses, one after the other."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._queue = deque(urls)

    def next(self) -> Entry | None:
        return Entry(self._queue.popleft()) if self._queue else None

    def learn(self, entry: Entry, read: Read) -> None:
        """It learns nothing."""


class BreadthFirst(Listed):
    """First seen, first fetched."""

    def __init__(self, start: str) -> None:
        super().__init__([start])
        self._seen = {canonical(start)}

    def learn(self, entry: Entry, read: Read) -> None:
        for link in read.links:
            if (key := canonical(link.url)) not in self._seen:
                self._seen.add(key)
                self._queue.append(link.url)


_LIKELY = 0.7


@dataclass(frozen=True, slots=True)
class Step:
    """The evidence after a fetched page: features concluded to be present, those of them that are likely (70 % or more)
    to be more than an accident among so many pages, and features sighted on some page."""

    url: str
    concluded: frozenset[str]
    likely: frozenset[str]
    sighted: frozenset[str]


def walk(site: Site, order: Order, pages: int | None = None) -> Iterator[Step]:
    """Visits the site's pages, each once, in this order; `pages` is the budget."""
    tally, proofs = Tally(features()), {key: f.proof for key, f in features().items()}
    concluded: set[str] = set()
    sighted: set[str] = set()
    visited: set[str] = set()
    while (pages is None or tally.pages < pages) and (entry := order.next()) is not None:
        key = site.address(entry.url)
        read = site.read(entry.url) if key not in visited else None
        visited.add(key)
        if read is None:
            continue
        tally.add(read.language, read.observations)
        order.learn(entry, read)
        touched = {o.feature: proofs[o.feature] for o in read.observations if o.feature in proofs}
        for finding in conclude(tally, SearchCertificate(pages=tally.pages), site.inspector, touched):
            (concluded.add if finding.state == "present" else concluded.discard)(finding.feature)
        sighted.update(o.feature for o in read.observations if o.is_proof)
        likely = (feature for feature in concluded if tally.apart(feature).surest(tally.pages) >= _LIKELY)
        yield Step(key, frozenset(concluded), frozenset(likely), frozenset(sighted))
