"""When a crawl waits, whom it asks no more, and what it counts as unread, each by itself."""

from __future__ import annotations

import asyncio

import pytest
from scrapy import Request

from crawler.frontier import Entry, EntryKind
from crawler.itinerary import Itinerary
from crawler.patience import Patience
from crawler.robots import policy, unanswered
from crawler.runlog import RunLog
from crawler.settings import CrawlOptions
from crawler.wire import FetchError
from detectors.inspector import Inspector

HOME = "https://www.villa.example/"


class Log(RunLog):
    """A log whose recorder is so far behind."""

    def __init__(self, behind: float = 0.0) -> None:
        self._behind = behind

    @property
    def load(self) -> float:
        """As it was told."""
        return self._behind


def _itinerary(inspector: Inspector, behind: float = 0.0, **options: int) -> Itinerary:
    return Itinerary([HOME], CrawlOptions.model_validate(options), inspector, Log(behind), None)


def _entry(kind: EntryKind) -> Entry:
    return Entry(f"{HOME}{kind}", kind, key=hash(kind))


def test_the_longest_pause_that_a_host_asks_for_counts() -> None:
    patience = Patience()
    assert patience.held_for() <= 0
    patience.hold(50)
    patience.hold(5)
    assert 45 < patience.held_for() <= 50


@pytest.mark.parametrize(("behind", "waits"), [(0.8, False), (0.9, True)])
def test_a_crawl_waits_for_a_recorder_that_falls_behind(behind: float, waits: bool, inspector: Inspector) -> None:
    assert (_itinerary(inspector, behind).held_for() > 0) is waits


def test_a_host_is_silent_after_eight_addresses_in_a_row_without_an_answer() -> None:
    patience = Patience()
    for number in range(7):
        patience.unheard(f"{HOME}{number}")
    assert not patience.is_silent(HOME)
    patience.unheard(f"{HOME}8")
    assert patience.is_silent(f"{HOME}any")
    assert not patience.is_silent("https://other.example/")
    patience.heard(f"{HOME}9")
    assert not patience.is_silent(HOME)


def test_a_stop_has_one_cause_and_cuts_every_pause_short() -> None:
    async def stopped() -> tuple[bool, bool]:
        patience, calls = Patience(), list[str]()
        patience.on_stop(lambda: calls.append("stopped"))
        slept = await patience.sleep(0.001)
        pause = asyncio.ensure_future(patience.sleep(600))
        await asyncio.sleep(0)
        patience.stop("budget")
        patience.stop("tcp")
        assert (patience.stopped, patience.stop_cause, calls) == (True, "budget", ["stopped"])
        return slept, await asyncio.wait_for(pause, 60)

    assert asyncio.run(stopped()) == (True, False)


def test_a_report_holds_a_hundred_oddities() -> None:
    patience = Patience()
    for number in range(150):
        patience.note(str(number))
    assert patience.notes == [str(number) for number in range(100)]


def test_pages_that_robots_txt_closes_are_told_apart_from_those_it_had_no_answer_for(inspector: Inspector) -> None:
    closed = policy(200, b"User-agent: *\nDisallow: /\n", "x")
    silent = unanswered(FetchError("timeout", "no answer in time"))
    kinds: dict[EntryKind, int] = {"page": 1, "document": 1, "external": 0, "seed": 0, "sitemap": 0, "search": 0}
    for kind, counted in kinds.items():
        for rules, counts in ((closed, (counted, 0)), (silent, (0, counted)), (None, (0, 0))):
            itinerary = _itinerary(inspector)
            itinerary.closed(_entry(kind), rules)
            assert (itinerary.disallowed, itinerary.withheld) == counts, kind


def test_only_pages_of_the_portal_are_unread_or_behind_its_login(inspector: Inspector) -> None:
    itinerary = _itinerary(inspector)
    kinds: tuple[EntryKind, ...] = ("page", "document", "external", "seed", "sitemap", "probe")
    for entry in map(_entry, kinds):
        itinerary.lose(entry)
        itinerary.ask_login(entry)
    assert (itinerary.unread, itinerary.protected, itinerary.left) == (2, 2, 2)


def test_nothing_is_tried_again_once_the_requests_are_spent_or_the_crawl_has_ended(inspector: Inspector) -> None:
    spent, ended, request = _itinerary(inspector), _itinerary(inspector), Request(HOME)
    spent.budget.requests = spent.options.request_limit - 1
    assert spent.may_retry(request)
    spent.budget.requests += 1
    assert not spent.may_retry(request)
    ended.stop("budget")
    assert not ended.may_retry(request)


@pytest.mark.parametrize(("kind", "limit"), [("external", "max_external"), ("document", "max_documents")])
def test_of_documents_and_of_pages_elsewhere_no_more_are_asked_for_than_their_limit(
    kind: EntryKind, limit: str, inspector: Inspector
) -> None:
    itinerary = _itinerary(inspector, **{limit: 2})
    for number in range(4):
        itinerary.frontier.add(f"{HOME}{number}", (("info.health", 0.9),), kind=kind)
    taken = [itinerary.next_entry() for _ in range(4)]
    assert [entry.kind for entry in taken if entry is not None] == [kind] * 2
    assert itinerary.budget.reserved == 2
    assert len(itinerary.frontier.unread) == 2
