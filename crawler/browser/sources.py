"""Where the browser's answers come from: the network, with the crawl's manners, or an archive and nothing else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import yarl

from crawler.fetch import body_of, explained, lenient_tls, open_session
from crawler.robots import RobotsPolicy, policy, unanswered
from crawler.urls import origin
from crawler.wire import FetchError, Wire
from storage.archive import decoded_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.replay import Replay
    from crawler.settings import CrawlOptions

_MAX_EMBEDDED = 5_000_000
"""Bytes of one answer; what is longer is no part of a page that a person waits for."""


class Archived:
    """Answers of an archive; nothing else is ever asked."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Wire:
        """The archived answer; raises `FetchError` (`not_in_archive`)."""
        found = self._replay.find(url)
        if found is None:
            raise FetchError("not_in_archive", f"{url} is not in the archive")
        place = f"{found.file}#{found.offset}"
        return Wire(
            found.status, found.reason, found.headers, found.body, found.fetched_at, None, found.truncated, place
        )

    async def close(self) -> None:
        """Nothing to close: the archive belongs to whoever opened it."""


class Live:
    """Answers of the network. Private addresses are refused when the connection is made, robots.txt is obeyed on
    every host, bodies are bounded; a page's parts are asked for six at a time from a host, as browsers do."""

    def __init__(self, options: CrawlOptions, accept_language: str, known: Mapping[str, RobotsPolicy]) -> None:
        self._options = options
        self._language = accept_language
        self._known = known
        self._robots: dict[str, RobotsPolicy] = {}
        self._reading: dict[str, asyncio.Lock] = {}
        self._tls = lenient_tls()
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Wire:
        """The answer as received; raises `FetchError`."""
        if self._options.binds(url) and not (await self._policy(origin(url))).allows(url):
            raise FetchError("robots", f"robots.txt asks not to fetch {url}")
        return await self._ask(url, headers)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _policy(self, where: str) -> RobotsPolicy:
        if where in self._known:
            return self._known[where]
        async with self._reading.setdefault(where, asyncio.Lock()):
            if where not in self._robots:
                self._robots[where] = await self._read(where)
            return self._robots[where]

    async def _read(self, where: str) -> RobotsPolicy:
        try:
            wire = await self._ask(f"{where}/robots.txt", {}, redirects=True)
        except FetchError as error:
            return unanswered(error)
        body = decoded_body(wire.headers, wire.body, _MAX_EMBEDDED).body
        return policy(wire.status, body, self._options.user_agent, cut=wire.truncated is not None)

    async def _ask(self, url: str, headers: Mapping[str, str], *, redirects: bool = False) -> Wire:
        if self._session is None:
            self._session = open_session(self._options, self._language, connections=12, per_host=6)
        timeout = aiohttp.ClientTimeout(total=self._options.timeout)
        try:
            async with self._session.get(
                yarl.URL(url, encoded=True),
                headers=dict(headers),
                ssl=self._tls,
                allow_redirects=redirects,
                timeout=timeout,
            ) as answer:
                body, truncated = await body_of(answer, _MAX_EMBEDDED)
                now = datetime.now(UTC)
                return Wire(answer.status, answer.reason or "", answer.raw_headers, body, now, None, truncated)
        except Exception as error:
            raise explained(error, url, self._options.timeout) from error
