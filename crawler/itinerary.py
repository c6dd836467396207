"""Where a crawl goes next: seeds, errands, the frontier's best within budget, redirects within scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.budget import Budget
from crawler.frontier import Entry, EntryKind, Frontier
from crawler.logins import Logins
from crawler.outcome import SeedStory
from crawler.patience import Patience
from crawler.redirects import AlreadyVisited
from crawler.scope import Scope
from crawler.site_search import SiteSearch
from crawler.urls import canonical, origin
from detectors.conclude import Tally
from detectors.promise import LinkPromise, is_document
from storage.errors import StorageError
from survey.features import features

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.cycle.kept import Kept
    from crawler.reading import Reading
    from crawler.replay import Replay
    from crawler.robots import RobotsPolicy
    from crawler.runlog import RunLog
    from crawler.settings import CrawlOptions
    from detectors.inspector import Inspector

_FUNCTION = 0.5
"""From this promise on, a link out of the portal is followed for one page."""
_DOCUMENT = 0.3
_LEAD = 0.95
"""What an address promises where a feature was proven at an earlier visit."""
_TELLING = frozenset({401, 404, 410})
"""Failures that tell what everybody finds at an address: nothing, or a login. All others say nothing of the page."""
_OF_PORTAL = frozenset({"page", "document"})
"""Entries that are pages of the portal itself, its front page aside."""
_LINKED = _OF_PORTAL | {"external"}
_FULL = 0.8
"""So full may the recorder's queue be before the crawl waits for it."""


