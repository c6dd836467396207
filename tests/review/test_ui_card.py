"""The card in a real Chromium: one key an answer, and no answer lost or doubled whatever the network does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from review.service import adjudication, decisions
from review.settings import ReviewSettings
from storage.models import Finding, Review, Task
from tests.review.conftest import World
from tests.review.screens import (
    PRESENT,
    Now,
    Opener,
    all_sent,
    chromium,
    desk,
    log_in,
    moved,
    opened,
    press,
    ready,
    shown,
    told,
)

__all__ = ["chromium", "desk", "opened"]


@pytest.fixture
def card(desk: World, opened: Opener) -> Page:
    """Ana's first card, with the next ones at hand."""
    page = opened("Ana", "/next")
    ready(page)
    return page


def test_one_key_decides_saves_and_shows_the_next_card(desk: World, card: Page) -> None:
    first = shown(card)
    press(card, "y", "n", "u", "s", "y")
    expect(card.locator("h1")).to_be_focused()
    assert card.url.endswith(f"/cards/{shown(card)}")
    expect(card.locator(".pace .n")).to_have_text("4 / 95")
    expect(card.get_by_role("progressbar", name="4 of 95")).to_be_visible()
    all_sent(card)
    assert [verdict for _, _, verdict in told(desk)] == ["yes", "no", "unsure", "skip", "yes"]
    assert [position for position, _, _ in told(desk)] == [1, 2, 3, 4, 5]
    assert shown(card) == first + 5


def test_the_next_card_does_not_wait_for_the_server(desk: World, card: Page) -> None:
    card.context.set_offline(True)
    press(card, "y", "y", "y")
    assert told(desk) == []
    card.context.set_offline(False)
    all_sent(card)
    assert [position for position, _, _ in told(desk)] == [1, 2, 3]


def test_a_failed_save_is_said_and_keeps_the_page(desk: World, card: Page) -> None:
    expect(card.locator("#unsaved")).to_be_hidden()
    card.context.set_offline(True)
    press(card, "y")
    expect(card.locator("#unsaved")).to_be_visible()
    expect(card.locator("#unsaved")).to_contain_text("Not saved yet")
    with card.expect_event("dialog") as asked:
        card.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    card.context.set_offline(False)
    expect(card.locator("#unsaved")).to_be_hidden()
    assert [verdict for _, _, verdict in told(desk)] == ["yes"]


def test_an_answer_whose_receipt_was_lost_is_stored_once(desk: World, card: Page) -> None:
    lost: list[int] = []
    told_of_it = False

    def lose(route: Route) -> None:
        answer = route.fetch()
        if len(lost) < 2 or not told_of_it:
            lost.append(answer.status)
            route.abort()
        else:
            route.fulfill(response=answer)

    card.route("**/decision", lose)
    press(card, "y")
    expect(card.locator("#unsaved")).to_be_visible()
    told_of_it = True
    all_sent(card)
    assert len(lost) >= 2
    assert set(lost) == {200}
    assert told(desk) == [(1, "decision", "yes")]


def test_answers_outlive_the_page(desk: World, card: Page) -> None:
    card.context.set_offline(True)
    press(card, "y", "n")
    context = card.context
    card.close()
    context.set_offline(False)
    other = context.new_page()
    other.goto("/desk")
    all_sent(other)
    assert [verdict for _, _, verdict in told(desk)] == ["yes", "no"]


def test_answers_wait_for_a_new_login(desk: World, card: Page) -> None:
    card.context.clear_cookies(name="losi")
    press(card, "y")
    expect(card.locator("#unsaved")).to_contain_text("Your session has ended")
    expect(card.get_by_role("button", name="Try now")).to_be_visible()
    log_in(card.context.new_page(), "Ana")
    card.locator("#unsaved [data-again]").dispatch_event("click")  # hidden by now if it was tried again by itself
    all_sent(card)
    expect(card.locator("#unsaved")).to_be_hidden()
    assert [verdict for _, _, verdict in told(desk)] == ["yes"]


