"""A TLS handshake as a browser would try it, and a second one without judgement where the first is refused."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from crawler.private import PrivateAddressError
from crawler.transport.certificate import certificate_facts, load, own_problems
from crawler.transport.contexts import has_authorities, lenient, verifying
from crawler.transport.dial import Dialer
from crawler.transport.places import Place
from detectors.facts.transport import CertificateFacts, CertificateProblem

# OpenSSL's X509_V_ERR_* codes (openssl-verification-options, "Diagnostics").
_PROBLEMS: dict[int, CertificateProblem] = {
    2: "chain",
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "unknown_authority",
    20: "chain",
    21: "chain",
    23: "revoked",
    62: "wrong_host",
    64: "wrong_host",
    66: "weak",
    67: "weak",
    68: "weak",
}
CHAIN_CODES = frozenset({2, 18, 19, 20, 21})
"""The codes that say that the chain does not end in a trusted root."""
_NO_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)
_OLD_TLS = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"})


@dataclass(frozen=True, slots=True)
class Handshake:
    """How it went. `works`: TLS is spoken in a version that browsers take, whatever the certificate; None if not
    measured. `problems` are the certificate's, `sent` the certificates sent. `error` says why there is no TLS, `silent`
    that nothing answered in time."""

    works: bool | None
    problems: tuple[CertificateProblem, ...] = ()
    error: str = ""
    version: str = ""
    http2: bool = False
    sent: tuple[x509.Certificate, ...] = ()
    facts: CertificateFacts | None = None
    silent: bool = False


async def shake_hands(place: Place, dialer: Dialer, now: datetime) -> Handshake:
    """Verifies against the system's certificate authorities and those of the dialer; never raises `OSError`."""
    context = verifying(dialer.authorities)
    if not has_authorities(context):
        return Handshake(None, error="no certificate authorities are installed here")
    try:
        return await _seen(place, dialer, context, now, ())
    except ssl.SSLCertVerificationError as error:
        return await _refused(place, dialer, now, _PROBLEMS.get(error.verify_code, "other"))
    except PrivateAddressError as error:
        return Handshake(None, error=str(error))
    except socket.gaierror as error:
        return Handshake(None if error.errno == socket.EAI_AGAIN else False, error=unknown_host(error))
    except OSError as error:
        return Handshake(False, error=in_words(error, place.port), silent=isinstance(error, TimeoutError))


async def _refused(place: Place, dialer: Dialer, now: datetime, problem: CertificateProblem) -> Handshake:
    context = lenient()
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        return await _seen(place, dialer, context, now, (problem,))
    except OSError:
        return Handshake(True, (problem,))


async def _seen(
    place: Place, dialer: Dialer, context: ssl.SSLContext, now: datetime, problems: tuple[CertificateProblem, ...]
) -> Handshake:
    async with dialer.connection(place.host, place.port, context) as opened:
        version = opened.tls.version() or ""
        http2 = opened.tls.selected_alpn_protocol() == "h2"
        sent = _sent(opened.tls)
    if not sent:
        return Handshake(True, problems, "", version, http2)
    others = own_problems(sent[0], place.host, now) if problems else ()
    unique = tuple(dict.fromkeys((*problems, *others)))
    return Handshake(True, unique, "", version, http2, sent, _facts(sent, now))


def _facts(sent: tuple[x509.Certificate, ...], now: datetime) -> CertificateFacts | None:
    try:
        return certificate_facts(sent[0], len(sent), now)
    except (ValueError, OverflowError):
        return None


def _sent(tls: ssl.SSLObject) -> tuple[x509.Certificate, ...]:
    """The certificates as sent. The way to the whole chain is public from Python 3.13 on; elsewhere it is the object
    beneath, or the server's own certificate alone."""
    chain: Any = getattr(tls, "get_unverified_chain", None) or getattr(
        getattr(tls, "_sslobj", None), "get_unverified_chain", None
    )
    if chain is None:
        own = tls.getpeercert(binary_form=True)
        ders = [own] if own else []
    else:
        ders = [one if isinstance(one, bytes) else one.public_bytes(_DER) for one in chain() or ()]
    return tuple(made for der in ders if (made := load(der)) is not None)


_DER = 2
"""OpenSSL's X509_FILETYPE_ASN1, which is `_ssl.ENCODING_DER`."""


def unknown_host(error: socket.gaierror) -> str:
    """Why a host has no address."""
    return "the name could not be looked up" if error.errno == socket.EAI_AGAIN else "there is no such host"


def in_words(error: OSError, port: int) -> str:
    """Why there is no TLS on `port`."""
    if isinstance(error, ssl.SSLError):
        if error.reason in _NO_TLS:
            return f"what answers on port {port} does not speak TLS"
        if error.reason in _OLD_TLS:
            return "only outdated versions of TLS are spoken"
        return f"the handshake failed ({(error.reason or 'no reason given').lower().replace('_', ' ')})"
    if isinstance(error, TimeoutError):
        return f"no answer on port {port} in time"
    if isinstance(error, ConnectionRefusedError):
        return f"port {port} is closed"
    return f"no connection to port {port}"
