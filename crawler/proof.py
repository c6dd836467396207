"""Fetches one page that a person named as proof: same manners as a crawl, archived in a run of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import yarl
from w3lib.url import safe_url_string

from crawler.fetch import body_of, explained, lenient_tls, open_session, peer
from crawler.robots import RobotsPolicy, policy
from crawler.runlog import finding_record
from crawler.settings import CrawlOptions
from crawler.urls import origin
from crawler.wire import FetchError, Wire, led
from detectors.conclude import Finding, SearchCertificate, Tally, conclude
from detectors.inspector import Inspector
from storage.archive import ArchiveWriter
from storage.archive.message import header
from storage.recorder import RunRecorder
from storage.records import CaptureRecord
from storage.repository import finish_run
from survey.features import features

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database
    from storage.words import CaptureKind

_HOPS = 6
_PATIENCE = 300.0
"""Seconds for the page and all that leads to it: half of what it takes until the fetch is taken for dead."""


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The page as fetched: capture `seq` of the run, None with the `error` in words. `findings`: what it shows."""

    url: str
    seq: int | None
    error: str = ""
    findings: tuple[Finding, ...] = ()


def fetch_proof(
    url: str,
    run_id: int,
    database: Database,
    data_dir: Path,
    options: CrawlOptions,
    wanted: Collection[str] = (),
) -> ProofPage:
    """Fetches `url` into run `run_id`, redirects followed, and asks the detectors of the `wanted` features alone.

    robots.txt is obeyed, and private addresses are refused at every hop, when the connection is made. Never raises for
    what a server does; raises `StorageError` if nothing can be stored.
    """
    folder = data_dir / "archive" / f"run-{run_id:06d}"
    info = {"software": options.user_agent, "description": url}
    with RunRecorder(database, run_id, ArchiveWriter(folder, folder.name, info=info), threaded=False) as recorder:
        fetch = _Fetch(options, recorder)
        page = asyncio.run(fetch.page(url))
        if page.seq is not None and wanted:
            page = fetch.look(page, wanted)
            recorder.conclude([finding_record(finding) for finding in page.findings])
    with database.session() as session:
        finish_run(
            session,
            run_id,
            "ok" if page.seq is not None else "unreachable",
            reason=page.error or None,
            archive=f"archive/{folder.name}",
            pages=int(page.seq is not None),
            requests=fetch.requests,
            settings=options.model_dump(mode="json"),
            software=options.user_agent,
        )
    return page


class _Fetch:
    """One page and the robots.txt of every host on the way to it."""

    def __init__(self, options: CrawlOptions, recorder: RunRecorder) -> None:
        self._options = options
        self._recorder = recorder
        self._last: Wire | None = None
        self._robots: dict[str, RobotsPolicy] = {}
        self._tls = lenient_tls()
        self.requests = 0

    async def page(self, url: str) -> ProofPage:
        """The page at the end of the redirects."""
        url = safe_url_string(url)
        try:
            async with asyncio.timeout(_PATIENCE), open_session(self._options, "", connections=2) as session:
                return await self._follow(session, url)
        except (FetchError, TimeoutError) as error:
            why = str(error) or f"{url} could not be had within {_PATIENCE:.0f} seconds"
            self._keep(url, None, "response", why)
            return ProofPage(url, None, why)

    def look(self, page: ProofPage, wanted: Collection[str]) -> ProofPage:
        """The same page with what the detectors of the wanted features find on it."""
        wire = self._last
        if wire is None:
            return page
        every = Inspector.default()
        names = [detector.name for detector in every.detectors.all if set(wanted) & set(detector.features)]
        inspector = Inspector(every.detectors.only(names), every.lexicons)
        view = inspector.page(
            page.url,
            wire.decoded(self._options.max_body).body,
            status=wire.status,
            content_type=header(wire.headers, "Content-Type") or "",
            fetched_at=wire.fetched_at,
            capture=page.seq,
        )
        tally = Tally(features())
        tally.add(view.language, inspector.inspect(view))
        proofs = {key: feature.proof for key, feature in features().items() if key in wanted}
        certificate = SearchCertificate(pages=1, languages=((view.language, 1),), left=1)
        return ProofPage(page.url, page.seq, "", tuple(conclude(tally, certificate, inspector, proofs)))

    async def _follow(self, session: aiohttp.ClientSession, url: str) -> ProofPage:
        for _ in range(_HOPS):
            await self._ask_robots(session, url)
            wire, seq, target = await self._get(session, url, "response")
            if not target:
                self._last = wire
                error = "" if wire.status < 400 else f"the server answers HTTP {wire.status}"
                return ProofPage(url, None if error else seq, error)
            url = target
        raise FetchError("redirect_loop", f"more than {_HOPS} redirects")

    async def _ask_robots(self, session: aiohttp.ClientSession, url: str) -> None:
        where = origin(url)
        if where not in self._robots:
            self._robots[where] = await self._policy(session, f"{where}/robots.txt")
        if self._options.obey_robots and not self._robots[where].allows(url):
            raise FetchError("robots", f"{urlsplit(url).hostname} asks programs not to fetch this page (robots.txt)")

    async def _policy(self, session: aiohttp.ClientSession, url: str) -> RobotsPolicy:
        """What a robots.txt says, at the end of its redirects (RFC 9309, 2.3.1.2)."""
        for _ in range(_HOPS):
            wire, _, target = await self._get(session, url, "robots")
            if not target:
                body = wire.decoded(self._options.max_body).body
                return policy(wire.status, body, self._options.user_agent, cut=wire.truncated is not None)
            url = target
        return RobotsPolicy("none")

    async def _get(self, session: aiohttp.ClientSession, url: str, kind: CaptureKind) -> tuple[Wire, int, str]:
        """The answer, the number of its capture, and where it leads if it is a redirect."""
        wire = await self._ask(session, url)
        location = header(wire.headers, "Location") if 300 <= wire.status < 400 else None
        seq = self._keep(url, wire, "redirect" if location and kind == "response" else kind, target=location)
        return wire, seq, led(url, location) if location else ""

    async def _ask(self, session: aiohttp.ClientSession, url: str) -> Wire:
        if not url.startswith(("http://", "https://")):
            raise FetchError("error", "the page leads to what is no web address")
        self.requests += 1
        timeout = self._options.timeout
        try:
            async with session.get(
                yarl.URL(url, encoded=True),
                ssl=self._tls,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout),
            ) as answer:
                ip = peer(answer)
                body, cut = await body_of(answer, self._options.max_body)
                return Wire(answer.status, answer.reason or "", answer.raw_headers, body, _now(), ip, cut)
        except Exception as error:
            raise explained(error, url, timeout) from error

    def _keep(
        self, url: str, wire: Wire | None, kind: CaptureKind, error: str | None = None, target: str | None = None
    ) -> int:
        values: dict[str, Any] = {"status": None, "error": error, "fetched_at": _now()}
        if wire is not None:
            values = {
                "status": wire.status,
                "reason": wire.reason,
                "headers": wire.headers,
                "body": wire.body,
                "fetched_at": wire.fetched_at,
                "ip": wire.ip,
                "truncated": wire.truncated,
                "target": target or None,
            }
        return self._recorder.capture(CaptureRecord(seq=self._recorder.allot(), url=url, kind=kind, **values))


def _now() -> datetime:
    return datetime.now(UTC)
