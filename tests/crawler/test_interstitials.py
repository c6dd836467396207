"""Block pages, challenges, parked domains, default pages: recognised, and never seen in content."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crawler.interstitials import Verdict, interstitial, signatures
from detectors.inspector import Inspector
from tests.crawler.loopback import TEXT, page

CASES = {
    "Cloudflare challenge": (
        403,
        {},
        "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script>",
    ),
    "Cloudflare challenge by header": (403, {"cf-mitigated": "challenge"}, f"<title>x</title>{TEXT * 4}"),
    "Cloudflare block": (
        403,
        {},
        "<title>Blocked</title><div id='cf-error-details'>Sorry, you have been blocked</div>",
    ),
    "Akamai block": (
        403,
        {},
        "<TITLE>Access Denied</TITLE><H1>Access Denied</H1>You don't have permission to access x on this server."
        "<P>Reference #18.5f2</P>",
    ),
    "Imperva block": (
        200,
        {},
        '<iframe src="/_Incapsula_Resource?x">Request unsuccessful. Incapsula incident ID: 5</iframe>',
    ),
    "Sucuri block": (403, {}, "<title>Sucuri WebSite Firewall - Access Denied</title>Access Denied. Block ID: X"),
    "DataDome challenge": (403, {}, '<script src="https://geo.captcha-delivery.com/c.js"></script>Please enable JS'),
    "AWS WAF challenge": (202, {}, "<script>window.awsWafCookieDomainList=[];AwsWafIntegration.x()</script>"),
    "F5 BIG-IP ASM block": (
        200,
        {},
        "<title>Request Rejected</title>The requested URL was rejected. Please consult with your administrator."
        "<br>Your support ID is: 1234567890",
    ),
    "Barracuda block": (403, {}, "<title>x</title>The page is blocked <img src='/barra_counter_session.png'>"),
    "FortiWeb block": (
        403,
        {},
        "<title>Web Page Blocked!</title>Web Page Blocked! Attack ID: 20000008 <i class='fortigate'>",
    ),
    "DDoS-Guard challenge": (
        403,
        {},
        "<title>DDoS-Guard</title><script src='/.well-known/ddos-guard/x'></script>Checking",
    ),
    " geo": (200, {}, "<title>Notice</title>This website is not available in your country."),
    " block": (403, {}, "<title>Acceso denegado</title>No puede pasar"),
    " parked": (200, {}, "<title>town.example</title>This domain may be for sale. Related links"),
    "a hosting company parked": (
        200,
        {},
        "<title>Account Suspended</title>This account has been suspended. Contact us.",
    ),
    "Apache default": (
        200,
        {},
        "<title>Apache2 Debian Default Page: It works</title>Apache2 Debian Default Page It works!",
    ),
    "nginx default": (200, {}, "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>"),
    "IIS default": (200, {}, "<title>IIS Windows Server</title><img src='iisstart.png'>"),
    "a control panel default": (200, {}, "<title>Domain Default page</title>This is the default page of Plesk."),
    " maintenance": (503, {}, "<title>Wartung</title>Diese Seite wird gerade gewartet."),
}


@pytest.mark.parametrize("case", CASES)
def test_interstitials_are_recognised(case: str, inspector: Inspector) -> None:
    status, headers, markup = CASES[case]
    vendor, _, kind = case.replace(" by header", "").rpartition(" ")
    html = f"<html><body>{markup}</body></html>"
    verdict = interstitial(
        inspector.page("https://town.example/", html.encode(), status=status, content_type="text/html"), headers
    )
    assert verdict is not None
    assert verdict.kind == kind
    assert verdict.vendor.startswith(vendor)


@pytest.mark.parametrize(
    "html",
    [
        page("Access to information", body=TEXT + "Access was denied to no one; blocked drains are reported here."),
        page("Contact", body=TEXT, head="<script src='https://www.google.com/recaptcha/api.js'></script>"),
        page("Maintenance of roads", "/a", "/b", body=TEXT * 3),
        page("Maintenance", *(f"/road-{number}" for number in range(30)), body=""),
        page("Blocked drains", body=TEXT),
        page("News", body="The domain of the town. The mayor said: buy this domain of science a book. " * 30),
    ],
)
def test_content_is_content(html: str, inspector: Inspector) -> None:
    assert interstitial(inspector.page("https://town.example/", html.encode(), content_type="text/html"), {}) is None


@pytest.mark.parametrize(("content_type", "more"), [("text/plain", ""), ("text/html", f"<!--{'x' * 400_000}-->")])
def test_neither_a_file_nor_a_page_of_great_size_stands_in_front_of_a_portal(
    content_type: str, more: str, inspector: Inspector
) -> None:
    def verdict(content_type: str, more: str = "") -> Verdict | None:
        body = f"This domain is for sale.{more}".encode()
        return interstitial(inspector.page("https://town.example/", body, content_type=content_type), {})

    assert verdict("text/html") is not None
    assert verdict(content_type, more) is None


def test_signatures_are_complete() -> None:
    kinds = {signature.verdict.kind for signature in signatures()}
    assert kinds == {"challenge", "block", "geo", "parked", "default", "maintenance"}
    assert all(signature.verdict.why for signature in signatures())


def test_no_real_page_is_taken_for_an_interstitial(inspector: Inspector) -> None:
    beside = Path(__file__).parents[3] / "shared" / "corpus"
    corpus = Path(os.environ.get("LOSI_CORPUS", beside)) / "pages"
    if not (corpus / "manifest.jsonl").exists():
        pytest.skip("no corpus: set LOSI_CORPUS to a folder with pages/manifest.jsonl")
    taken = []
    for line in (corpus / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found = interstitial(
            inspector.page(row["url"], (corpus / row["file"]).read_bytes(), content_type="text/html"), {}
        )
        taken += [(row["id"], found)] if found else []
    assert taken == []
