"""A link for a portal's owner that came into wrong hands: a supervisor revokes it."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.review.browsing import fields, log_in, token
from tests.review.conftest import Client, World


@pytest.fixture
def browser(small: World, client: Client) -> httpx.Client:
    """A browser that Sue, a supervisor, is logged in with; there are two sheets."""
    small.run()
    small.run("https://other.example/")
    small.open()
    small.person("Sue", "supervisor")
    browser = client(small)
    log_in(browser, "Sue")
    return browser


def _made(browser: httpx.Client) -> str:
    page = browser.post("/sheets/1/reply", data={"csrf": token(browser)})
    (path,) = re.findall(r"http://[^/]+(/reply/[\w.-]+)", page.text)
    return str(path)


def test_a_revoked_link_is_good_for_nothing(
    small: World, browser: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    leaked, other = _made(browser), _made(browser)
    assert {browser.get(path).status_code for path in (leaked, other)} == {200}
    page, revoke = browser.get("/sheets/1"), "/sheets/1/reply/1/revoke"
    assert page.text.count("/revoke") == 2
    assert "Links for" not in browser.get("/sheets/2").text
    assert browser.post(revoke).status_code == 403
    assert browser.post("/sheets/2/reply/1/revoke", data=fields(page, revoke)).status_code == 404
    assert browser.post(revoke, data=fields(page, revoke)).status_code == 303
    contest = {"code": "219", "url": "https://x.example/", "who": "City"}
    assert browser.get(leaked).status_code == browser.post(f"{leaked}/contest", data=contest).status_code == 404
    assert browser.get(other).status_code == 200
    assert browser.get("/sheets/1").text.count("/revoke") == 1
    assert "Sue revoked the reply link 1 of sheet 1" in caplog.text
    small.clock.pass_(days=31)
    log_in(browser, "Sue")
    assert "Links for" not in browser.get("/sheets/1").text


def test_a_program_revokes_it_too(small: World, browser: httpx.Client) -> None:
    browser.headers["X-CSRF-Token"] = token(browser)
    made = browser.post("/api/v1/sheets/1/reply-link").json()
    (row,) = browser.get("/api/v1/sheets/1/reply-links").json()
    assert (row["id"], row["made_by"], row["expires"]) == (made["id"], "Sue", made["expires"])
    assert browser.get("/api/v1/sheets/9/reply-links").status_code == 404
    assert browser.post(f"/api/v1/sheets/1/reply-links/{made['id']}/revoke").json() == []
    assert browser.get(made["path"]).status_code == 404
