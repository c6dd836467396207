"""Keeps the crawl out of private networks: addresses are judged when a connection is made, whatever name led there."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

REFUSED = "is not an address of the public internet"
_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
"""All that IANA gives out of IPv6 (RFC 4291, 2.4); beyond it lie site-local addresses, IPv4-compatible ones and other
ways in."""
AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class PrivateAddressError(OSError):
    """The host resolves to a private, loopback, link-local or reserved address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} {REFUSED}; use --allow-private to visit it all the same")


def is_public(address: str) -> bool:
    """Whether an address is of the public internet; IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64) counts as itself."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(ip)
    return all(_is_global(one) for one in ((ip,) if inner is None else inner))


def is_named_private(host: str) -> bool:
    """Whether a host lies in a private network by its own name: an address that is not public, or `localhost`. What
    other names lead to, only DNS tells."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return not is_public(host)


def _is_global(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and (isinstance(ip, IPv4Address) or ip in _GLOBAL_UNICAST)


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...] | None:
    if isinstance(ip, IPv4Address):
        return None
    if ip.ipv4_mapped is not None:
        return (ip.ipv4_mapped,)
    if ip.sixtofour is not None:
        return (ip.sixtofour,)
    if ip.teredo is not None:
        return ip.teredo
    if ip in _NAT64:
        return (IPv4Address(int(ip) & 0xFFFFFFFF),)
    return None


def guarded_socket(info: AddrInfo) -> socket.socket:
    """A socket for an address about to be connected to; raises `PrivateAddressError` unless it is public."""
    address = str(info[4][0])
    if not is_public(address):
        raise PrivateAddressError(address)
    return open_socket(info)


def open_socket(info: AddrInfo) -> socket.socket:
    """A socket for any address."""
    return socket.socket(family=info[0], type=info[1], proto=info[2])
