"""Tells a chain that lacks an intermediate certificate from one whose authority nobody trusts."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from crawler.transport.ask import fetch_small
from crawler.transport.certificate import issued, issuers_at
from crawler.transport.contexts import verifying
from crawler.transport.dial import Dialer
from crawler.transport.handshake import CHAIN_CODES, Handshake
from crawler.transport.places import Place
from detectors.facts.transport import CertificateProblem

_STEPS = 3
_LARGEST = 1 << 16


async def explain_chain(place: Place, handshake: Handshake, dialer: Dialer) -> Handshake:
    """The handshake with its problem `chain` settled, where it has one.

    The missing issuers are fetched from where the certificates say, as Chromium and Windows do. If the chain is good
    with them, it is `incomplete_chain`; if it is not, or if no certificate says where, `unknown_authority`; if they
    could not be had, it stays `chain`, unless a trusted authority bears the issuer's name.
    """
    if "chain" not in handshake.problems or not handshake.sent:
        return handshake
    problem = await _settled(place, handshake.sent, dialer)
    return replace(handshake, problems=tuple(problem if one == "chain" else one for one in handshake.problems))


async def _settled(place: Place, sent: tuple[x509.Certificate, ...], dialer: Dialer) -> CertificateProblem:
    last = _end(sent)
    fetched, told = await _issuers(last, dialer)
    if fetched:
        return "incomplete_chain" if await _good(place, fetched, dialer) else "unknown_authority"
    if _known_by_name(last, dialer):
        return "incomplete_chain"
    return "chain" if told else "unknown_authority"


def _end(sent: tuple[x509.Certificate, ...]) -> x509.Certificate:
    """The last certificate of the path that begins at the server's own."""
    at = sent[0]
    for _ in sent:
        above = next((one for one in sent if one is not at and one.subject == at.issuer and issued(at, one)), None)
        if above is None:
            break
        at = above
    return at


async def _issuers(certificate: x509.Certificate, dialer: Dialer) -> tuple[list[x509.Certificate], bool]:
    """The issuers found, and whether the certificate says at all where its issuer is."""
    found: list[x509.Certificate] = []
    told = bool(issuers_at(certificate))
    while len(found) < _STEPS and certificate.subject != certificate.issuer:
        above = await _issuer(certificate, dialer)
        if above is None:
            break
        found.append(above)
        certificate = above
    return found, told


async def _issuer(certificate: x509.Certificate, dialer: Dialer) -> x509.Certificate | None:
    for url in issuers_at(certificate)[:2]:
        parts = urlsplit(url)
        try:
            body = await fetch_small(Place("http", parts.hostname or "", parts.port or 80), url, dialer, _LARGEST)
        except (OSError, ValueError):
            continue
        for one in _certificates(body):
            if issued(certificate, one):
                return one
    return None


def _certificates(data: bytes) -> list[x509.Certificate]:
    """The certificates in a DER, PEM or PKCS #7 file, which all occur."""
    for read in (
        lambda raw: [x509.load_der_x509_certificate(raw)],
        x509.load_pem_x509_certificates,
        pkcs7.load_der_pkcs7_certificates,
    ):
        try:
            return read(data)
        except Exception:
            continue
    return []


async def _good(place: Place, issuers: list[x509.Certificate], dialer: Dialer) -> bool:
    """Whether the server is trusted once the issuers are at hand, those that would be roots left out."""
    between = (one for one in issuers if one.subject != one.issuer)
    pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in between)
    try:
        async with dialer.connection(place.host, place.port, verifying(dialer.authorities + pem)):
            return True
    except ssl.SSLCertVerificationError as error:
        return error.verify_code not in CHAIN_CODES
    except OSError:
        return False


def _known_by_name(certificate: x509.Certificate, dialer: Dialer) -> bool:
    """Whether the issuer's organisation owns a trusted root."""
    wanted = {one.value for one in certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}
    roots: list[dict[str, Any]] = verifying(dialer.authorities).get_ca_certs()
    parts = (part for root in roots for group in root["subject"] for part in group)
    return any(key == "organizationName" and value in wanted for key, value in parts)
