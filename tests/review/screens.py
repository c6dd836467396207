"""A real Chromium for the review app's pages, and people who use it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select

from crawler.browser.measures import axe_script
from storage.models import Review, Task
from storage.repository import verify_chain
from survey.questionnaire import load
from tests.review.conftest import EDITION, PASSWORD, Client, World

PRESENT = dict.fromkeys(load(EDITION).features, "present")
PATIENCE = 60_000
"""Milliseconds that a page may take on a machine that others keep busy."""
AXE = """async () => (await axe.run(document, {iframes: false})).violations
  .map(rule => `${rule.id}: ${rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`)"""


class Now:
    """The time as it is: the browser's cookies and sessions need no other."""

    def __call__(self) -> datetime:
        return self.now

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright's own Chromium, or the system's."""
    system = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path).exists()
        if not own and system is None:
            pytest.skip("no Chromium here: playwright install chromium")
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(
            executable_path=None if own else system, args=["--no-sandbox"], timeout=PATIENCE
        )
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def desk(small: World) -> World:
    """A sheet whose answers are all yes, on Ana's desk; Sue supervises, Ada administers."""
    small.clock = Now()  # type: ignore[assignment]
    small.run(said=PRESENT, quote="the proof")
    for name, role in (("Sue", "supervisor"), ("Ada", "admin")):
        small.person(name, role)
    small.assign(small.person("Ana"), *small.open())
    return small


@pytest.fixture
def opened(small: World, client: Client, chromium: Browser) -> Iterator[Opener]:
    """Opens a page of the app over the world as somebody who is logged in; dialogs and errors of scripts fail the
    test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []
    base: list[str] = []

    def start(who: str = "", path: str = "/", **options: Any) -> Page:
        if not base:
            base.append(str(client(small).base_url).rstrip("/"))
        context = chromium.new_context(base_url=base[0], **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if who:
            log_in(page, who)
        page.goto(path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert wrong == []


def log_in(page: Page, who: str) -> None:
    """Logs in by the form."""
    page.goto("/login")
    page.fill("input[name=name]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form[action='/login'] button")
    page.wait_for_url(lambda url: "/login" not in url)


def ready(page: Page) -> None:
    """Loads a card anew, and waits until the next ones are at hand."""
    with page.expect_request_finished(lambda request: "/ahead" in request.url):
        page.reload()


def shown(page: Page) -> int:
    """The task whose card is in view."""
    return int(page.locator(".cardbox").get_attribute("data-task") or 0)


def press(page: Page, *keys: str) -> None:
    """Presses keys; after one that decides, waits for the next card."""
    for key in keys:
        before = shown(page)
        page.keyboard.press(key)
        if key in "ynusbz":
            moved(page, before)


def moved(page: Page, before: int) -> None:
    """Waits until another card is shown."""
    expect(page.locator(".cardbox")).not_to_have_attribute("data-task", str(before))


def all_sent(page: Page) -> None:
    """Waits until nothing is left to be saved."""
    expect(page.locator("#unsaved")).to_have_attribute("data-count", "0")


def told(world: World) -> list[tuple[int, str, str | None]]:
    """The chain, which must be whole: task (its position), act, verdict."""
    with world.database.reader() as session:
        assert verify_chain(session).broken is None
        query = (
            select(Task.position, Review.act, Review.verdict)
            .join(Task, (Task.card_id == Review.card_id) & (Task.account_id == Review.account_id))
            .order_by(Review.number)
        )
        return [(position, act, verdict) for position, act, verdict in session.execute(query)]


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is."""
    page.evaluate(axe_script())
    found: list[str] = page.evaluate(AXE)
    return found