def test_an_answer_that_is_refused_is_said_until_it_is_discarded(desk: World, card: Page) -> None:
    with desk.database.session() as session:
        number = session.scalars(select(Task.card_id).order_by(Task.position)).first()
        assert number is not None
        adjudication.adjudicate(session, desk.account("Sue").id, number, "no", None, desk.clock())
    first = shown(card)
    press(card, "y")
    notice = card.locator("#unsaved")
    expect(notice).to_contain_text("a supervisor has decided this card")
    expect(notice.get_by_role("link")).to_have_attribute("href", f"/cards/{first}")
    notice.get_by_role("button", name="Discard this answer").click()
    expect(notice).to_be_hidden()


def test_the_chosen_proof_is_still_chosen_when_the_card_comes_back(desk: World, card: Page) -> None:
    with desk.database.session() as session:
        for finding in session.scalars(select(Finding)):
            finding.evidence = [{**finding.evidence[0], "quote": f"proof {number}"} for number in (1, 2, 3)]
    ready(card)
    first = shown(card)
    press(card, "2", "y")
    all_sent(card)
    card.goto(f"/cards/{first}")
    expect(card.locator(".pick[value='2']")).to_be_checked()


def test_undo_shows_the_card_again_and_takes_the_answer_back(desk: World, card: Page) -> None:
    first = shown(card)
    press(card, "y", "n", "z", "z")
    assert shown(card) == first
    expect(card.locator(".pace .n")).to_have_text("0 / 95")
    press(card, "u")
    all_sent(card)
    assert [(place, act) for place, act, _ in told(desk)] == [
        (1, "decision"), (2, "decision"), (2, "undo"), (1, "undo"), (1, "decision"),
    ]  # fmt: skip
    card.reload()
    card.keyboard.press("z")
    card.wait_for_url(re.compile(rf"/cards/{first}$"))
    all_sent(card)
    assert told(desk)[-1][:2] == (1, "undo")


def test_a_card_that_undo_shows_stays_when_those_that_were_waited_for_come(desk: World, opened: Opener) -> None:
    card, held = opened("Ana", "/desk"), list[Route]()
    card.route("**/ahead?*", lambda route: held.append(route))
    card.goto("/next")
    card.keyboard.press("y")
    expect(card.locator("#place")).to_have_attribute("aria-busy", "true")
    card.keyboard.press("z")
    expect(card.locator("#place")).not_to_have_attribute("aria-busy", "true")
    with card.expect_request_finished(lambda request: "/ahead" in request.url):
        held[0].continue_()
    press(card, "n")
    all_sent(card)
    assert told(desk) == [(1, "decision", "yes"), (1, "undo", None), (1, "decision", "no")]


def test_typing_decides_nothing_and_goes_with_the_answer(desk: World, card: Page) -> None:
    first = shown(card)
    card.keyboard.press("c")
    card.keyboard.type("yes, any user can 1 see it")
    assert shown(card) == first
    card.keyboard.press("Escape")
    card.keyboard.press("1")
    press(card, "n")
    all_sent(card)
    with desk.database.reader() as session:
        review = session.scalars(select(Review)).one()
    assert (review.verdict, review.comment, review.proof["number"]) == ("no", "yes, any user can 1 see it", 1)


def test_keys_of_other_scripts_and_switched_off_keys(desk: World, card: Page) -> None:
    first = shown(card)
    strike = "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))"
    for digit in ("&", "۱"):
        card.evaluate("document.querySelector('.pick').removeAttribute('data-chosen')")
        card.evaluate(strike, [digit, "Digit1"])
        expect(card.locator(".pick[value='1']")).to_have_attribute("data-chosen", "1")
    card.evaluate(strike, ["н", "KeyY"])
    moved(card, first)
    second = shown(card)
    card.keyboard.press("?")
    card.get_by_label("Single keys decide").uncheck()
    card.get_by_role("dialog").get_by_role("button", name="Close").click()
    card.keyboard.press("y")
    card.get_by_role("button", name="Unsure").click()
    moved(card, second)
    all_sent(card)
    assert [verdict for _, _, verdict in told(desk)] == ["yes", "unsure"]


