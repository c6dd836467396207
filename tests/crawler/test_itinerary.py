"""When a crawl waits, whom it asks no more, and what it counts as unread, each by itself."""

from __future__ import annotations

import asyncio

import pytest
from scrapy import Request

from crawler.frontier import Entry, EntryKind
from crawler.itinerary import Itinerary
from crawler.patience import Patience
from crawler.promises import Promise
from crawler.reading import Reading
from crawler.redirects import AlreadyVisited
from crawler.robots import policy, unanswered
from crawler.runlog import RunLog
from crawler.settings import CrawlOptions
from crawler.wire import FetchError
from detectors.inspector import Inspector
from detectors.promise import LinkPromise
from storage.errors import StorageError

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


def _entry(kind: EntryKind, features: Promise = ()) -> Entry:
    return Entry(f"{HOME}{kind}", kind, features, key=hash(kind))


def _request(entry: Entry | None, url: str = f"{HOME}a", *passed: str) -> Request:
    return Request(url, meta={"entry": entry, "redirect_urls": [*passed]})


def _taken(itinerary: Itinerary) -> list[tuple[str, EntryKind]]:
    """All that is asked for now, by address."""
    return sorted((entry.url, entry.kind) for entry in iter(itinerary.next_entry, None))


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


@pytest.mark.parametrize(
    ("kind", "received", "wanted"),
    [("page", 1, True), ("page", 2, False), ("document", 2, True), ("external", 2, False), (None, 0, False)],
)
def test_a_document_in_the_place_of_a_page_is_received_while_there_is_room_for_documents(
    kind: EntryKind | None, received: int, wanted: bool, inspector: Inspector
) -> None:
    itinerary = _itinerary(inspector, max_documents=2)
    itinerary.budget.documents = received
    assert itinerary.wants_document(_request(_entry(kind) if kind else None)) is wanted


def test_links_are_followed_into_the_portal_and_out_of_it_for_what_they_promise(inspector: Inspector) -> None:
    def link(url: str, promised: float, document: bool = False) -> LinkPromise:
        return LinkPromise(url, "a label", "main", (("budget.publication", promised),), document)

    foreign = "https://other.example/"
    links = (
        link(f"{HOME}page", 0.0),
        link(f"{HOME}worth.pdf", 0.3, True),
        link(f"{HOME}dull.pdf", 0.29, True),
        link(f"{foreign}function", 0.5),
        link(f"{foreign}dull", 0.49),
        link(f"{foreign}document.pdf", 0.9, True),
        link("https://www.facebook.com/town", 0.9),
    )
    worth: list[tuple[str, EntryKind]] = [
        (f"{foreign}function", "external"),
        (f"{HOME}page", "page"),
        (f"{HOME}worth.pdf", "document"),
    ]
    for nofollow in (False, True):
        itinerary = _itinerary(inspector)
        page = Reading(HOME, 200, "html", None, None, promises=links, nofollow=nofollow)
        itinerary.follow(page, _entry("seed"))
        assert _taken(itinerary) == ([] if nofollow else worth)


@pytest.mark.parametrize(
    ("kind", "to", "follows", "queued"),
    [
        ("page", f"{HOME}new", True, []),
        ("page", f"{HOME}known", False, []),
        ("page", f"{HOME}passed", True, []),
        ("page", f"{HOME}a/", True, []),
        ("page", "https://other.example/", False, [("https://other.example/", "external")]),
        ("page", "https://www.facebook.com/town", False, []),
        ("external", "https://other.example/", True, []),
        ("external", "https://www.facebook.com/town", False, []),
        ("external", f"{HOME}new", False, [(f"{HOME}new", "page")]),
        ("search", f"{HOME}new", True, []),
        ("seed", "https://other.example/", True, []),
        ("probe", f"{HOME}known", True, []),
        ("sitemap", "https://other.example/", True, []),
    ],
)
def test_where_a_redirect_may_lead(
    kind: EntryKind, to: str, follows: bool, queued: list[tuple[str, EntryKind]], inspector: Inspector
) -> None:
    """Whether it is followed, and else what is asked for as if it had been linked."""
    itinerary = _itinerary(inspector)
    for known in ("a", "known", "passed"):
        itinerary.frontier.take(f"{HOME}{known}")
    request = _request(_entry(kind, (("budget.publication", 0.6),)), f"{HOME}a", f"{HOME}passed")
    assert (itinerary.may_redirect(request, to) == "") is follows
    assert _taken(itinerary) == queued


def test_where_a_page_was_sent_it_is_not_asked_for_again(inspector: Inspector) -> None:
    itinerary = _itinerary(inspector)
    itinerary.may_redirect(_request(_entry("page")), f"{HOME}there")
    itinerary.frontier.add(f"{HOME}there", ())
    assert _taken(itinerary) == []
    assert itinerary.may_redirect(_request(None), f"{HOME}there") == "", "nobody knows what it was asked for"


@pytest.mark.parametrize(
    ("error", "unread", "cause"),
    [
        (StorageError("the disk is full"), 1, "error"),
        (FetchError("timeout", "no answer"), 1, ""),
        (AlreadyVisited("leads to a page that is known"), 0, ""),
        (None, 1, ""),
    ],
)
def test_a_request_without_an_answer_loses_its_page_and_one_that_cannot_be_stored_ends_the_crawl(
    error: Exception | None, unread: int, cause: str, inspector: Inspector
) -> None:
    itinerary = _itinerary(inspector)
    itinerary.lost(_request(_entry("page")), error)
    itinerary.lost(_request(None), error)
    assert (itinerary.unread, itinerary.stop_cause) == (unread, cause)


def test_where_something_was_proven_before_is_asked_for_first_within_the_portal(inspector: Inspector) -> None:
    itinerary = _itinerary(inspector)
    itinerary.frontier.add(f"{HOME}linked", (("budget.publication", 0.9),))
    for url in ("https://other.example/budget", f"{HOME}budget"):
        itinerary.lead(url, ("budget.publication",))
    entries = list(iter(itinerary.next_entry, None))
    assert [(entry.url, dict(entry.features)) for entry in entries] == [
        (f"{HOME}budget", {"budget.publication": 0.95}),
        (f"{HOME}linked", {"budget.publication": 0.9}),
    ]
