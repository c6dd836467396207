"""One run over one portal: what came back, and what it means for the run."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.frontier import Entry
from crawler.gate import Gate, random_path
from crawler.gone import Gone
from crawler.itinerary import Itinerary
from crawler.nofollow import closes_links
from crawler.progress import READING, Step
from crawler.readers import Readers
from crawler.reading import Answer
from crawler.sitemaps import SitemapReader, turns
from crawler.stopwatch import Stopwatch
from crawler.transport import http_twin
from crawler.transport.headers import hsts
from crawler.urls import canonical, origin
from crawler.wire import CUTS, FetchError, broke_by_accident, broke_off
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy import Request
    from scrapy.http import Response

    from crawler.browser.browsing import Browsing
    from crawler.cycle.earlier import Earlier
    from crawler.gate import Refusal
    from crawler.pacer import Pacer
    from crawler.progress import ProgressCallback, Stage
    from crawler.readers import ReaderPool
    from crawler.reading import Reading
    from crawler.replay import Replay
    from crawler.result import PortalTarget
    from crawler.runlog import RunLog
    from crawler.settings import CrawlOptions
    from detectors.inspector import Inspector
    from detectors.observation import Observation

_MAX_PROBES = 3
_LIKELY = 0.8
"""What a path at which the portal's platform usually keeps something promises."""
_MOVED, _FAILED = 300, 400
_DEAD_AFTER = 8
"""So many block pages in a row, and the crawl ends."""


