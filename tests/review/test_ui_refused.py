"""Answers that the server refuses, in a real Chromium: nothing of them is lost, counted, or taken for stored."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from review.service import adjudication, decisions
from storage.models import Card, Finding, Review, Task
from tests.review.conftest import World
from tests.review.screens import Opener, all_sent, chromium, desk, opened, press, ready, shown, told, violations

__all__ = ["chromium", "desk", "opened"]
COMMENT = "seen on the intranet"
PRIVATE = "http://10.0.0.1/x"


@pytest.fixture
def card(desk: World, opened: Opener) -> Page:
    """Ana's first card, with the next ones at hand."""
    page = opened("Ana", "/next")
    ready(page)
    return page


def _refused(page: Page, verdict: str = "n") -> int:
    """Answers the card in view with an address that is refused; the card's task."""
    task = shown(page)
    for key, text in (("c", COMMENT), ("p", PRIVATE)):
        page.keyboard.press(key)
        page.keyboard.type(text)
        page.keyboard.press("Escape")
    press(page, verdict)
    expect(page.locator("#unsaved")).to_contain_text("this is no address of the public internet")
    all_sent(page)
    return task


def _is_back(page: Page, task: int, verdict: str = "No") -> None:
    """The card shows the refused answer, with all that was filled in."""
    expect(page.locator(".cardbox")).to_have_attribute("data-task", str(task))
    expect(page.locator("[data-unsaved]")).to_have_text(f"Your answer, not saved: {verdict}")
    expect(page.locator(".verdicts .refused")).to_contain_text(verdict)
    expect(page.locator("[name=comment]")).to_be_visible()
    assert _fields(page) == [COMMENT, PRIVATE]


def _fields(page: Page) -> list[str]:
    return [page.input_value(f".cardbox [name={name}]") for name in ("comment", "url")]


def _pace(page: Page, text: str) -> None:
    expect(page.locator(".pace .n")).to_have_text(text)


def test_a_refused_answer_comes_back_filled_in_until_it_is_saved(desk: World, card: Page) -> None:
    task = _refused(card)
    card.get_by_role("link", name="Show the card").click()
    _is_back(card, task)
    expect(card.get_by_role("link", name="Show the card")).to_be_hidden()
    card.reload()
    _is_back(card, task)
    assert violations(card) == []
    card.fill("[name=url]", "")
    card.keyboard.press("Escape")
    press(card, "n")
    all_sent(card)
    expect(card.locator("#unsaved")).to_be_hidden()
    card.goto(f"/cards/{task}")
    expect(card.locator(".cardbox")).to_contain_text(COMMENT)
    expect(card.locator("[data-unsaved]")).to_be_hidden()
    assert _fields(card) == ["", ""]
    assert told(desk) == [(1, "decision", "no")]


def test_an_answer_refused_twice_is_kept_once_as_it_was_last(desk: World, card: Page) -> None:
    task = _refused(card)
    card.goto(f"/cards/{task}")
    _is_back(card, task)
    press(card, "u")
    all_sent(card)
    expect(card.locator("#unsaved")).to_be_visible()
    card.goto(f"/cards/{task}")
    _is_back(card, task, "Unsure")
    card.get_by_role("button", name="Discard this answer").click()
    expect(card.locator("#unsaved")).to_be_hidden()


def test_a_refused_answer_is_gone_when_it_is_discarded(desk: World, card: Page) -> None:
    task = _refused(card)
    card.goto(f"/cards/{task}")
    _is_back(card, task)
    card.get_by_role("button", name="Discard this answer").click()
    for _ in range(2):
        expect(card.locator("#unsaved")).to_be_hidden()
        expect(card.locator("[data-unsaved]")).to_be_hidden()
        expect(card.locator(".verdicts .refused")).to_have_count(0)
        assert _fields(card) == ["", ""]
        card.reload()


def test_without_storage_the_page_asks_before_a_refused_answer_is_lost(desk: World, card: Page) -> None:
    card.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    ready(card)
    _refused(card)
    with card.expect_event("dialog") as asked:
        card.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    card.get_by_role("button", name="Discard this answer").click()
    with card.expect_event("close"):
        card.close(run_before_unload=True)


def test_a_refused_answer_is_not_counted(desk: World, card: Page) -> None:
    press(card, "y", "y")
    task = _refused(card)
    _pace(card, "2 / 95")
    press(card, "y")
    _pace(card, "3 / 95")
    all_sent(card)
    card.reload()
    _pace(card, "3 / 95")
    card.goto(f"/cards/{task}")
    _pace(card, "3 / 95")


