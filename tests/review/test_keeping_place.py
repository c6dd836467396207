"""What was typed is kept when it is refused, and every page leads back to where a person was."""

from __future__ import annotations

import re
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import expect

from review.routes.supervise import LISTED
from review.service.accounts import accounts, add_portal
from review.service.replies import contest, make_link
from storage.models import Assignment, Note
from tests.review.browsing import fields, log_in, token
from tests.review.conftest import PASSWORD, Client, World
from tests.review.screens import Opener, chromium, desk, opened
from tests.review.test_decisions import Pair

__all__ = ["chromium", "desk", "opened"]
DISPUTED = 60


@pytest.fixture
def pair(small: World) -> Pair:
    return Pair(small)


@pytest.fixture
def browser(pair: Pair, client: Client) -> httpx.Client:
    """Sue's."""
    made = client(pair.world)
    log_in(made, "Sue")
    return made


def _link(browser: httpx.Client) -> str:
    page = browser.post("/sheets/1/reply", data={"csrf": token(browser)})
    (path,) = re.findall(r"http://[^/]+(/reply/[\w.-]+)", page.text)
    return str(path)


def test_what_an_owner_typed_stays_in_the_form(desk: World, opened: Opener) -> None:
    sue = opened("Sue", "/sheets/1")
    sue.get_by_role("button", name="Make a link").click()
    page = opened("", "/reply" + sue.locator(".notice code").inner_text().partition("/reply")[2])
    typed = {"url": "ftp://city.example/list", "who": "Mayor of the city", "comment": "It stands on page nine."}
    panel = page.locator("section.panel").nth(40)
    panel.locator("summary").last.click()
    for name, value in typed.items():
        panel.locator(f"[name={name}]").fill(value)
    with page.expect_navigation():
        panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("alert")).to_contain_text("ftp:")
    for name, value in typed.items():
        expect(panel.locator(f"[name={name}]")).to_have_value(value)
    expect(panel.locator("[name=url]")).to_be_focused()
    expect(panel.locator("[name=url]")).to_be_in_viewport()
    with page.expect_navigation():
        page.locator("[name=language]").select_option("ar")
        page.get_by_role("button", name="Change").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("section.panel")).to_have_count(95)


def test_an_owner_with_an_account_keeps_language_and_menu(pair: Pair, client: Client) -> None:
    world, owner = pair.world, pair.world.person("Omar", "owner")
    with world.database.session() as session:
        add_portal(session, owner, 1)
        next(row for row in accounts(session) if row.id == owner).language = "ar"
    browser = client(world)
    log_in(browser, "Omar")
    form = fields(browser.get("/own"), "/own/1")
    page = browser.get(browser.post("/own/1", data=form).headers["Location"])
    assert ('dir="rtl"' in page.text, 'href="/own"' in page.text) == (True, True)


def test_a_rejection_without_a_reason_and_a_late_verdict_lose_nothing(pair: Pair, browser: httpx.Client) -> None:
    world = pair.world
    with world.database.session() as session:
        link = make_link(session, pair.sheets[0], "Sue", world.clock(), world.settings)
        contest(session, link, pair.card().code, "https://x.example/", None, "City", world.clock(), world.settings)
    form = fields(browser.get("/contests"), "/contests/1")
    told = browser.post("/contests/1", data={**form, "accept": "no", "answer": " "})
    assert (told.status_code, "a rejection needs a reason" in told.text) == (422, True)
    assert "autofocus" in told.text
    assert browser.get("/contests/1").headers["Location"] == "/contests#contest-1"
    place = f"/disputes/{pair.card().id}"
    form = fields(browser.get(place), "")
    pair.says(pair.ana, "no")
    late = browser.post(place, data={**form, "verdict": "yes", "comment": "seen on page nine"})
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert 'value="seen on page nine"' in late.text
    assert fields(late, "")["seen"] != form["seen"]


def test_a_reason_is_shown_again_where_the_session_had_ended(desk: World, opened: Opener) -> None:
    page = opened("Sue", "/disputes/1")
    page.get_by_label("Reason").fill("seen on page nine")
    page.context.clear_cookies(name="losi")
    with page.expect_navigation():
        page.get_by_role("button", name="No").click()
    expect(page.get_by_role("alert")).to_contain_text("please log in")
    expect(page.locator("textarea")).to_have_value("seen on page nine")
    with page.expect_navigation():
        page.get_by_role("link", name="Back").click()
    page.fill("input[name=name]", "Sue")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form[action='/login'] button")
    assert page.url.endswith("/disputes/1")


def test_disagreements_are_turned_page_by_page(pair: Pair, browser: httpx.Client) -> None:
    for position in range(1, DISPUTED + 1):
        pair.says(pair.ana, "yes", position)
        pair.says(pair.ben, "no", position)
    page = browser.get("/disputes")
    more = re.findall(r'href="(/disputes\?after=\d+)"', page.text)
    rest = browser.get(more[0])
    listed = [re.findall(r'<li><a href="/disputes/(\d+)"', each.text) for each in (page, rest)]
    assert [len(each) for each in listed] == [50, DISPUTED - 50]
    assert len({*listed[0], *listed[1]}) == DISPUTED
    assert "?after=" not in rest.text


