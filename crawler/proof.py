"""Fetches one page that a person named as proof: same manners as a crawl, archived in a run of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import yarl

from crawler.fetch import ACCEPT, lenient_tls
from crawler.private import REFUSED, PrivateAddressError, guarded_socket, is_public, open_socket
from crawler.robots import policy
from crawler.runlog import finding_record
from crawler.settings import CrawlOptions
from crawler.wire import FetchError, Wire
from detectors.conclude import Finding, SearchCertificate, Tally, conclude
from detectors.inspector import Inspector
from storage.archive import ArchiveWriter, decoded_body
from storage.recorder import RunRecorder
from storage.records import CaptureRecord
from storage.repository import finish_run
from survey.features import features

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database
    from storage.words import CaptureKind

_HOPS = 6


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
        self.requests = 0

    async def page(self, url: str) -> ProofPage:
        """The page at the end of the redirects."""
        try:
            async with self._session() as session:
                return await self._follow(session, url)
        except FetchError as error:
            self._keep(url, None, "response", str(error))
            return ProofPage(url, None, str(error))

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
            decoded_body(wire.headers, wire.body, self._options.max_body).body,
            status=wire.status,
            content_type=_header(wire, b"content-type"),
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
            wire = self._last = await self._get(session, url)
            target = _header(wire, b"location") if 300 <= wire.status < 400 else ""
            seq = self._keep(url, wire, "redirect" if target else "response", target=target)
            if not target:
                error = "" if wire.status < 400 else f"the server answers HTTP {wire.status}"
                return ProofPage(url, None if error else seq, error)
            url = urljoin(url, target)
        raise FetchError("redirect_loop", f"more than {_HOPS} redirects")

    async def _ask_robots(self, session: aiohttp.ClientSession, url: str) -> None:
        where = urljoin(url, "/robots.txt")
        answer = await self._get(session, where)
        self._keep(where, answer, "robots")
        body = decoded_body(answer.headers, answer.body, self._options.max_body).body
        if self._options.obey_robots and not policy(answer.status, body, self._options.user_agent).allows(url):
            raise FetchError("robots", f"{urlsplit(url).hostname} asks programs not to fetch this page (robots.txt)")

    async def _get(self, session: aiohttp.ClientSession, url: str) -> Wire:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchError("error", "the page leads to what is no web address")
        self.requests += 1
        timeout = self._options.timeout
        try:
            async with session.get(
                yarl.URL(url, encoded=True), allow_redirects=False, timeout=aiohttp.ClientTimeout(total=timeout)
            ) as answer:
                ip = self._peer(answer)
                body, cut = await self._body(answer)
                return Wire(answer.status, answer.reason or "", answer.raw_headers, body, _now(), ip, cut)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _explained(error, parts.hostname) from error

    async def _body(self, answer: aiohttp.ClientResponse) -> tuple[bytes, str | None]:
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > self._options.max_body:
                answer.close()
                return bytes(body[: self._options.max_body]), "length"
        return bytes(body), None

    def _peer(self, answer: aiohttp.ClientResponse) -> str | None:
        """The address that answered; a private one is refused here once more."""
        transport = answer.connection.transport if answer.connection is not None else None
        peer = transport.get_extra_info("peername") if transport is not None else None
        if peer and not (self._options.allow_private or is_public(str(peer[0]))):
            raise PrivateAddressError(str(peer[0]))
        return str(peer[0]) if peer else None

    def _keep(self, url: str, wire: Wire | None, kind: CaptureKind, error: str | None = None, target: str = "") -> int:
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

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=lenient_tls(), socket_factory=open_socket if self._options.allow_private else guarded_socket
        )
        headers = {
            "User-Agent": self._options.user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate, br",
        }
        return aiohttp.ClientSession(connector=connector, headers=headers, auto_decompress=False)


def _header(wire: Wire, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in wire.headers if key.lower() == name), "")


def _now() -> datetime:
    return datetime.now(UTC)


def _explained(error: Exception, host: str) -> FetchError:
    system = str(getattr(error, "os_error", error))
    if REFUSED in system:
        return FetchError("private_address", f"{host} {REFUSED}")
    if isinstance(error, TimeoutError):
        return FetchError("timeout", f"{host} did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError("dns", f"the host name {host} is not known")
    return FetchError("error", f"{host} could not be asked: {type(error).__name__}")