def test_taking_back_a_refused_answer_shows_it_and_takes_nothing_else_back(desk: World, card: Page) -> None:
    press(card, "y")
    task = _refused(card)
    press(card, "z")
    _is_back(card, task)
    _pace(card, "1 / 95")
    press(card, "z")
    all_sent(card)
    _pace(card, "0 / 95")
    assert told(desk) == [(1, "decision", "yes"), (1, "undo", None)]


@pytest.mark.parametrize("offline", [False, True])
def test_a_refused_change_of_mind_leaves_the_stored_answer(desk: World, card: Page, offline: bool) -> None:
    first = shown(card)
    press(card, "y")
    all_sent(card)
    card.goto(f"/cards/{first}")
    ready(card)
    if offline:
        card.keyboard.press("p")
        card.keyboard.type(PRIVATE)
        card.keyboard.press("Escape")
        card.context.set_offline(True)
        press(card, "n", "z")
        card.context.set_offline(False)
    else:
        _refused(card)
        press(card, "z")
    all_sent(card)
    _pace(card, "1 / 95")
    expect(card.locator("[data-unsaved]")).to_have_text("Your answer, not saved: No")
    assert told(desk) == [(1, "decision", "yes")]


def _adjudicated(world: World, task: int) -> None:
    """A supervisor decides the card of this task."""
    with world.database.session() as session:
        number = session.get_one(Task, task).card_id
        adjudication.adjudicate(session, world.account("Sue").id, number, "no", None, world.clock())


@pytest.mark.parametrize("keys", ["z", "zn", "znz"])
def test_an_undo_that_is_refused_takes_nothing_back(desk: World, card: Page, keys: str) -> None:
    press(card, "y")
    task = shown(card)
    press(card, "y")
    all_sent(card)
    _adjudicated(desk, task)
    card.context.set_offline(True)
    press(card, *keys)
    card.context.set_offline(False)
    all_sent(card)
    expect(card.locator("#unsaved")).to_contain_text("a supervisor has decided this card")
    _pace(card, "2 / 95")
    press(card, "z")
    if keys == "zn":
        press(card, "z")
    all_sent(card)
    _pace(card, "1 / 95")
    assert told(desk) == [(1, "decision", "yes"), (2, "decision", "yes"), (1, "undo", None)]


@pytest.fixture
def three(desk: World, card: Page) -> tuple[Page, list[int]]:
    """Ana's first card, with two more of the same proof, of which one has another proof by now; their tasks."""
    with desk.database.session() as session:
        tasks = list(session.scalars(select(Task.id).order_by(Task.position)))
        for task in tasks[3:]:
            decisions.decide(session, desk.account("Ana").id, task, decisions.Decision("yes"), desk.clock())
    ready(card)
    with desk.database.session() as session:
        session.get_one(Card, session.get_one(Task, tasks[2]).card_id).proof_key = "another"
    return card, tasks[:3]


def test_a_refused_yes_to_several_cards_is_gone_when_all_are_answered(three: tuple[Page, list[int]]) -> None:
    page, tasks = three
    press(page, "b")
    for task in tasks[1:]:
        expect(page.locator("#unsaved")).to_contain_text("these cards do not rest on the same proof")
        expect(page.locator(".cardbox")).to_have_attribute("data-task", str(task))
        expect(page.locator("[data-unsaved]")).to_have_text("Your answer, not saved: Yes")
        page.goto(f"/cards/{tasks[0]}")
        expect(page.locator("[data-unsaved]")).to_be_hidden()
        page.get_by_role("link", name="Show the card").click()
        expect(page.locator(".cardbox")).to_have_attribute("data-task", str(task))
        ready(page)
        page.keyboard.press("n")
        page.wait_for_url(f"**/cards/{tasks[2]}" if task != tasks[2] else "**/desk*")
        all_sent(page)
    expect(page.locator("#unsaved")).to_be_hidden()
    page.goto("/desk")
    expect(page.locator("#unsaved")).to_be_hidden()


def test_a_discarded_answer_leaves_no_proof_chosen(desk: World, opened: Opener) -> None:
    page = opened("Ana", "/next")
    _two_proofs(desk)
    ready(page)
    page.keyboard.press("2")
    task = _refused(page)
    page.goto(f"/cards/{task}")
    expect(page.locator(".pick[value='2']")).to_be_checked()
    page.get_by_role("button", name="Discard this answer").click()
    expect(page.locator(".pick[value='1']")).to_be_checked()
    press(page, "n")
    all_sent(page)
    with desk.database.reader() as session:
        review = session.scalars(select(Review)).one()
    assert (review.verdict, review.proof) == ("no", {})


def _two_proofs(world: World) -> None:
    """Every finding has its proof twice."""
    with world.database.session() as session:
        for finding in session.scalars(select(Finding).where(Finding.state == "present")):
            finding.evidence = [*finding.evidence, *finding.evidence]
