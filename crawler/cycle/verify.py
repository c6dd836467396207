"""Looks whether addresses are portals: do they answer, where do they lead, do they look official, what is better."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import yarl

from crawler.fetch import body_of, explained, lenient_tls, open_session
from crawler.gate import refusal_of
from crawler.robots import RobotsPolicy, policy
from crawler.settings import CrawlOptions
from crawler.urls import canonical, domain, origin
from crawler.wire import FetchError, HeaderPairs, led
from detectors.hosts import is_government, looks_governmental
from detectors.inspector import Inspector
from detectors.observation import PROOF
from storage.archive import decoded_body
from storage.archive.message import header

if TYPE_CHECKING:
    from detectors.page import Page

_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
_HOPS = 10
_OFFICIAL = "official-portal"


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one address. `answer` is `page`, `refused` (no content, blocked, robots.txt) or `none`; `final`
    where redirects led. `official` is `reserved` (a host name only governments may hold), `shown` (the page names the
    public body as its owner), `likely` (a host name as governments use it) or empty; `signs` says why. `proposal` is a
    better address, empty where there is none, and `why` gives the reason of all that."""

    url: str
    answer: str
    status: int
    final: str
    title: str = ""
    official: str = ""
    signs: str = ""
    proposal: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Met:
    """The end of a chain of redirects. `permanent`: all of them were."""

    url: str
    status: int
    headers: HeaderPairs
    body: bytes
    permanent: bool


@dataclass(frozen=True, slots=True)
class _Got:
    """One answer. `cut`: its body broke off; `target`: where it leads, if it is a redirect."""

    status: int
    headers: HeaderPairs
    body: bytes
    cut: bool
    target: str


@dataclass(slots=True)
class _Turn:
    """One host's: whoever asks it, and from when on it may be asked again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free: float = 0.0


class Verifier:
    """Asks each address for its robots.txt and its page, and for little more. Used as an asynchronous context."""

    def __init__(self, options: CrawlOptions, inspector: Inspector | None = None, *, at_once: int = 50) -> None:
        self._options = options
        self._inspector = inspector or Inspector.default((_OFFICIAL,))
        self._room = asyncio.Semaphore(at_once)
        self._turns: dict[str, _Turn] = {}
        self._tls = lenient_tls()
        self._session = open_session(options, "", connections=at_once, per_host=1)

    async def __aenter__(self) -> Verifier:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def verify(self, url: str) -> Verified:
        """What became of the address, and a better one if it can be told."""
        found = await self._look(url)
        if found.answer == "page" and found.proposal in ("", url):
            return replace(found, proposal="")
        if found.answer == "page":
            return found
        for other in _others(url):
            instead = await self._look(other)
            if instead.answer == "page":
                better = instead.proposal or instead.final
                return replace(found, proposal=better, why=f"{found.why}; {better} answers")
        return found

    async def _look(self, url: str) -> Verified:
        try:
            met = await self._follow(url)
        except FetchError as error:
            answer = "refused" if error.cause == "robots" else "none"
            return Verified(url, answer, 0, url, why=f"{error.cause}: {error}")
        body = decoded_body(met.headers, met.body, self._options.max_body).body
        kind = next((value for name, value in met.headers if name.lower() == b"content-type"), b"").decode("latin-1")
        page = self._inspector.page(met.url, body, status=met.status, content_type=kind)
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in met.headers}
        refusal = refusal_of(page, named)
        if refusal is not None:
            return Verified(url, "refused", met.status, met.url, page.title, why=refusal.why)
        official, signs = self._official(page)
        proposal, why = _proposal(url, met, official)
        return Verified(url, "page", met.status, met.url, page.title, official, signs, proposal, why)

    async def _follow(self, url: str) -> _Met:
        """The page behind the redirects. Raises `FetchError`."""
        permanent = True
        known: dict[str, RobotsPolicy] = {}
        for _ in range(_HOPS):
            where = origin(url)
            if where not in known:
                known[where] = await self._policy(where)
            if not known[where].allows(url):
                raise FetchError("robots", f"robots.txt of {where} asks not to")
            got = await self._get(url)
            if not got.target:
                return _Met(url, got.status, got.headers, got.body, permanent)
            permanent = permanent and got.status in _PERMANENT
            url = canonical(got.target) or got.target
        raise FetchError("redirect_loop", f"more than {_HOPS} redirects")

    async def _policy(self, where: str) -> RobotsPolicy:
        """What robots.txt says at the end of its redirects (RFC 9309, 2.3.1.2); that of a host without an answer says
        nothing, since the page tells it then."""
        url = f"{where}/robots.txt"
        for _ in range(_HOPS if self._options.obey_robots else 0):
            try:
                got = await self._get(url)
            except FetchError:
                break
            if not got.target:
                clear = decoded_body(got.headers, got.body, self._options.max_body)
                cut = got.cut or clear.truncated
                return policy(got.status, clear.body, self._options.user_agent, cut=cut)
            url = got.target
        return RobotsPolicy("none")

    async def _get(self, url: str) -> _Got:
        """The answer, when it is the host's turn: one request at a time, with the pause behind it."""
        turn = self._turns.setdefault(urlsplit(url).hostname or "", _Turn())
        async with turn.lock:
            await asyncio.sleep(turn.free - monotonic())
            try:
                async with self._room:
                    return await self._answer(url)
            finally:
                turn.free = monotonic() + self._options.delay

    async def _answer(self, url: str) -> _Got:
        limit = aiohttp.ClientTimeout(total=self._options.timeout)
        try:
            async with self._session.get(
                yarl.URL(url, encoded=True), ssl=self._tls, allow_redirects=False, timeout=limit
            ) as answer:
                body, cut = await body_of(answer, self._options.max_body)
                location = header(answer.raw_headers, "Location") if answer.status in _REDIRECTS else None
                target = led(url, location) if location else ""
                return _Got(answer.status, answer.raw_headers, body, cut is not None, target)
        except Exception as error:
            raise explained(error, url, self._options.timeout) from error

    def _official(self, page: Page) -> tuple[str, str]:
        """How official the page is, and the signs."""
        seen = sorted(self._inspector.look(page)[0], key=lambda o: -o.strength)
        signs = "; ".join(dict.fromkeys(f"{o.why}: {o.quote[:80]}" for o in seen[:3]))
        if is_government(page.host):
            return "reserved", signs
        if any(o.strength >= PROOF for o in seen):
            return "shown", signs
        return ("likely" if looks_governmental(page.host) or seen else ""), signs


