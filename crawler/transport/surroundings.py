"""What else a server speaks: outdated TLS, IPv6."""

from __future__ import annotations

import socket
import ssl

from crawler.private import AddrInfo
from crawler.transport.contexts import OUTDATED, outdated
from crawler.transport.dial import Dialer
from crawler.transport.places import Place


async def outdated_versions(place: Place, dialer: Dialer) -> tuple[str, ...] | None:
    """The outdated TLS versions that the server accepts; None where this machine's OpenSSL speaks none of them.

    Only a refusal is a no: None, too, where the server did not answer.
    """
    contexts = {version: made for version in OUTDATED if (made := outdated(version)) is not None}
    accepted: list[str] = []
    for version, context in contexts.items():
        try:
            async with dialer.connection(place.host, place.port, context):
                accepted.append(version)
        except (ssl.SSLError, ConnectionError):
            continue
        except OSError:
            return None
    return tuple(accepted) if contexts else None


async def ipv6(place: Place, dialer: Dialer) -> tuple[bool | None, bool | None]:
    """Whether the host has an IPv6 address, and whether it answers there; the latter is None where this machine has no
    way into IPv6, and both are None where the name could not be looked up."""
    try:
        infos = await dialer.addresses(place.host, place.port)
    except OSError:
        return None, None
    six = next((info for info in infos if info[0] == socket.AF_INET6), None)
    if six is None:
        return False, None
    if not has_route(six):
        return True, None
    try:
        async with dialer.connection(place.host, place.port, family=socket.AF_INET6):
            return True, True
    except OSError:
        return True, False


def has_route(info: AddrInfo) -> bool:
    """Whether this machine has a way to the address; nothing is sent."""
    with socket.socket(info[0], socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(info[4][:2])
        except OSError:
            return False
    return True
