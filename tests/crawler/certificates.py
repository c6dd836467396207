"""A certificate authority of our own with an intermediate, and servers with good and bad certificates."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def _name(text: str, owner: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def _signed(
    name: x509.Name,
    issuer: Made | None,
    start: datetime,
    end: datetime,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> Made:
    key = ec.generate_private_key(ec.SECP256R1())
    above = issuer or Made(None, key)  # type: ignore[arg-type]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Made(builder.sign(above.key, hashes.SHA256()), key)


def authority(name: str, issuer: Made | None = None, *, owner: str = "Test Trust") -> Made:
    """A root, or an intermediate of `issuer`."""
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    rules: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (usage, True),
    ]
    return _signed(_name(name, owner), issuer, NOW - 30 * DAY, NOW + 300 * DAY, rules)


def leaf(
    issuer: Made | None,
    *hosts: str,
    start: datetime = NOW - DAY,
    end: datetime = NOW + 60 * DAY,
    issuer_at: str = "",
    owner: str = "Town",
) -> Made:
    """A server's certificate; self-signed without `issuer`. `issuer_at` is where the issuer's own can be had."""
    rules: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectAlternativeName([_general(host) for host in hosts]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
    ]
    if issuer_at:
        where = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_at)
        )
        rules.append((x509.AuthorityInformationAccess([where]), False))
    return _signed(_name(hosts[0], owner), issuer, start, end, rules)


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def server(folder: Path, made: Made, *chain: Made, alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """A server's side of TLS: its own certificate, then the chain that it sends."""
    key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = folder / f"{made.certificate.serial_number:x}.pem"
    file.write_text(key + made.pem + "".join(one.pem for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context
