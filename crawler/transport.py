"""How the portal answers on the wire: HTTPS, its certificate, the way from http to https, HSTS."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.private import PrivateAddressError, addresses
from crawler.urls import canonical
from detectors.facts import TransportFacts
from storage.archive.message import header

if TYPE_CHECKING:
    from storage.archive import ReplayIndex

# OpenSSL's X509_V_ERR_* codes (openssl-verification-options, "Diagnostics").
_REASONS = {
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "signed by an unknown authority",
    20: "incomplete chain or unknown authority",
    21: "incomplete chain or unknown authority",
    23: "revoked",
    62: "issued for another host",
    64: "issued for another address",
}
_PLAIN = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """A verifying TLS handshake: whether one is possible at all, and why the certificate was refused (else empty)."""

    works: bool | None
    error: str = ""


def https_place(url: str) -> tuple[str, int] | None:
    """Host and port where the portal's HTTPS is to be found; None if that cannot be told (http on an odd port)."""
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    if parts.scheme == "https":
        return parts.hostname, parts.port or 443
    return (parts.hostname, 443) if parts.port in (None, 80) else None


def http_twin(url: str) -> str:
    """The portal's home page by plain http; empty if its port cannot be told."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return url
    return canonical(f"http://{parts.hostname}/") if parts.port in (None, 443) and parts.hostname else ""


async def probe_tls(
    host: str, port: int, *, allow_private: bool, timeout: float = 15.0, context: ssl.SSLContext | None = None
) -> TlsProbe:
    """Shakes hands with full verification against the system's certificate authorities; sends nothing else."""
    if context is None and not _has_authorities():
        return TlsProbe(None)
    try:
        async with asyncio.timeout(timeout):
            return await _handshake(host, port, context or ssl.create_default_context(), allow_private)
    except PrivateAddressError:
        return TlsProbe(None)
    except (OSError, TimeoutError, UnicodeError):
        return TlsProbe(False)


async def _handshake(host: str, port: int, context: ssl.SSLContext, allow_private: bool) -> TlsProbe:
    found = await addresses(host, port, allow_private=allow_private)
    last: Exception | None = None
    for info in found[:3]:
        try:
            _, writer = await asyncio.open_connection(str(info[4][0]), port, ssl=context, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            return TlsProbe(True, _REASONS.get(error.verify_code, error.verify_message or "not valid"))
        except (ssl.SSLError, OSError) as error:
            last = error
            continue
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
        return TlsProbe(True)
    raise last or OSError("no address")


def _has_authorities() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or bool(paths.capath and any(Path(paths.capath).iterdir()))


def archived_facts(seed: str, index: ReplayIndex, final_url: str, hsts: bool | None) -> TransportFacts:
    """What an archive can tell: pages captured over https, and what the http address answered."""
    host = urlsplit(final_url or seed).hostname or ""
    secure = next((True for url in index.urls() if url.startswith("https://") and urlsplit(url).hostname == host), None)
    redirects: bool | None = None
    plain = index.lookup(f"http://{host}/")
    if plain is not None and plain.url.startswith("http://"):
        target = header(plain.headers, "Location") or ""
        redirects = (
            target.startswith("https://") if 300 <= plain.status < 400 else False if plain.status == 200 else None
        )
    return TransportFacts(secure, "", redirects, hsts, final_url)
