"""Where a portal's endpoints are: http and https, with and without `www.`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from crawler.urls import canonical

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint: the home page's scheme, host and port."""

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The address of its home page."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{name}{port}/"

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        return self.url.split("/")[2]


def places(url: str) -> tuple[Place, ...]:
    """The endpoints to look at, http before https, the bare host before `www.`.

    Four for a name on the usual ports, two for an address; one where the URL names another port, since nothing then
    tells where its twins are. Empty for http on another port, where there is no HTTPS to judge.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in _PORTS:
        return ()
    port = parts.port or _PORTS[parts.scheme]
    if port not in _PORTS.values() or port == _PORTS["https" if parts.scheme == "http" else "http"]:
        return (Place("https", parts.hostname, port),) if parts.scheme == "https" else ()
    return tuple(Place(scheme, host, usual) for host in _hosts(parts.hostname) for scheme, usual in _PORTS.items())


def _hosts(host: str) -> tuple[str, ...]:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        bare = host.removeprefix("www.") if host.count(".") > 1 else host
        return (bare, f"www.{bare}") if "." in bare else (bare,)
    return (host,)


def http_twin(url: str) -> str:
    """The portal's home page by plain http; empty if its port cannot be told."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return url
    return canonical(f"http://{parts.hostname}/") if parts.port in (None, 443) and parts.hostname else ""
