"""What is seen on the wire: certificates, the way from http to https, HSTS, private addresses."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crawler.private import is_public
from crawler.transport import http_twin, https_place, probe_tls
from storage.database import Database
from storage.models import Run
from tests.crawler.loopback import Crawl, Serve, page


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


def _server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "town.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    (folder / "own.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_certificates_are_judged(serve: Serve, authority: trustme.CA, tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    servers = {
        "": _server(authority.issue_cert("127.0.0.1")),
        "expired": _server(authority.issue_cert("127.0.0.1", not_after=past)),
        "issued for another address": _server(authority.issue_cert("town.example")),
        "incomplete chain or unknown authority": _server(trustme.CA().issue_cert("127.0.0.1")),
        "self-signed": _self_signed(tmp_path),
    }
    for reason, context in servers.items():
        site = serve({"/": page("Town")}, tls=context)
        found = asyncio.run(probe_tls("127.0.0.1", site.port, allow_private=True, context=_trusting(authority)))
        assert (found.works, found.error) == (True, reason)


def test_another_host_is_told_by_name(serve: Serve, authority: trustme.CA) -> None:
    site = serve({"/": page("Town")}, tls=_server(authority.issue_cert("town.example")))
    found = asyncio.run(probe_tls("localhost", site.port, allow_private=True, context=_trusting(authority)))
    assert found.error == "issued for another host"


def test_no_tls_at_all(serve: Serve, authority: trustme.CA) -> None:
    site = serve({"/": page("Town")})
    found = asyncio.run(probe_tls("127.0.0.1", site.port, allow_private=True, context=_trusting(authority), timeout=2))
    assert (found.works, found.error) == (False, "")
    private = asyncio.run(probe_tls("127.0.0.1", site.port, allow_private=False, context=_trusting(authority)))
    assert private.works is None


def test_a_bad_certificate_is_noted_and_the_portal_read(
    serve: Serve, crawl: Crawl, database: Database, tmp_path: Path
) -> None:
    site = serve(
        {"/": (200, {"Strict-Transport-Security": "max-age=31536000"}, page("Town", "/a").encode()), "/a": page("A")},
        tls=_self_signed(tmp_path),
    )
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.pages) == ("ok", 2)
    with database.reader() as session:
        transport = session.get_one(Run, result.run_id).certificate["facts"]["transport"]
    assert transport["https_works"] is True
    assert transport["certificate_error"] == "self-signed"
    assert transport["hsts"] is True


def test_where_https_and_http_are_looked_for() -> None:
    assert https_place("https://town.example/x") == ("town.example", 443)
    assert https_place("http://town.example/") == ("town.example", 443)
    assert https_place("https://town.example:8443/") == ("town.example", 8443)
    assert https_place("http://town.example:8080/") is None
    assert http_twin("https://town.example/en/") == "http://town.example/"
    assert http_twin("https://town.example:8443/") == ""


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("town", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_redirects_into_a_private_network_are_refused(serve: Serve, crawl: Crawl) -> None:
    inside = serve({"/": page("Inside")})
    result = crawl(f"http://localhost:{inside.port}/", allow_private=False)
    assert result.cause == "private_address"
    assert inside.requests == []
