"""Certificates good and bad, and no HTTPS at all: measured on real TLS servers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import pytest
import trustme

from crawler.private import AddrInfo
from tests.crawler.certificates import Made, authority, leaf, server
from tests.crawler.tls_world import World, bad_sides

# --- certificates -----------------------------------------------------------------------------------------------------


def test_a_good_certificate(world: World) -> None:
    world.https("town.example")
    facts = world.measure()
    assert (facts.https_works, facts.certificate_error, facts.valid_https) == (True, "", True)
    assert (facts.bad_chain, facts.bad_hostname, facts.expired, facts.self_signed) == (False,) * 4
    assert facts.tls_version == "TLSv1.3"
    assert facts.certificate is not None
    assert facts.certificate.subject == "town.example"
    assert facts.certificate.issuer == "Test Issuing CA"
    assert facts.certificate.names == ("town.example",)
    assert facts.certificate.not_after.endswith("+00:00")
    assert 58 <= facts.certificate.days_left <= 60
    assert (facts.certificate.key, facts.certificate.signature) == ("EC secp256r1", "sha256")
    assert facts.certificate.chain == 2


@pytest.mark.parametrize(
    "reason",
    [
        "expired",
        "not yet valid",
        "issued for another host",
        "self-signed",
        "signed by an unknown authority",
        "an intermediate certificate is missing",
        "issued for another host and expired",
        "self-signed and issued for another host and expired",
    ],
)
def test_a_bad_certificate_and_why(world: World, reason: str) -> None:
    world.https("town.example", tls=bad_sides(world)[reason])
    facts = world.measure()
    assert (facts.https_works, facts.certificate_error, facts.valid_https) == (True, reason, False)
    assert facts.certificate is not None
    assert facts.expired is ("expired" in reason)
    assert facts.self_signed is ("self-signed" in reason)
    assert facts.bad_hostname is ("another host" in reason)
    assert facts.bad_chain is any(word in reason for word in ("self-signed", "authority", "intermediate"))


def test_a_certificate_made_by_another_tool(world: World) -> None:
    own = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.issue_cert("town.example").configure_cert(context)
    world.https("town.example", tls=context)
    assert world.measure(authorities=own.cert_pem.bytes().decode()).valid_https is True
    assert world.measure().certificate_error == "signed by an unknown authority"


def test_the_missing_issuer_is_fetched_where_the_certificate_says(world: World) -> None:
    stranger = authority("Stranger's Root", owner="Stranger")
    below = authority("Stranger's CA", stranger, owner="Stranger")
    files = {"/middle.der": world.middle, "/below.der": below, "/stranger.der": stranger}
    store = world.serve(
        {path: (200, {"Content-Type": "application/pkix-cert"}, one.der) for path, one in files.items()}
    )
    world.servers["ca.example", 80] = store.port

    def error(issuer: Made, path: str) -> str:
        made = leaf(issuer, "town.example", issuer_at=f"http://ca.example{path}")
        world.https("town.example", tls=server(world.folder, made))
        return world.measure().certificate_error

    assert error(world.middle, "/middle.der") == "an intermediate certificate is missing"
    assert error(below, "/below.der") == "signed by an unknown authority"
    assert error(stranger, "/stranger.der") == "signed by an unknown authority"
    assert error(below, "/gone.der") == "incomplete chain or unknown authority"
    assert error(below, "/middle.der") == "incomplete chain or unknown authority"


def test_a_name_that_covers_a_level(world: World) -> None:
    wild = server(world.folder, leaf(world.middle, "*.town.example"), world.middle)
    for host, error in {
        "www.town.example": "",
        "a.b.town.example": "issued for another host",
        "town.example": "issued for another host",
    }.items():
        world.servers.clear()
        world.https(host, tls=wild)
        assert world.measure(f"https://{host}/").certificate_error == error


def test_an_address_in_place_of_a_name(world: World) -> None:
    world.https("127.0.0.1", tls=server(world.folder, leaf(world.middle, "127.0.0.1"), world.middle))
    facts = world.measure("https://127.0.0.1/")
    assert facts.valid_https is True
    assert [one.url for one in facts.endpoints] == ["http://127.0.0.1/", "https://127.0.0.1/"]
    world.https("127.0.0.1", tls=server(world.folder, leaf(world.middle, "127.0.0.2"), world.middle))
    assert world.measure("https://127.0.0.1/").certificate_error == "issued for another host"


# --- no HTTPS ---------------------------------------------------------------------------------------------------------


def test_no_https(world: World) -> None:
    world.http("town.example")
    facts = world.measure()
    assert (facts.https_works, facts.valid_https) == (False, False)
    assert facts.tls_error == "port 443 is closed"
    assert (facts.defaults_to_https, facts.strictly_forces_https, facts.downgrades_https) == (False, False, False)
    assert facts.bad_chain is None
    assert facts.canonical == "http://town.example/"


def test_a_name_that_could_not_be_looked_up_again_is_not_without_https(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.http("town.example")
    known = world.resolve

    async def resolve(host: str, port: int) -> list[AddrInfo]:
        if port == 443:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return await known(host, port)

    monkeypatch.setattr(world, "resolve", resolve)
    facts = world.measure()
    assert (facts.https_works, facts.valid_https) == (None, None)
    assert facts.canonical == "http://town.example/"


def test_plain_http_on_port_443(world: World) -> None:
    world.http("town.example")
    world.http("town.example", port=443)
    facts = world.measure()
    assert (facts.https_works, facts.tls_error) == (False, "what answers on port 443 does not speak TLS")


def test_a_server_that_says_nothing(world: World) -> None:
    world.http("town.example")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        world.servers["town.example", 443] = deaf.getsockname()[1]
        facts = world.measure(timeout=2.0)
    assert (facts.https_works, facts.tls_error) == (False, "no answer on port 443 in time")


def test_a_portal_that_does_not_exist_is_not_judged(world: World) -> None:
    facts = world.measure()
    assert (facts.https_works, facts.valid_https, facts.hsts) == (None, None, None)
    assert [one.error for one in facts.endpoints] == ["there is no such host"] * 4


def test_private_addresses_are_not_visited(world: World) -> None:
    world.https("town.example")
    facts = world.measure(allow_private=False)
    assert (facts.https_works, facts.valid_https) == (None, None)


def test_an_answer_that_is_not_http(world: World, raw: Callable[..., str]) -> None:
    world.https("town.example")
    world.servers["town.example", 80] = int(
        raw(lambda c: c.sendall(b"220 mail.town.example ESMTP\r\n\r\n")).split(":")[2][:-1]
    )
    facts = world.measure()
    assert [one.live for one in facts.endpoints if one.url == "http://town.example/"] == [False]
