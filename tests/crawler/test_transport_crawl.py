"""The transport within a crawl: what is stored and concluded, from where, and what is never visited."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.frontier import Entry
from crawler.private import guarded_socket, is_public
from crawler.rerun import rerun
from crawler.result import PortalTarget
from crawler.runlog import RunLog
from crawler.settings import CrawlOptions
from crawler.transport import archived_facts, http_twin, places
from crawler.transport.beside import dialer_of, limit
from crawler.visit import Visit
from detectors.facts import TransportFacts
from detectors.inspector import Inspector
from storage.archive import ArchiveWriter, ReplayIndex
from storage.database import Database
from storage.models import Run
from storage.recorder import RunRecorder
from storage.records import PortalRecord
from storage.repository import import_portals, start_run
from tests.crawler.certificates import leaf, server
from tests.crawler.loopback import Answer, Crawl, Handler, Serve, page


def stored_facts(database: Database, number: int | None) -> dict[str, Any]:
    with database.reader() as session:
        facts: dict[str, Any] = session.get_one(Run, number).certificate["facts"]["transport"]
    return facts


def test_a_bad_certificate_is_noted_and_the_portal_read(
    serve: Serve, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    home = (200, {"Strict-Transport-Security": "max-age=31536000"}, page("Town", "/a").encode())
    site = serve({"/": home, "/a": page("A")}, tls=server(tmp_path, leaf(None, "127.0.0.1")))
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.pages) == ("ok", 2)
    facts = stored_facts(database, result.run_id)
    assert (facts["https_works"], facts["certificate_error"], facts["hsts"]) == (True, "self-signed", True)
    assert facts["certificate"]["names"] == ["127.0.0.1"]
    (https,) = (one for one in result.findings if one.feature == "technology.https")
    assert https.state == "absent"
    assert https.against[0].why == "certificate: self-signed"
    again = rerun(database, result.run_id or 0, inspector, ["https"], data_dir=tmp_path)
    assert again.changes == ()


def test_http_on_an_odd_port_tells_nothing_of_https(serve: Serve, crawl: Crawl, database: Database) -> None:
    site = serve({"/": page("Town")})
    result = crawl(f"{site.url}/")
    assert site.requests.count("/") == 1
    assert stored_facts(database, result.run_id)["https_works"] is None


def test_what_an_archive_tells(tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    with ArchiveWriter(tmp_path / "made", "site") as writer:

        def keep(url: str, status: int, **headers: str) -> None:
            pairs = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
            writer.write_response(url, status, "", pairs, b"<html>", at)

        keep("http://town.example/", 301, Location="http://www.town.example/")
        keep("http://www.town.example/", 302, Location="https://www.town.example/")
        keep(
            "https://www.town.example/", 200, Strict_Transport_Security="max-age=600", X_Content_Type_Options="nosniff"
        )
    with ReplayIndex([tmp_path / "made"]) as index:
        www = archived_facts("http://town.example/", index, "https://www.town.example/", None)
        bare = archived_facts("http://town.example/", index, "http://town.example/", None)
        other = archived_facts("https://village.example/", index, "", None)
    assert (www.https_works, www.http_redirects_to_https, www.hsts) == (True, True, True)
    assert www.headers == {"strict-transport-security": "max-age=600", "x-content-type-options": "nosniff"}
    assert (www.valid_https, www.certificate) == (None, None)
    assert (bare.https_works, bare.http_redirects_to_https) == (None, True)
    assert other == TransportFacts()


def test_an_archive_in_which_two_hosts_lead_to_each_other(crawl: Crawl, tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    with ArchiveWriter(tmp_path / "made", "site") as writer:
        for url, target in (("town.example/", b"www.town.example/"), ("www.town.example/", b"town.example/")):
            writer.write_response(f"http://{url}", 302, "", ((b"Location", b"http://" + target),), b"", at)
        html = ((b"Content-Type", b"text/html"),)
        writer.write_response("http://town.example/home", 200, "OK", html, page("Town").encode(), at)
    result = crawl("http://town.example/home", replay=tmp_path / "made")
    assert (result.pages, result.transport.http_redirects_to_https) == (1, None)


@pytest.mark.parametrize(("header", "set_"), [("max-age=0", False), ("max-age=600", True), ("", False), ("yes", False)])
def test_an_hsts_of_no_seconds_is_none(
    header: str, set_: bool, crawl: Crawl, database: Database, tmp_path: Path
) -> None:
    """The page that shows it is not at the endpoint itself, so that the crawl alone has seen it."""
    headers = ((b"Content-Type", b"text/html"), (b"Strict-Transport-Security", header.encode()))
    with ArchiveWriter(tmp_path / "made", "site") as writer:
        at = datetime(2026, 1, 2, tzinfo=UTC)
        writer.write_response("https://town.example/es/", 200, "OK", headers, page("Town").encode(), at)
    result = crawl("https://town.example/es/", replay=tmp_path / "made")
    facts = stored_facts(database, result.run_id)
    assert (facts["hsts"], facts["hsts_policy"]) == (set_, None)


@pytest.mark.parametrize(
    ("status", "location", "told"),
    [
        (301, b"https://town.example/", True),
        (302, b"http://www.town.example/", False),
        (200, b"", False),
        (403, b"", None),
        (404, b"https://town.example/", None),
        (503, b"", None),
    ],
)
def test_an_error_by_plain_http_tells_nothing_of_redirects(
    status: int, location: bytes, told: bool | None, inspector: Inspector, database: Database, tmp_path: Path
) -> None:
    with database.session() as session:
        import_portals(session, [PortalRecord("https://town.example/", "Town", "city")])
        run = start_run(session, 1, "losi-2024")
    with RunRecorder(database, run.id, ArchiveWriter(tmp_path / "made", "run")) as recorder:
        seeds, options = ["https://town.example/"], CrawlOptions()
        visit = Visit(PortalTarget(seeds[0]), seeds, options, inspector, RunLog(recorder))
        visit._plain_url = "http://town.example/"
        request = Request(visit._plain_url, meta={"entry": Entry(visit._plain_url, "probe")})
        headers = {"Location": location} if location else {}
        asyncio.run(visit.learn_missing(Response(request.url, status, headers, request=request)))
        visit.readers.close()
    assert visit.redirects_to_https is told


def test_the_probe_has_the_patience_of_the_crawl() -> None:
    options = CrawlOptions(timeout=30.0, delay=1.0)
    assert dialer_of(options).timeout == options.timeout
    assert limit(options) == 5 * 31.0
    assert limit(options.model_copy(update={"max_seconds": 50.0})) == 50.0


def test_where_the_endpoints_are() -> None:
    def urls(url: str) -> list[str]:
        return [place.url for place in places(url)]

    four = ["http://town.example/", "https://town.example/", "http://www.town.example/", "https://www.town.example/"]
    assert urls("https://town.example/x") == urls("http://www.town.example:80/") == four
    assert urls("http://192.0.2.1/") == ["http://192.0.2.1/", "https://192.0.2.1/"]
    assert urls("https://[2001:db8::1]/") == ["http://[2001:db8::1]/", "https://[2001:db8::1]/"]
    assert urls("https://town.example:8443/") == ["https://town.example:8443/"]
    assert urls("http://town.example:8080/") == urls("ftp://town.example/") == []
    assert urls("http://localhost/") == ["http://localhost/", "https://localhost/"]
    assert urls("https://www.gob/")[:1] == ["http://www.gob/"]
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
        ("64:ff9b::808:808", True),
        ("2001:0:808:808::f7f7:f7f7", True),
        ("2001:0:7f00:1::f7f7:f7f7", False),
        ("2001:0:808:808::80ff:fffe", False),
        ("2002:7f00:1::", False),
        ("64:ff9b:1::7f00:1", False),
        ("::127.0.0.1", False),
        ("fec0::1", False),
        ("town", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "2606:4700:4700::1111")]
)
def test_public_addresses_of_both_kinds_can_be_connected_to(family: socket.AddressFamily, address: str) -> None:
    info = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443))
    with guarded_socket(info) as made:
        assert (made.family, made.type) == (family, socket.SOCK_STREAM)


def test_redirects_into_a_private_network_are_refused(serve: Serve, crawl: Crawl) -> None:
    inside = serve({"/": page("Inside")})
    result = crawl(f"http://localhost:{inside.port}/", allow_private=False)
    assert result.cause == "private_address"
    assert inside.requests == []


def test_nothing_is_asked_before_robots_txt_was_read(serve: Serve, crawl: Crawl, tmp_path: Path) -> None:
    """It fails at first: the second time it closes the portal."""

    def closes(handler: Handler) -> Answer:
        again = len(handler.server.site.requests) > 1
        return (200 if again else 503, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")

    site = serve({"/": page("Town"), "/robots.txt": closes}, tls=server(tmp_path, leaf(None, "127.0.0.1")))
    assert crawl(f"{site.url}/", timeout=1.0, backoff=3.0).cause == "robots"
    assert site.requests == ["/robots.txt", "/robots.txt"]


def test_robots_that_close_the_home_page_leave_the_handshake(
    serve: Serve, crawl: Crawl, database: Database, tmp_path: Path
) -> None:
    robots = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")
    site = serve({"/": page("Town"), "/robots.txt": robots}, tls=server(tmp_path, leaf(None, "127.0.0.1")))
    result = crawl(f"{site.url}/")
    assert site.requests == ["/robots.txt"]
    facts = stored_facts(database, result.run_id)
    assert (facts["certificate_error"], facts["endpoints"][0]["error"]) == ("self-signed", "robots.txt asks not to")
