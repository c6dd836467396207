"""The way from http to https between the four endpoints, HSTS, versions, manners: measured on real servers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings

import pytest

from crawler.private import AddrInfo
from crawler.transport import Dialer, Probe
from detectors.facts import TransportFacts
from tests.crawler.certificates import NOW, leaf, server
from tests.crawler.loopback import Answer, Handler
from tests.crawler.tls_world import HOME, World, bad_sides, moved, with_headers

# --- the way to https -------------------------------------------------------------------------------------------------


def judged(facts: TransportFacts) -> tuple[str, bool | None, bool | None, bool | None, bool | None]:
    """Canonical endpoint; defaults to, downgrades, strictly forces HTTPS; http leads to https."""
    return (
        facts.canonical,
        facts.defaults_to_https,
        facts.downgrades_https,
        facts.strictly_forces_https,
        facts.http_redirects_to_https,
    )


def test_http_redirects_to_https(world: World) -> None:
    world.https("town.example")
    world.http("town.example", moved("https://town.example/"))
    assert judged(world.measure()) == ("https://town.example/", True, False, True, True)


def test_http_answers_beside_https(world: World) -> None:
    world.https("town.example")
    world.http("town.example")
    assert judged(world.measure()) == ("http://town.example/", False, False, False, False)


def test_https_alone(world: World) -> None:
    world.https("town.example")
    assert judged(world.measure()) == ("https://town.example/", True, False, True, None)


def test_https_sends_back_to_http(world: World) -> None:
    world.https("town.example", moved("http://town.example/"))
    world.http("town.example")
    facts = world.measure()
    assert judged(facts) == ("http://town.example/", False, True, False, False)
    assert facts.valid_https is True


def test_a_redirect_by_way_of_www(world: World) -> None:
    world.http("town.example", moved("http://www.town.example/"))
    world.http("www.town.example", moved("https://www.town.example/"))
    world.https("town.example", moved("https://www.town.example/"))
    world.https("www.town.example")
    assert judged(world.measure()) == ("https://www.town.example/", True, False, False, True)


def test_https_first_then_www(world: World) -> None:
    world.http("town.example", moved("https://town.example/"))
    world.http("www.town.example", moved("/en/"))
    world.https("town.example", moved("https://www.town.example/"))
    world.https("www.town.example")
    facts = world.measure("http://www.town.example/")
    assert judged(facts) == ("https://www.town.example/", True, False, False, None)


def test_www_that_leads_to_the_bare_host(world: World) -> None:
    for host in ("town.example", "www.town.example"):
        world.http(host, moved("https://town.example/"))
    world.https("town.example")
    world.https("www.town.example", moved("https://town.example/"))
    assert judged(world.measure("https://www.town.example/")) == ("https://town.example/", True, False, True, True)


def test_the_bare_host_s_certificate_is_bad_but_nobody_uses_it(world: World) -> None:
    world.https("town.example", tls=server(world.folder, leaf(world.middle, "www.town.example"), world.middle))
    world.http("town.example", moved("https://www.town.example/"))
    world.http("www.town.example", moved("https://www.town.example/"))
    world.https("www.town.example")
    facts = world.measure()
    assert (facts.canonical, facts.valid_https, facts.bad_hostname) == ("https://www.town.example/", True, True)


def test_a_redirect_to_another_domain_forces_https_but_is_no_default(world: World) -> None:
    world.http("town.example", moved("https://city.example.net/"))
    world.https("town.example", moved("https://city.example.net/"))
    facts = world.measure()
    assert (facts.strictly_forces_https, facts.defaults_to_https, facts.downgrades_https) == (True, False, False)
    assert facts.http_redirects_to_https is True


def test_a_bad_certificate_may_still_be_forced(world: World) -> None:
    world.http("town.example", moved("https://town.example/"))
    world.https("town.example", tls=bad_sides(world)["expired"])
    facts = world.measure()
    assert (facts.strictly_forces_https, facts.defaults_to_https, facts.valid_https) == (True, True, False)


# --- headers ----------------------------------------------------------------------------------------------------------

LONG = "max-age=31536000; includeSubDomains; preload"


@pytest.mark.parametrize(
    ("header", "age", "subdomains", "preload", "active", "ready"),
    [
        (LONG, 31_536_000, True, True, True, True),
        ("max-age=31536000", 31_536_000, False, False, True, False),
        ('MAX-AGE = "600" ; INCLUDESUBDOMAINS', 600, True, False, True, False),
        ("max-age=600; includeSubDomains; preload", 600, True, True, True, False),
        ("includeSubDomains; max-age=31536000;; preload;", 31_536_000, True, True, True, True),
        ("max-age=0; includeSubDomains", 0, True, False, False, False),
        ("includeSubDomains", None, False, False, False, False),
        ("max-age=abc", None, False, False, False, False),
        ("max-age=-5", None, False, False, False, False),
        ("max-age=5; max-age=6", None, False, False, False, False),
        ("max-age=31536000; later=1", 31_536_000, False, False, True, False),
    ],
)
def test_hsts(
    world: World, header: str, age: int | None, subdomains: bool, preload: bool, active: bool, ready: bool
) -> None:
    world.https("town.example", with_headers(Strict_Transport_Security=header))
    facts = world.measure()
    policy = facts.hsts_policy
    assert policy is not None
    assert (policy.max_age, policy.subdomains, policy.preload, policy.active) == (age, subdomains, preload, active)
    assert (facts.hsts, facts.hsts_preload_ready) == (active, ready)
    assert facts.hsts_entire_domain is (active and subdomains)


def test_no_hsts_and_hsts_by_http_which_does_not_count(world: World) -> None:
    world.https("town.example")
    world.http("town.example", with_headers(Strict_Transport_Security=LONG))
    facts = world.measure()
    assert (facts.hsts, facts.hsts_policy, facts.hsts_preload_ready) == (False, None, False)


def test_the_entire_domain_is_what_the_bare_host_says(world: World) -> None:
    world.https("town.example", moved("https://www.town.example/"))
    world.http("town.example", moved("https://www.town.example/"))
    world.https("www.town.example", with_headers(Strict_Transport_Security=LONG))
    facts = world.measure()
    assert (facts.canonical, facts.hsts, facts.hsts_entire_domain) == ("https://www.town.example/", True, False)


def test_security_headers_and_http3(world: World) -> None:
    world.https(
        "town.example",
        with_headers(
            Content_Security_Policy="default-src 'self'; frame-ancestors 'none'",
            X_Content_Type_Options="nosniff",
            Alt_Svc='h3=":443"; ma=86400, h3-29=":443"',
            Server="x",
        ),
    )
    facts = world.measure()
    assert facts.headers == {
        "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
    }
    assert facts.http_versions == ("http/1.1", "h3")


def test_http2(world: World) -> None:
    made = leaf(world.middle, "town.example")
    world.https("town.example", tls=server(world.folder, made, world.middle, alpn=("h2", "http/1.1")))
    assert world.measure().http_versions == ("http/1.1", "h2")


# --- versions, IPv6, manners ------------------------------------------------------------------------------------------


def old_side(world: World, *, newest: bool) -> ssl.SSLContext:
    """A server that speaks TLS 1.0 and 1.1, with `newest` also what came later; the test is skipped where it cannot."""
    context = server(world.folder, leaf(world.middle, "town.example"), world.middle)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        if not newest:
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


needs_old_tls = pytest.mark.skipif(
    not (ssl.HAS_TLSv1 and ssl.HAS_TLSv1_1), reason="this OpenSSL has no TLS 1.0 and 1.1"
)


@needs_old_tls
def test_outdated_tls_beside_the_new(world: World) -> None:
    world.https("town.example", tls=old_side(world, newest=True))
    facts = world.measure()
    assert (facts.valid_https, facts.tls_version, facts.legacy_tls) == (True, "TLSv1.3", ("TLSv1", "TLSv1.1"))


@needs_old_tls
def test_outdated_tls_alone(world: World) -> None:
    world.https("town.example", tls=old_side(world, newest=False))
    facts = world.measure()
    assert (facts.https_works, facts.valid_https) == (False, False)
    assert facts.tls_error == "only outdated versions of TLS are spoken"


@needs_old_tls
def test_no_outdated_tls(world: World) -> None:
    world.https("town.example")
    assert world.measure().legacy_tls == ()


def test_ipv6(world: World) -> None:
    world.https("town.example")
    facts = world.measure()
    assert (facts.ipv6_address, facts.ipv6_works) == (False, None)
    if not socket.has_ipv6 or not _loopback6():
        pytest.skip("this machine has no IPv6 loopback")
    four = world.resolve

    async def six(host: str, port: int) -> list[AddrInfo]:
        found = await four(host, port)
        return [*found, (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", int(found[0][4][1]), 0, 0))]

    world.resolve = six  # type: ignore[method-assign]
    facts = world.measure()
    assert (facts.ipv6_address, facts.ipv6_works) == (True, False)


def _loopback6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_one_request_an_endpoint(world: World) -> None:
    asked: list[tuple[str, str, str]] = []

    def note(handler: Handler) -> Answer:
        asked.append((handler.command, handler.path, handler.headers["User-Agent"]))
        return 200, {}, b"x"

    world.https("town.example", note)
    world.http("town.example", note)
    world.measure()
    assert asked == [("GET", "/", "test")] * 2


def test_robots_are_obeyed(world: World) -> None:
    site = world.serve({"/": HOME})
    world.servers["town.example", 80] = site.port
    world.https("town.example")
    dialer = Dialer("test", allow_private=True, resolve=world.resolve, authorities=world.root.pem)
    probe = Probe("https://town.example/", dialer, NOW, may_ask=lambda url: url != "http://town.example/")
    asyncio.run(probe.run(20))
    assert site.requests == []


def test_it_ends_in_time_and_keeps_what_it_has(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        world.servers["town.example", 443] = deaf.getsockname()[1]
        world.servers["town.example", 80] = deaf.getsockname()[1]
        dialer = Dialer("test", allow_private=True, resolve=world.resolve, timeout=20, authorities=world.root.pem)
        found = asyncio.run(Probe("https://town.example/", dialer, NOW).run(0.2))
    assert found == TransportFacts()