class Visit(Itinerary):
    """The state of a crawl, shared by spider, scheduler and middlewares. All calls come from one event loop.

    `read` holds the captures that detectors read, in order; `external` what the links to pages outside promised.
    """

    def __init__(
        self,
        target: PortalTarget,
        seeds: list[str],
        options: CrawlOptions,
        inspector: Inspector,
        log: RunLog,
        *,
        replay: Replay | None = None,
        languages: tuple[str, ...] = (),
        progress: ProgressCallback | None = None,
        pool: ReaderPool | None = None,
        earlier: Earlier | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        super().__init__(seeds, options, inspector, log, replay)
        self.target = target
        self.inspector = inspector
        self.languages = languages
        self.gate = Gate()
        self.gone = Gone()
        self.readers = Readers(inspector, options.processes if replay is None else 0, pool)
        self.earlier = earlier
        self.pacer = pacer
        self.sitemaps = SitemapReader(inspector, languages)
        self.read: list[int] = []
        self.external: dict[int, tuple[str, ...]] = {}
        self.hsts: bool | None = None
        self.shell: str | None = None
        self.front_cut = ""
        self.shells = 0
        self.redirects_to_https: bool | None = None
        self.refusals_in_a_row = 0
        self.turned_away = 0
        self.browsing: Browsing | None = None
        self.detecting = Stopwatch()
        self._progress = progress
        self._probed: set[str] = set()

    @property
    def accept_language(self) -> str:
        """The Accept-Language header: the options' languages, else the country's."""
        wanted = self.options.languages or self.languages
        return ", ".join(f"{code};q={1 - 0.1 * place:.1f}" if place else code for place, code in enumerate(wanted[:6]))

    async def page(self, response: Response) -> Reading | None:
        """What the answer shows, if it is content; what it is instead goes into the story."""
        request = response.request
        assert request is not None
        entry: Entry = request.meta["entry"]
        try:
            answer, reading = await self._read(self._answer(response, request), entry)
        except Exception as error:
            self.lose(entry)
            self.note(f"{response.url} could not be read: {error}")
            raise
        finally:
            self.budget.reserved -= 1
        if self.logins.led(reading.url):
            self.ask_login(entry)
        known = self.logins.knows(reading.url)
        refusal = self.gate.judge(reading, answer.body, exempt=entry.kind == "seed", login=known)
        if entry.kind == "seed":
            self._seed_answered(reading, answer, request, refusal)
        if refusal is not None:
            self.gone.learn(entry.url, reading.status, refusal)
            self.frontier.learn(entry, ())
            if refusal.verdict is not None or broke_by_accident(request.meta["cut"], reading.status, response.body):
                self.lose(entry)
            if entry.kind != "external":
                self._turned_away(refusal)
            self._report(reading.url)
            return None
        self.logins.learn(reading.url)
        if broke_off(request.meta["cut"], response.body):
            self._cut_short(reading, entry, request.meta["cut"])
        if entry.kind != "external":
            self.refusals_in_a_row = 0
        self.budget.pages += entry.kind != "search"
        self.budget.documents += reading.kind in ("pdf", "office") and entry.kind != "document"
        return reading

    def _turned_away(self, refusal: Refusal) -> None:
        """Counts the portal's block pages; too many in a row end the crawl, which is not wanted and learns nothing."""
        if refusal.verdict is None or refusal.verdict.kind not in ("block", "challenge"):
            return
        self.turned_away += 1
        self.refusals_in_a_row += 1
        if self.read and self.refusals_in_a_row >= _DEAD_AFTER:
            self.note(f"the portal turned the crawler away: {refusal.why}")
            self.stop("block_page")

    async def _read(self, answer: Answer, entry: Entry) -> tuple[Answer, Reading]:
        """What the answer shows as it was sent, or as its scripts make it where that is more."""
        reading = await self._inspected(answer)
        home = entry.kind == "seed" and not reading.refresh
        drawn = await self.browsing.drawn(answer, reading, home=home) if self.browsing is not None else None
        if drawn is None or self.browsing is None:
            if reading.shell:
                self._unseen(reading, entry)
            return answer, reading
        redone = await self._inspected(drawn)
        return (drawn, redone) if self.browsing.choose(reading, redone, home=home) else (answer, reading)

    def _unseen(self, reading: Reading, entry: Entry) -> None:
        """Takes that a page shows nothing unless its scripts run, and that they did not run."""
        if not self.shells:
            self.note(
                f"{reading.url} shows nothing unless its scripts run in a browser, and perhaps others do not either"
            )
        self.shells += 1
        self.lose(entry)

    def _cut_short(self, reading: Reading, entry: Entry, cut: str) -> None:
        """Takes that the rest of a page is not known: what it says counts, what it does not say tells nothing."""
        self.lose(entry)
        if entry.kind == "seed" and cut != "length" and not reading.refresh:
            self.front_cut = cut

    async def _inspected(self, answer: Answer) -> Reading:
        """What the answer shows; the time counts for the detectors, not for a browser that is busy beside."""
        with self.detecting, self.browsing.watch.halted() if self.browsing is not None else nullcontext():
            return await self.readers.read(answer)

    def _answer(self, response: Response, request: Request) -> Answer:
        if request.meta["cut"] in CUTS:
            self.note(f"{response.url} was cut ({CUTS[request.meta['cut']]})")
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        return Answer(
            response.url,
            response.body,
            response.status,
            headers.get("content-type", ""),
            headers,
            request.meta["fetched_at"],
            request.meta["capture"],
            self._closed(response),
        )

    def _closed(self, response: Response) -> bool:
        lines = response.headers.getlist("X-Robots-Tag")
        return closes_links((line.decode("latin-1") for line in lines), self.options.user_agent)

    def _seed_answered(self, reading: Reading, answer: Answer, request: Request, refusal: Refusal | None) -> None:
        self.story.answered(reading.url, request.meta.get("redirect_urls", []))
        if reading.url.startswith("https://"):
            told = hsts(answer.headers.get("strict-transport-security", ""))
            self.hsts = told is not None and told.active
        if refusal is not None:
            cut = request.meta["cut"]
            if refusal.verdict is None and broke_by_accident(cut, reading.status, answer.body):
                self.story.failed(
                    reading.url,
                    FetchError("timeout" if cut == "time" else "tcp", f"{reading.url} was cut ({CUTS[cut]})"),
                )
            else:
                self.story.refused(reading.url, reading.status, refusal)
            another = self._seed(self.story.next())
            self._errands += [another] if another is not None else []
            return
        self.story.opened = True
        if self.scope.may_step_to(reading.url):
            self.scope.extend(reading.url)
        self.shell = reading.url if reading.shell else None
        self.front_cut = ""

    def keep(self, page: Reading, entry: Entry) -> None:
        """Takes what was seen on a page. Of a page outside the portal only what its link promised counts, and what is
        of the same family: a participation platform proves all of `participation.*`. A page of search results repeats
        the question, so only its links count. Where it cannot be stored, the crawl ends: the recorder says why when it
        is closed."""
        if entry.kind == "search":
            self._report(page.url)
            return
        observations: Sequence[Observation] = page.observations
        if entry.kind == "external":
            families = {feature.partition(".")[0] for feature, _ in entry.features}
            promised = tuple(feature for feature in self.tally.features if feature.partition(".")[0] in families)
            observations = [o for o in observations if o.feature in promised]
            self.tally.note(observations)
            if page.capture is not None:
                self.external[page.capture] = promised
        else:
            self.tally.add(page.language, observations)
            self.search.learn(page, self.scope)
            if self.browsing is not None:
                self.browsing.note(page)
        if page.capture is not None:
            self.read.append(page.capture)
        try:
            self.log.page(page, observations)
        except StorageError:
            self.stop("error")
            return
        self.frontier.learn(entry, observations)
        self._plan_errands(page, entry)
        self._report(page.url)

    def _plan_errands(self, page: Reading, entry: Entry) -> None:
        """On an origin's first page: its sitemaps, a random path, and where its platform keeps what."""
        where = origin(canonical(page.url))
        if entry.kind in ("external", "document") or where in self._probed or len(self._probed) >= _MAX_PROBES:
            return
        self._probed.add(where)
        for url, feature in page.places:
            self.frontier.add(url, ((feature, _LIKELY),), depth=1, zone="platform")
        if self._plain_url is None and self.replay is None:
            self._plain_url = http_twin(self.target.url)
            if self._plain_url and where.startswith("https://"):
                self._errands.append(Entry(self._plain_url, "probe"))
        if self.options.soft404:
            self._errands.append(Entry(random_path(where, self.options.seed), "probe"))
        if self.options.sitemaps:
            named = self.robots[where].sitemaps if where in self.robots else ()
            self._errands += [Entry(url, "sitemap") for url in self.sitemaps.begin(where, named)]

    def refresh(self, page: Reading, entry: Entry) -> Entry | None:
        """The page that a meta refresh leads to, if it is to be fetched now (a seed's), else it is queued."""
        if not page.refresh or canonical(page.refresh) == canonical(page.url):
            return None
        if entry.kind == "seed" and self.story.hop(page.refresh):
            return self._seed(page.refresh)
        if self.scope.contains(page.refresh):
            self.frontier.add(page.refresh, entry.features, depth=entry.depth, zone="nav")
        return None

    async def read_sitemap(self, response: Response) -> None:
        """Puts a sitemap's pages into the frontier and its further sitemaps on the list of errands."""
        if not 200 <= response.status < 300:
            return
        for url in await self.sitemaps.read(response.url, response.body, self.scope):
            self._errands.append(Entry(url, "sitemap"))
        async for url, promise in turns(self.sitemaps.pages(self.tally.languages)):
            if self.stopped:
                return
            self.frontier.add(url, promise, depth=3, zone="sitemap")

    async def learn_missing(self, response: Response) -> None:
        """Takes the answer to the random path, or that of the home page by plain http."""
        assert response.request is not None
        if response.request.meta["entry"].url == self._plain_url:
            location = (response.headers.get(b"Location") or b"").decode("latin-1")
            if response.status < _FAILED:
                self.redirects_to_https = response.status >= _MOVED and location.startswith("https://")
            return
        answer = self._answer(response, response.request)
        drawn = await self.browsing.drawn_missing(answer) if self.browsing is not None else None
        self.gate.learn((drawn or answer).page(self.inspector))

    def failed(self, request: Request, error: BaseException | None) -> Entry | None:
        """Takes that a request has no answer; gives the next seed, if it was the seed."""
        entry: Entry | None = request.meta.get("entry")
        if entry is None or entry.kind in ("sitemap", "probe"):
            return None
        self.budget.reserved -= 1
        if entry.kind != "seed" or self.stopped:
            return None
        self.story.failed(request.url, error or RuntimeError("no answer"))
        return self._seed(self.story.next())

    def fetch_failed(self, request: Request, error: FetchError) -> None:
        """Counts an address that does not answer, however often it is tried; too many in a row on the host of the front
        page end the crawl."""
        if not request.meta.get("tries"):
            self.unheard(request.url)
        front = urlsplit(request.url).hostname == urlsplit(self.story.final_url).hostname
        if self.read and front and self.is_silent(request.url):
            self.note(f"the portal stopped answering: {error}")
            self.stop(error.cause)

    def _report(self, url: str) -> None:
        if self.budget.seconds >= self.options.max_seconds and not self.stopped:
            self.stop("budget")
        self._say(url, READING)

    def tell(self, stage: Stage, done: int = 0, of: int = 0, url: str = "") -> None:
        """Says what is being done other than reading: `done` of `of` are behind, of an unknown number where it is 0.
        `url` is the home page, if none is given."""
        self._say(url or self.story.final_url, Step(stage, done, of))

    def _say(self, url: str, step: Step) -> None:
        if self._progress is not None:
            self._progress(self, url, step)
