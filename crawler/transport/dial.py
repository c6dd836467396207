"""Opens connections to a portal's endpoints: bounded in time, never into private networks."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from crawler.private import AddrInfo, PrivateAddressError, is_public

_ADDRESSES = 3

Resolve = Callable[[str, int], Awaitable[list[AddrInfo]]]
"""What a host's addresses are, and at which port; raises `OSError` (`socket.gaierror`) where there are none."""


async def system_resolver(host: str, port: int) -> list[AddrInfo]:
    """The addresses that the system's resolver gives."""
    return [*await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that is open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def tls(self) -> ssl.SSLObject:
        """The handshake's result, on a connection with TLS."""
        made: ssl.SSLObject = self.writer.get_extra_info("ssl_object")
        return made


@dataclass(frozen=True, slots=True)
class Dialer:
    """How to reach hosts: `timeout` is in seconds and for one connection or answer, `pause` between two requests to one
    host. `ports` says which port stands for a usual one (tests run no server on port 443). `authorities` are PEM
    certificates to trust beside the system's."""

    user_agent: str
    allow_private: bool = False
    timeout: float = 8.0
    pause: float = 0.0
    resolve: Resolve = system_resolver
    authorities: str = ""

    async def addresses(self, host: str, port: int) -> list[AddrInfo]:
        """Addresses that may be visited; raises `OSError`, `PrivateAddressError` where all are private."""
        try:
            found = await self.resolve(host, port)
        except UnicodeError as error:
            raise OSError(f"{host} is no host name") from error
        allowed = [info for info in found if self.allow_private or is_public(str(info[4][0]))]
        if not allowed:
            raise PrivateAddressError(str(found[0][4][0]) if found else host)
        return allowed

    @asynccontextmanager
    async def connection(
        self, host: str, port: int, tls: ssl.SSLContext | None = None, *, family: int = socket.AF_UNSPEC
    ) -> AsyncIterator[Connection]:
        """A connection to the first address that takes one, each given its share of the time; raises `OSError`, which
        TimeoutError and SSLError are.

        A refused certificate is not tried at the next address.
        """
        async with asyncio.timeout(self.timeout):
            infos = [info for info in await self.addresses(host, port) if family in (socket.AF_UNSPEC, info[0])]
            opened = await self._first(infos[:_ADDRESSES], host, tls)
        try:
            yield opened
        finally:
            opened.writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await opened.writer.wait_closed()

    async def _first(self, infos: list[AddrInfo], host: str, tls: ssl.SSLContext | None) -> Connection:
        last: OSError = OSError("no address")
        name = host.rstrip(".") if tls is not None else None
        for info in infos:
            try:
                async with asyncio.timeout(self.timeout / len(infos)):
                    where = str(info[4][0]), int(info[4][1])
                    made = await asyncio.open_connection(*where, ssl=tls, server_hostname=name, limit=1 << 16)
                return Connection(*made)
            except ssl.SSLCertVerificationError:
                raise
            except OSError as error:
                last = error
        raise last