def _proposal(url: str, met: _Met, official: str) -> tuple[str, str]:
    """A better address for a page that answers: where its owner says, for good, that it has moved. Of a portal in a
    folder of a host, which others share, the whole address."""
    before, after = urlsplit(url), urlsplit(met.url)
    if canonical(url) == canonical(met.url):
        return "", ""
    moved = f"{after.scheme}://{after.netloc}/" if before.path in ("", "/") else met.url
    if before.hostname == after.hostname:
        return (moved, "answers over HTTPS") if before.scheme == "http" and after.scheme == "https" else ("", "")
    same = domain(before.hostname or "").registered == domain(after.hostname or "").registered
    if same or (met.permanent and official):
        return moved, "redirects there"
    return "", f"redirects to {after.hostname}, which is another domain: a person has to look"


def _others(url: str) -> Sequence[str]:
    """Addresses to try where this one does not answer: with and without `www.`, the other scheme, the front page."""
    parts = urlsplit(url)
    host = parts.netloc
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    other = "http" if parts.scheme == "https" else "https"
    made = [f"{parts.scheme}://{host}/", f"{parts.scheme}://{twin}/", f"{other}://{host}/", f"{other}://{twin}/"]
    return [one for one in made if one != url]


async def verify_all(
    urls: Iterable[str], options: CrawlOptions, *, at_once: int = 50, inspector: Inspector | None = None
) -> AsyncIterator[Verified]:
    """What became of each address, as it is known; none is asked twice at the same time."""
    async with Verifier(options, inspector, at_once=at_once) as verifier:
        tasks = [asyncio.ensure_future(verifier.verify(url)) for url in dict.fromkeys(urls)]
        try:
            for task in asyncio.as_completed(tasks):
                yield await task
        finally:
            for pending in tasks:
                pending.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
