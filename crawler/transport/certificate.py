"""Reads a server's certificate: what it says, and what is wrong with it whatever its chain."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from detectors.facts.transport import CertificateFacts, CertificateProblem

_MOST_NAMES = 100
_DAY = 86_400


def load(der: bytes) -> x509.Certificate | None:
    """The certificate; None if it cannot be read."""
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


def certificate_facts(certificate: x509.Certificate, sent: int, now: datetime) -> CertificateFacts:
    """What the certificate says; `sent` counts the certificates of the handshake."""
    ends = certificate.not_valid_after_utc
    return CertificateFacts(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        names=names(certificate)[:_MOST_NAMES],
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=ends.isoformat(),
        days_left=int((ends - now).total_seconds() // _DAY),
        key=_key(certificate),
        signature=_signature(certificate),
        chain=sent,
        fingerprint=certificate.fingerprint(SHA256()).hex(),
    )


def own_problems(certificate: x509.Certificate, host: str, now: datetime) -> tuple[CertificateProblem, ...]:
    """What is wrong with the certificate itself: another host, out of date."""
    found: list[CertificateProblem] = []
    if not covers(names(certificate), host):
        found.append("wrong_host")
    if now > certificate.not_valid_after_utc:
        found.append("expired")
    if now < certificate.not_valid_before_utc:
        found.append("not_yet_valid")
    return tuple(found)


def names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names and addresses of the subjectAltName extension; browsers heed no other (RFC 9525)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = (str(address) for address in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def covers(listed: tuple[str, ...], host: str) -> bool:
    """Whether one of the names is the host's; `*.` stands for exactly one label (RFC 9525, 6.3)."""
    wanted = host.rstrip(".").lower()
    try:
        return str(ip_address(wanted)) in listed
    except ValueError:
        pass
    parent = wanted.partition(".")[2]
    return any(name.lower() in (wanted, f"*.{parent}" if parent else wanted) for name in listed)


def issuers_at(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where the certificate says its issuer's own certificate can be had (RFC 5280, 4.2.2.1), by plain http."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    found = (
        str(entry.access_location.value)
        for entry in access
        if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )
    return tuple(url for url in found if url.startswith("http://"))


def issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Whether `parent` signed `child`."""
    try:
        child.verify_directly_issued_by(parent)
    except Exception:
        return False
    return True


def _name(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if values := name.get_attributes_for_oid(oid):
            return str(values[0].value)
    return name.rfc4514_string()


def _key(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except Exception:
        return "unknown"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.removeprefix("_").removesuffix("PublicKey")


def _signature(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except Exception:
        return "unknown"
    return algorithm.name if algorithm is not None else "none"