class Itinerary(Patience):
    """Scope, frontier and budget of one crawl, and every decision on what to ask for."""

    def __init__(
        self, seeds: list[str], options: CrawlOptions, inspector: Inspector, log: RunLog, replay: Replay | None
    ) -> None:
        super().__init__()
        self.options = options
        self.log = log
        self.replay = replay
        self.budget = Budget(options)
        self.tally = Tally(features())
        self.frontier = Frontier(self.tally, limit=options.max_queue)
        self.scope = Scope(seeds[0])
        self.story = SeedStory(seeds)
        self.search = SiteSearch(inspector, options.site_search)
        self.robots: dict[str, RobotsPolicy] = {}
        self.disallowed = 0
        self.withheld = 0
        self.opened = 0
        self.missing = 0
        self.logins = Logins()
        self.kept: Kept | None = None
        self._errands: list[Entry] = []
        self._plain_url: str | None = None

    @property
    def obeys_robots(self) -> bool:
        """Whether robots.txt binds: not in replay, where no server is asked."""
        return self.options.obey_robots and self.replay is None

    def binds(self, url: str) -> bool:
        """Whether robots.txt binds at an address."""
        return self.obeys_robots and self.options.binds(url)

    def held_for(self) -> float:
        """Seconds until the next page may be asked for; also while the recorder must catch up."""
        waiting = super().held_for()
        return max(waiting, 0.05) if self.log.load > _FULL else waiting

    def may_retry(self, request: Request) -> bool:
        """Whether the request is worth another try."""
        return self.replay is None and not self.stopped and self.budget.requests < self.options.request_limit

    def first(self) -> Entry | None:
        """The seed to begin with."""
        return self._seed(self.story.next())

    def _seed(self, url: str | None) -> Entry | None:
        if url is None or not canonical(url):
            return None
        self.frontier.take(url)
        self.budget.reserved += 1
        return Entry(url, "seed")

    def errands(self) -> Iterator[Entry]:
        """Sitemaps and random paths that are due."""
        while self._errands and not self.stopped:
            yield self._errands.pop(0)

    def has_more(self) -> bool:
        """Whether the frontier or the portal's own search may still give something."""
        return self.budget.has_room and (len(self.frontier) > 0 or self._may_ask())

    def _may_ask(self) -> bool:
        left = len(self.frontier) + self.budget.reserved
        return self.search.is_due(self.budget.pages / self.options.max_pages, left)

    def _question(self) -> Entry | None:
        """A question for the portal's own search that may be fetched, None if there is none now."""
        entry = self.search.next(self.tally, self._may_fetch) if self._may_ask() else None
        if entry is not None:
            self.frontier.take(entry.url)
        return entry

    def _may_fetch(self, entry: Entry) -> bool:
        if self.replay is not None:
            return self.replay.find(entry.url) is not None
        policy = self._policy(entry)
        return policy is None or not self.binds(entry.url) or policy.allows(entry.url)

    def _policy(self, entry: Entry) -> RobotsPolicy | None:
        return self.robots.get(origin(canonical(entry.url)))

    def closed(self, entry: Entry | None, policy: RobotsPolicy | None) -> None:
        """Counts a page of the portal that robots.txt closes, or that is not asked for while robots.txt has no
        answer."""
        if entry is None or policy is None or entry.kind not in _OF_PORTAL:
            return
        if policy.cause == "robots":
            self.disallowed += 1
        else:
            self.withheld += 1

    def next_entry(self) -> Entry | None:
        """The frontier's best that may be fetched, its place in the budget reserved; None if there is none now."""
        while self.budget.has_room:
            entry = self._question() or self._onward()
            if entry is None:
                return None
            if entry.kind == "search":
                self.budget.reserved += 1
                return entry
            if self._fits(entry):
                self.budget.reserved += 1
                self.budget.documents += entry.kind == "document"
                self.budget.external += entry.kind == "external"
                return entry
        return None

    def refused(self, entry: Entry, status: int) -> None:
        """Takes that an entry's answer was no content; unless its status says that there is none, it is unread. A
        search that is not there has not been asked."""
        if status >= 300 and (entry.kind == "search" or status not in _TELLING):
            self.lose(entry)
        elif status == 401:
            self.ask_login(entry)

    def lost(self, request: Request, error: BaseException | None) -> None:
        """Takes that a request has no answer; where it led to what is known or out of the portal, nothing is lost.
        An answer that cannot be stored ends the crawl."""
        if isinstance(error, StorageError):
            self.stop("error")
        if not isinstance(error, AlreadyVisited):
            self.lose(request.meta.get("entry"))

    def lose(self, entry: Entry | None) -> None:
        """Takes that a page could not be had: one of the portal, a linked one, or where an opened front page sends its
        visitors; or that a question had no answer. What else is asked for loses nothing."""
        if entry is None:
            return
        if entry.kind == "search":
            self.search.unanswered(entry)
        elif entry.kind in _LINKED or (entry.kind == "seed" and self.story.opened):
            self.frontier.lose(entry)

    def ask_login(self, entry: Entry) -> None:
        """Takes that a page asks for a login: it is read as everybody finds it, but what its link promised may lie
        behind."""
        if entry.kind in _LINKED:
            self.frontier.lock(entry)

    @property
    def left(self) -> int:
        """Known pages that were not read: not asked for, asked for in vain, not to be asked for, or not archived."""
        return len(self.frontier) + self.frontier.dropped + self.unread

    @property
    def unread(self) -> int:
        """Pages of the portal that were asked for in vain, were not to be asked for, or are not in the archive."""
        return sum(entry.kind != "external" for entry in self.frontier.unread.values())

    @property
    def protected(self) -> int:
        """Pages of the portal that ask for a login."""
        return sum(entry.kind != "external" for entry in self.frontier.locked.values())

    def go_on_from(self, kept: Kept) -> None:
        """Has the crawl go the way it went before it was broken off, with the answers of then."""
        self.kept = kept
        self.frontier.index()

    def lead(self, url: str, promised: tuple[str, ...]) -> None:
        """Queues an address at which these features were proven before."""
        if self.scope.contains(url):
            self.frontier.add(url, tuple((feature, _LEAD) for feature in promised), depth=1, zone="nav")

    @property
    def retracing(self) -> bool:
        """Whether the crawl still goes the way that it went before."""
        return self.kept is not None and self.kept.left

    def _onward(self) -> Entry | None:
        """The frontier's best; of a crawl that retraces its way, what it followed next."""
        entry = self.kept.next(self.frontier) if self.kept is not None and self.kept.left else None
        if entry is None and self.kept is not None and not self.kept.left:
            self.frontier.index(on=False)
        return entry or self.frontier.pop()

    def _fits(self, entry: Entry) -> bool:
        if self._is_one_too_many(entry) or (self.is_silent(entry.url) and not self.retracing):
            self.lose(entry)
            return False
        if self.replay is not None:
            return self._is_archived(entry, self.replay)
        if not self._may_fetch(entry):
            self.closed(entry, self._policy(entry))
            self.lose(entry)
            return False
        return True

    def _is_one_too_many(self, entry: Entry) -> bool:
        budget, options = self.budget, self.options
        return (entry.kind == "external" and budget.external >= options.max_external) or (
            entry.kind == "document" and budget.documents >= options.max_documents
        )

    def _is_archived(self, entry: Entry, replay: Replay) -> bool:
        found = replay.find(entry.url)
        if found is None:
            self.missing += entry.kind != "external"
            self.lose(entry)
            return False
        if canonical(found.url) == canonical(entry.url):
            return True
        known = self.frontier.taken(found.url)
        self.frontier.take(found.url)
        return not known

    def request(self, entry: Entry, spider: Any) -> Request:
        """The request for an entry; its answer comes back to the spider."""
        sniff = entry.kind in ("page", "seed", "external", "document", "search")
        plain = entry.kind == "probe" and entry.url == self._plain_url
        callback = {"sitemap": spider.parse_sitemap, "probe": spider.parse_probe}.get(entry.kind, spider.parse)
        meta = {"entry": entry, "role": entry.kind, "sniff": sniff, "dont_redirect": plain}
        return Request(entry.url, callback=callback, errback=spider.failed, dont_filter=True, meta=meta)

    def may_redirect(self, request: Request, url: str) -> str:
        """Why a redirect is not to be followed; empty if it may be. One that leads out of the portal, or back
        into it, is a link like others: what it leads to is read as such."""
        entry: Entry | None = request.meta.get("entry")
        if entry is None or entry.kind in ("seed", "probe", "sitemap"):
            return ""
        passed = {canonical(one) for one in (request.url, *request.meta.get("redirect_urls", ()))}
        if self.frontier.taken(url) and canonical(url) not in passed:
            return f"{request.url} leads to a page that is known"
        inside = self.scope.contains(url)
        if inside == (entry.kind == "external"):
            self._offer((LinkPromise(url, "", "main", entry.features, is_document(url)),), entry)
            return f"{request.url} leads {'back into' if inside else 'out of'} the portal"
        if not inside and not self.scope.may_step_to(url):
            return f"{request.url} leads where no page is read"
        if self.logins.knows(url):
            self.ask_login(entry)
            return f"{request.url} leads to a login page that is known"
        self.frontier.take(url, entry)
        return ""

    def wants_document(self, request: Request) -> bool:
        """Whether a PDF or office file that came in answer may be received."""
        entry: Entry | None = request.meta.get("entry")
        return entry is not None and (entry.kind == "document" or self.budget.documents < self.options.max_documents)

    def follow(self, page: Reading, entry: Entry) -> None:
        """Puts the links of a page into the frontier, unless it asks not to follow them."""
        if not page.nofollow:
            self._offer(page.promises, entry)
        else:
            for promise in page.promises:
                self._pass_over(promise)

    def _offer(self, promises: Iterable[LinkPromise], entry: Entry) -> None:
        """Puts links of an entry's page into the frontier that lead somewhere worth a visit."""
        knows, depth = self.frontier.knows, entry.depth + 1
        for promise in promises:
            url, label, zone, features, _ = promise
            if knows(url, features, zone, label):
                continue
            kind = self._kind(promise)
            if kind is not None:
                self.frontier.add(
                    url, features, depth=depth, zone=zone, kind=kind, label=label, source=entry, asked=True
                )

    def _pass_over(self, promise: LinkPromise) -> None:
        if self._kind(promise) is not None:
            self.frontier.leave(promise.url, promise.features, promise.label)

    def _kind(self, promise: LinkPromise) -> EntryKind | None:
        """What a link leads to, None if that is not worth a visit."""
        inside = self.scope.contains(promise.url)
        if inside and not promise.document:
            return "page"
        best = max((value for _, value in promise.features), default=0.0)
        if inside:
            return "document" if best >= _DOCUMENT else None
        follow = best >= _FUNCTION and not promise.document and self.scope.may_step_to(promise.url)
        return "external" if follow else None
