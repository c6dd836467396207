"""Measures how a portal answers on the wire: four endpoints, their handshakes and heads, and what else it speaks.

Few and polite requests: one `GET /` an endpoint, one after the other on a host, with the crawl's pause in between.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.private import PrivateAddressError
from crawler.transport.ask import ask
from crawler.transport.chain import explain_chain
from crawler.transport.dial import Dialer
from crawler.transport.handshake import Handshake, in_words, shake_hands, unknown_host
from crawler.transport.judge import Seen
from crawler.transport.places import Place, places
from crawler.transport.report import Measured, report
from crawler.transport.surroundings import ipv6, outdated_versions
from detectors.facts.transport import EndpointFacts, TransportFacts

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Probe:
    """One portal's measurement. `facts` may be read at any moment: what has not been measured by then is None."""

    url: str
    dialer: Dialer
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    may_ask: Callable[[str], bool] = lambda _: True
    _measured: Measured = field(default_factory=Measured)

    async def run(self, limit: float) -> TransportFacts:
        """Measures for at most `limit` seconds. Never raises, unless it is cancelled: what a server does wrong in a way
        that nobody has foreseen goes to the log."""
        try:
            async with asyncio.timeout(limit):
                await self._all()
        except TimeoutError:
            pass
        except Exception:
            logger.warning("the transport of %s could not be measured", self.url, exc_info=True)
        return self.facts

    @property
    def facts(self) -> TransportFacts:
        """What is known so far; nothing before all endpoints have been tried."""
        return report(self._measured) if self._measured.complete else TransportFacts()

    async def _all(self) -> None:
        wanted = places(self.url)
        hosts = dict.fromkeys(place.host for place in wanted)
        groups = [[place for place in wanted if place.host == host] for host in hosts]
        async with asyncio.TaskGroup() as tasks:
            hosts_seen = [tasks.create_task(self._host(group)) for group in groups]
        self._measured.seen = tuple(one for task in hosts_seen for one in task.result())
        self._measured.complete = bool(wanted)
        https = self._measured.domain.canonical_https
        if https is None or not self._measured.handshakes[https.place].works:
            return
        self._measured.outdated = await outdated_versions(https.place, self.dialer)
        self._measured.ipv6 = await ipv6(https.place, self.dialer)

    async def _host(self, group: list[Place]) -> list[Seen]:
        seen = []
        for number, place in enumerate(group):
            if number:
                await asyncio.sleep(self.dialer.pause)
            seen.append(Seen(place, await self._endpoint(place)))
        return seen

    async def _endpoint(self, place: Place) -> EndpointFacts:
        """What one endpoint does. A handshake that failed where a page is answered then is tried again, since it
        may have been reset by accident."""
        handshake = await self._handshake(place) if place.scheme == "https" else Handshake(None)
        if handshake.silent:
            return EndpointFacts(place.url, False, error=handshake.error)
        if not self.may_ask(place.url):
            return EndpointFacts(place.url, None, 0, "", handshake.problems, "robots.txt asks not to")
        try:
            head = await ask(place, self.dialer)
        except PrivateAddressError as error:
            return EndpointFacts(place.url, None, error=str(error))
        except OSError as error:
            return _silent(place, handshake, error)
        self._measured.heads[place] = head
        if handshake.works is False:
            await asyncio.sleep(self.dialer.pause)
            handshake = await self._handshake(place)
        return EndpointFacts(place.url, True, head.status, head.location, handshake.problems, handshake.error)

    async def _handshake(self, place: Place) -> Handshake:
        made = await explain_chain(place, await shake_hands(place, self.dialer, self.now), self.dialer)
        self._measured.handshakes[place] = made
        return made


def _silent(place: Place, handshake: Handshake, error: OSError) -> EndpointFacts:
    """No answer: a name that could not be looked up just now says nothing, anything else that it is down."""
    if isinstance(error, socket.gaierror):
        passing = error.errno == socket.EAI_AGAIN
        return EndpointFacts(place.url, None if passing else False, 0, "", (), unknown_host(error))
    text = handshake.error or in_words(error, place.port)
    return EndpointFacts(place.url, False, 0, "", handshake.problems, text)
