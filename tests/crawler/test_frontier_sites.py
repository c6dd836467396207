"""Whole sites as graphs: what the frontier finds within a budget, beside the order in which links are seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import pytest

from crawler.experience import Experience
from crawler.frontier import Entry, Frontier
from crawler.promises import Promise
from crawler.urls import canonical
from detectors.observation import Observation

HOST = "https://town.example"


@dataclass(frozen=True)
class Link:
    """A link of a made page."""

    path: str
    label: str
    zone: str = "main"
    features: Promise = ()


@dataclass
class Made:
    """A made site: per path what the page proves and where it links. `menu` stands on every page."""

    menu: list[Link] = field(default_factory=list)
    proves: dict[str, set[str]] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)

    def page(self, path: str, *proves: str) -> None:
        """Adds a page."""
        self.proves.setdefault(path, set()).update(proves)
        self.links.setdefault(path, [])

    def link(self, path: str, link: Link) -> None:
        """Adds a link to a page."""
        self.page(path)
        self.links[path].append(link)

    def best_first(self) -> Iterator[str]:
        """Paths in the frontier's order."""
        frontier = Frontier(Nothing())
        frontier.add(f"{HOST}/")
        while (entry := frontier.pop()) is not None:
            path = entry.url.removeprefix(HOST)
            yield path
            frontier.learn(entry, [Observation(f, "content", 0.8, "q", "w") for f in sorted(self.proves[path])])
            for link in (*self.menu, *self.links[path]):
                url = f"{HOST}{link.path}"
                frontier.add(url, link.features, depth=entry.depth + 1, zone=link.zone, label=link.label, source=entry)

    def breadth_first(self) -> Iterator[str]:
        """Paths in the order in which links to them are seen."""
        queue, known = deque(["/"]), {canonical(f"{HOST}/")}
        while queue:
            path = queue.popleft()
            yield path
            for link in (*self.menu, *self.links[path]):
                if (key := canonical(f"{HOST}{link.path}")) not in known:
                    known.add(key)
                    queue.append(link.path)

    def found(self, order: Iterator[str], pages: int) -> int:
        """How many features so many pages of an order prove."""
        return len(set().union(*(self.proves[path] for path in islice(order, pages))))


class Nothing:
    """Nothing is ever settled."""

    settled: frozenset[str] = frozenset()


def town(address: Callable[[str], str], *, promised: bool, news: int) -> Made:
    """A menu of eight sections of eight topics, each topic with four pages, one of which proves a feature; and news."""
    made = Made()
    made.page("/")
    for section in range(8):
        top = address(f"/section{section}")
        made.menu.append(Link(top, f"Section {section}", "nav"))
        for topic in range(8):
            feature, place = f"f{section}{topic}", address(f"/section{section}/topic{topic}")
            promise = ((feature, 0.6),) if promised and topic % 2 else ()
            made.link(top, Link(place, f"Topic {topic}", features=promise))
            for leaf in range(4):
                page = address(f"/section{section}/topic{topic}/page{leaf}")
                made.link(place, Link(page, f"Page {leaf}"))
                made.page(page, *([feature] if leaf == 0 else []))
    _news(made, address, news)
    return made


def _news(made: Made, address: Callable[[str], str], number: int) -> None:
    """News in lists of ten that lead to one another; a third of the headlines mention a topic."""
    made.menu.insert(0, Link(address("/news"), "News", "nav", (("news", 0.9),)))
    made.link(address("/news"), Link(address("/news/list1"), "All news"))
    for item in range(number):
        here, onward = address(f"/news/list{item // 10 + 1}"), address(f"/news/list{item // 10 + 2}")
        target = address(f"/news/item{item}")
        promise = ((f"f{item % 8}{item % 7}", 0.2),) if item % 3 == 0 else ()
        made.link(here, Link(target, f"The mayor opens hall number {item} of the town today", features=promise))
        made.page(target)
        if item % 10 == 9:
            made.link(here, Link(onward, "Next"))
            made.page(onward)


def numbered() -> Callable[[str], str]:
    """Addresses that say nothing: /node/1, /node/2 ..."""
    numbers: dict[str, int] = {}
    return lambda path: f"/node/{numbers.setdefault(path, len(numbers) + 1)}"


ADDRESSES = [pytest.param(lambda: str, id="speaking"), pytest.param(numbered, id="numbered")]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("promised", [True, False])
def test_sections_two_levels_down_come_before_the_news(
    address: Callable[[], Callable[[str], str]], promised: bool
) -> None:
    made = town(address(), promised=promised, news=1000)
    found, plainly = (made.found(order, 100) for order in (made.best_first(), made.breadth_first()))
    assert found >= 12
    assert found >= 1.5 * plainly


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_thousand_news_are_sampled_not_drained(address: Callable[[], Callable[[str], str]]) -> None:
    names = address()
    made = town(names, promised=True, news=1000)
    news = {names(f"/news/item{item}") for item in range(1000)}
    fetched = [path for path in islice(made.best_first(), 100) if path in news]
    assert 1 <= len(fetched) <= 20


def test_a_page_that_lists_everything_is_used() -> None:
    made = Made([Link("/sitemap", "Site map", "footer", (("navigation.sitemap", 0.9),))])
    made.page("/")
    for number in range(300):
        feature = f"f{number}"
        wanted = number % 6 == 0
        made.link("/sitemap", Link(f"/az/e{number}", f"Entry {number}", features=((feature, 0.5),) if wanted else ()))
        made.page(f"/az/e{number}", *([feature] if wanted else []))
    _news(made, str, 500)
    assert made.found(made.best_first(), 50) >= 35
    assert made.found(made.breadth_first(), 50) <= 10


def test_a_dull_section_does_not_keep_the_crawl() -> None:
    made = Made([Link("/papers", "Papers", "nav")] + [Link(f"/s{n}", f"Section {n}", "nav") for n in range(10)])
    made.page("/")
    for number in range(300):
        made.link("/papers", Link(f"/papers/p{number}", f"Paper {number}"))
        for step in range(1, 6):
            other = (number * 7 + step) % 300
            made.link(f"/papers/p{number}", Link(f"/papers/p{other}", f"Paper {other}"))
    for section in range(10):
        for part in range(3):
            made.link(f"/s{section}", Link(f"/s{section}/t{part}", f"Part {part}"))
            made.page(f"/s{section}/t{part}", f"f{section}{part}")
    papers = [path for path in islice(made.best_first(), 50) if path.startswith("/papers/")]
    assert len(papers) <= 10
    assert made.found(made.best_first(), 50) >= 24
    assert made.found(made.breadth_first(), 50) == 0


def test_few_waiting_links_are_weighed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = 0
    scale = Experience.scale

    def counting(self: Experience, entry: Entry) -> tuple[float, float]:
        nonlocal weighed
        weighed += 1
        return scale(self, entry)

    monkeypatch.setattr(Experience, "scale", counting)
    frontier = Frontier(Nothing())
    for number in range(5000):
        frontier.add(f"{HOST}/d{number % 50}/page-of-{number}", depth=3, zone="sitemap")
    weighed = 0
    for _ in range(200):
        entry = frontier.pop()
        assert entry is not None
        frontier.learn(entry, ())
    assert weighed <= 200 * 10