def test_a_card_that_nobody_disputed_leads_back_to_its_sheet(pair: Pair, browser: httpx.Client) -> None:
    number = pair.card(7).id
    data = {**fields(browser.get(f"/disputes/{number}"), ""), "verdict": "yes"}
    assert browser.post(f"/disputes/{number}", data=data).headers["Location"] == f"/sheets/1#card-{number}"
    assert f'id="card-{number}"' in browser.get("/sheets/1").text


def test_a_verdict_leads_back_to_the_notes_that_led_to_the_card(pair: Pair, browser: httpx.Client) -> None:
    """To the page of the notes, also where it was refused first."""
    world, number = pair.world, pair.card(3).id
    pair.says(pair.ana, "yes", 3)
    pair.says(pair.ben, "no", 3)
    with world.database.session() as session:
        for _ in range(LISTED + 1):
            session.add(Note(card_id=number, kind="proof_changed", at=world.clock(), details={}))
    for place in ("/notes", re.findall(r'href="(/notes\?after=\d+)"', browser.get("/notes").text)[0]):
        link = re.findall(rf'href="(/disputes/{number}[^"]*)"', browser.get(place).text)[0].replace("&amp;", "&")
        form = fields(browser.get(link), "")
        late = browser.post(f"/disputes/{number}", data={**form, "verdict": "skip"})
        assert late.status_code == 422
        done = browser.post(f"/disputes/{number}", data={**fields(late, ""), "verdict": "yes"})
        assert done.headers["Location"] == place


def test_a_verdict_leads_back_to_the_contest_that_led_to_the_card(pair: Pair, browser: httpx.Client) -> None:
    world, number = pair.world, pair.card().id
    with world.database.session() as session:
        link = make_link(session, pair.sheets[0], "Sue", world.clock(), world.settings)
        contest(session, link, pair.card().code, "https://x.example/", None, "City", world.clock(), world.settings)
    link_to = re.findall(rf'href="(/disputes/{number}[^"]*)"', browser.get("/contests").text)[0].replace("&amp;", "&")
    form = fields(browser.get(link_to), "")
    done = browser.post(f"/disputes/{number}", data={**form, "verdict": "no"})
    assert done.headers["Location"] == "/contests#contest-1"
    assert 'id="contest-1"' in browser.get("/contests").text


def test_a_verdict_leads_to_no_other_site(pair: Pair, browser: httpx.Client) -> None:
    number = pair.card(7).id
    page = browser.get(f"/disputes/{number}", params={"back": "https://elsewhere.example/", "at": 1})
    assert fields(page, "")["back"] == "sheet"
    data = {**fields(page, ""), "back": "//elsewhere.example/", "verdict": "yes"}
    assert browser.post(f"/disputes/{number}", data=data).headers["Location"] == "/disputes"


def test_the_queue_is_still_narrowed_when_the_other_answer_was_shown(pair: Pair, client: Client) -> None:
    pair.says(pair.ana, "yes")
    pair.says(pair.ben, "no")
    browser = client(pair.world)
    log_in(browser, "Ana")
    place = f"/cards/{pair.task(pair.ana)}"
    action = re.findall(rf'action="({place}/reveal[^"]*)"', browser.get(f"{place}?stage=decided").text)
    shown = browser.post(action[0], data={"csrf": token(browser)})
    assert shown.headers["Location"] == f"{place}?stage=decided"


def test_a_login_leads_to_the_page_that_asked_for_it(desk: World, opened: Opener) -> None:
    page = opened("", "/cards/3?stage=all")
    page.fill("input[name=name]", "Ana")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form[action='/login'] button")
    assert page.url.endswith("/cards/3?stage=all")
    page.get_by_role("button", name="Log out").click()
    page.evaluate("fetch('/cards/5')")
    page.fill("input[name=name]", "Ana")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form[action='/login'] button")
    assert page.url.endswith("/desk")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "%2F%2Fevil.example"])
def test_a_login_leads_to_no_other_site(desk: World, client: Client, wanted: str) -> None:
    browser = client(desk)
    browser.cookies.set("losi_wanted", wanted, path="/login")
    assert log_in(browser, "Ana").headers["Location"] == "/"


def test_a_due_date_is_moved_and_lost_by_no_further_assignment(pair: Pair, browser: httpx.Client) -> None:
    def due() -> list[datetime | None]:
        with pair.world.database.reader() as session:
            return [row.due for row in session.query(Assignment).order_by(Assignment.id)]

    csrf = token(browser)
    for day in ("2031-05-31", "2031-06-30"):
        browser.post("/admin/assignments/1/due", data={"csrf": csrf, "due": day})
    assert [str(each)[:10] for each in due()] == ["2031-06-30", "None"]
    assert 'value="2031-06-30"' in browser.get("/admin/assignments").text
    again = {"csrf": csrf, "account": str(pair.ana), "sheet": "1", "due": ""}
    assert browser.post("/admin/assignments", data=again).status_code == 303
    assert [str(each)[:10] for each in due()] == ["2031-06-30", "None"]
    browser.post("/admin/assignments/1/due", data={"csrf": csrf, "due": ""})
    assert due() == [None, None]
    assert browser.post("/admin/assignments/99/due", data={"csrf": csrf, "due": ""}).status_code == 404
