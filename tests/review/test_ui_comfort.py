"""What makes the pages pleasant: answers always in the same place, nothing shown that does nothing, ways back."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from survey.questionnaire import load
from tests.review.browsing import fields, log_in
from tests.review.conftest import Client, World
from tests.review.screens import Now, Opener, all_sent, chromium, desk, opened, press, ready, told

__all__ = ["chromium", "desk", "opened"]
LINES = """nodes => nodes.map(node => {
  const text = document.createRange();
  text.selectNodeContents(node.firstChild);
  return [text.toString().trim(), new Set([...text.getClientRects()].map(line => line.top)).size];
})"""
"""What buttons say, and on how many lines."""


def _speaks(world: World, name: str, language: str) -> None:
    with world.database.session() as session:
        from review.service.accounts import accounts

        next(row for row in accounts(session) if row.name == name).language = language


@pytest.mark.parametrize(
    "size", [{"width": 1280, "height": 900}, {"width": 640, "height": 450}, {"width": 390, "height": 844}], ids=str
)
def test_the_answers_stay_at_the_foot_of_the_window(small: World, opened: Opener, size: dict[str, int]) -> None:
    small.clock = Now()  # type: ignore[assignment]
    small.run()
    small.assign(small.person("Ana"), *small.open())
    page = opened("Ana", "/next", viewport=size)
    foot = page.locator(".verdicts").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] == pytest.approx(size["height"], abs=1)
    assert foot["height"] < size["height"] / 5


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("who", ["Ana", "Sue"])
def test_the_answers_leave_room_for_the_card_on_small_screens(
    desk: World, opened: Opener, who: str, language: str
) -> None:
    _speaks(desk, who, language)
    page = opened(who, "/next" if who == "Ana" else "/disputes/1", viewport={"width": 390, "height": 844})
    foot = page.locator(".verdicts")
    box = foot.bounding_box()
    assert box is not None
    assert box["height"] < 844 / 4
    lines = foot.locator("button").evaluate_all(LINES)
    assert all(number <= len(text.split()) for text, number in lines)
    page.set_viewport_size({"width": 320, "height": 256})  # a window of 1280 by 1024 at 400 %
    page.locator(".ask h1").evaluate("node => node.scrollIntoView({ block: 'center' })")
    assert not page.evaluate("document.elementFromPoint(160, 230).closest('.verdicts')")


def test_a_notice_shows_only_what_can_be_done(desk: World, opened: Opener) -> None:
    page = opened("Ana", "/next")
    ready(page)
    page.context.set_offline(True)
    press(page, "y")
    expect(page.locator("#unsaved")).to_be_visible()
    expect(page.locator("#unsaved [data-again]")).to_be_visible()
    for part in ("[data-show]", "[data-drop]"):
        expect(page.locator(f"#unsaved {part}")).to_be_hidden()
    page.context.set_offline(False)
    all_sent(page)
    expect(page.locator("#unsaved")).to_be_hidden()


def test_a_supervisor_sees_the_keys_and_switches_them_off(desk: World, opened: Opener) -> None:
    page = opened("Sue", "/disputes/1")
    page.keyboard.press("a")
    expect(page.locator(".archive")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("yes")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Single keys decide").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert told(desk) == []
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_label("Single keys decide")).not_to_be_checked()


def test_english_stands_at_the_start_of_an_arabic_page(desk: World, opened: Opener) -> None:
    _speaks(desk, "Ana", "ar")
    page = opened("Ana", "/next")
    for part in (".ask h1", ".proofs q >> nth=0"):
        assert page.locator(part).evaluate("node => getComputedStyle(node).textAlign") == "right"


def test_a_long_list_of_cards_is_turned_page_by_page(desk: World, opened: Opener) -> None:
    page = opened("Ana", "/desk?stage=all")
    seen = _codes(page)
    while page.locator("main p > a.button", has_text="More cards").count():
        with page.expect_navigation():
            page.click("main p > a.button:has-text('More cards')")
        seen += _codes(page)
    assert seen == [indicator.code for indicator in load("losi-2024").indicators]


def _codes(page: Page) -> list[str]:
    return page.locator(".list a bdi").all_inner_texts()


def test_assigning_nothing_is_said_in_the_form(desk: World, client: Client) -> None:
    browser = client(desk)
    assert log_in(browser, "Ada").status_code == 303
    form = browser.get("/admin/assignments")
    data = {**fields(form, "/admin/assignments"), "account": str(desk.account("Ana").id), "country": "PER"}
    place = str(form.url)
    answer = browser.post("/admin/assignments", data=data, headers={"Referer": place})
    assert (answer.status_code, "nothing to assign" in answer.text) == (422, True)
    assert re.search(r'<input name="country" value="PER"[^>]*>.*name="language"', answer.text, re.DOTALL)


ELSEWHERE = ("", "https://evil.example/admin", "//evil.example/x", "http://[::1/x", "javascript:alert(1)")
HERE = ("/nowhere", "//evil.example/x", "/\\evil.example/x")


@pytest.mark.parametrize("referer", [*ELSEWHERE, *(f"HERE{path}" for path in HERE)])
def test_an_error_leads_to_no_other_place(desk: World, client: Client, referer: str) -> None:
    browser = client(desk)
    log_in(browser, "Ana")
    answer = browser.get("/nowhere", headers={"Referer": referer.replace("HERE", _base(browser))})
    assert answer.status_code == 404
    assert re.findall(r'class="button" href="([^"]*)"', answer.text) == ["/"]


def _base(browser: httpx.Client) -> str:
    return str(browser.base_url).rstrip("/")


def test_an_error_has_the_reader_s_language_and_menu(desk: World, client: Client) -> None:
    _speaks(desk, "Ana", "fr")
    browser = client(desk)
    log_in(browser, "Ana")
    answer = browser.get("/nowhere", headers={"Accept-Language": "en"})
    page: Any = answer.text
    assert '<html lang="fr"' in page
    assert 'href="/desk"' in page
    assert "cette page n’existe pas" in page
    assert browser.get("/api/v1/nowhere").json()["error"] == "Not Found"