def test_one_key_confirms_all_that_rest_on_the_same_proof(desk: World, card: Page) -> None:
    card.keyboard.press("b")
    card.wait_for_url(re.compile("/desk"))
    with desk.database.reader() as session:
        assert set(session.scalars(select(Task.verdict))) == {"yes"}
    assert len(told(desk)) == 95


def test_cards_that_are_decided_are_not_confirmed_once_more(desk: World, card: Page) -> None:
    press(card, "y", "s")
    expect(card.locator("button[form=same]")).to_contain_text("Yes to 92 more with this proof")
    press(card, "b")
    card.locator("[name=verdict][value=yes]").click()
    card.wait_for_url(re.compile("/desk"))
    assert len([verdict for _, _, verdict in told(desk) if verdict == "yes"]) == 95


def test_the_key_for_the_same_proof_says_yes_to_a_card_that_shares_its_proof_with_none(
    small: World, opened: Opener
) -> None:
    small.clock = Now()  # type: ignore[assignment]
    small.run()
    small.assign(small.person("Ana"), *small.open())
    page = opened("Ana", "/next")
    ready(page)
    press(page, "n", "b")
    expect(page.locator(".pace .n")).to_have_text("2 / 95")
    press(page, "z")
    all_sent(page)
    assert told(small) == [(1, "decision", "no"), (2, "decision", "yes"), (2, "undo", None)]


def test_filters_narrow_the_queue(desk: World, card: Page) -> None:
    card.keyboard.press("/")
    card.get_by_role("dialog").get_by_label("Criterion").select_option("technology")
    card.get_by_role("button", name="Go through them").click()
    card.wait_for_url(re.compile("criterion=technology"))
    press(card, "y", "y")
    assert "criterion=technology" in card.url
    expect(card.locator(".place")).to_contain_text("Technology")


def test_the_archived_page_opens_beside_the_card(desk: World, card: Page) -> None:
    card.keyboard.press("a")
    frame = card.locator("iframe[name=archived]")
    expect(frame).to_be_visible()
    expect(frame).to_have_attribute("sandbox", "")
    expect(card.frame_locator("iframe[name=archived]").locator("p")).to_have_text("the proof")


def test_a_card_without_the_suggestion_shows_none_until_it_is_decided(small: World, opened: Opener) -> None:
    small.clock = Now()  # type: ignore[assignment]
    small.settings = ReviewSettings(hidden_share=1, jobs=False)
    small.run(said=PRESENT, quote="the very proof")
    small.assign(small.person("Ana"), *small.open())
    page = opened("Ana", "/next")
    first = page.url
    expect(page.locator(".suggest")).to_contain_text("Without a suggestion")
    assert "the very proof" not in page.content()
    press(page, "n")
    all_sent(page)
    page.goto(first)
    expect(page.locator(".proofs").first).to_contain_text("the very proof")


def test_without_scripts_the_card_is_a_form(desk: World, opened: Opener) -> None:
    page = opened("Ana", "/next", java_script_enabled=False)
    for name in ("No", "Undo"):
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile(rf"^{name}\b")).click()
    assert [(place, act) for place, act, _ in told(desk)] == [(1, "decision"), (1, "undo")]


def test_a_decision_sent_twice_counts_once(desk: World) -> None:
    account, now = desk.account("Ana").id, desk.clock()
    with desk.database.reader() as session:
        task = session.scalars(select(Task.id).order_by(Task.position)).first()
    assert task is not None
    for verdict in ("yes", "no"):
        with desk.database.session() as session:
            done = decisions.decide(session, account, task, decisions.Decision(verdict), now, key="same-key")
            assert (done.review, done.stage) == (1, 2)
    for _ in range(2):
        with desk.database.session() as session:
            assert decisions.undo(session, account, now, key="undo-key") == task
    assert told(desk) == [(1, "decision", "yes"), (1, "undo", None)]
