"""Two assessors at once on one portal in two browsers, a supervisor in a third; the figures equal scikit-learn's."""

from __future__ import annotations

from playwright.sync_api import expect
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped, unused-ignore]
from sqlalchemy import select

from storage.models import Card
from tests.review.conftest import World
from tests.review.screens import PRESENT, Now, Opener, all_sent, chromium, desk, opened, press, ready, shown, told

__all__ = ["chromium", "desk", "opened"]
ONE, TWO = "yynyuyny", "ynnyyyyy"


def test_two_assessors_and_a_supervisor(small: World, opened: Opener) -> None:
    small.clock = Now()  # type: ignore[assignment]
    small.run(said=PRESENT)
    sheet = small.open()
    for name in ("Ana", "Ben"):
        small.assign(small.person(name), *sheet)
    small.person("Sue", "supervisor")
    ana, ben = opened("Ana", "/next"), opened("Ben", "/next")
    for first, second in zip(ONE, TWO, strict=True):
        press(ana, first)
        press(ben, second)
    for page in (ana, ben):
        all_sent(page)
    assert len(told(small)) == len(ONE) + len(TWO)
    assert "Ben" not in ana.content()

    sue = opened("Sue", "/agreement")
    kappa = cohen_kappa_score(list(ONE), list(TWO))
    same = sum(a == b for a, b in zip(ONE, TWO, strict=True)) / len(ONE)
    expect(sue.locator(".facts dd").nth(0)).to_have_text(str(len(ONE)))
    expect(sue.locator(".facts dd").nth(1)).to_have_text(f"{same:.0%}")
    expect(sue.locator(".facts dd").nth(2)).to_have_text(f"{kappa:.2f}")

    sue.goto("/disputes")
    waiting = sue.locator(".list li").count()
    assert waiting == sum(a != b for a, b in zip(ONE, TWO, strict=True))
    with sue.expect_navigation():
        sue.get_by_role("link", name="Begin with the first").click()
    for left in range(waiting - 1, -1, -1):
        with sue.expect_navigation():
            sue.keyboard.press("y")
        assert sue.url.endswith("/disputes") is (left == 0)
    with small.database.reader() as session:
        query = select(Card.status).where(Card.position <= len(ONE)).order_by(Card.position)
        settled = session.scalars(query).all()
    assert settled == ["agreed" if a == b else "adjudicated" for a, b in zip(ONE, TWO, strict=True)]


def test_two_windows_of_one_person(desk: World, opened: Opener) -> None:
    """Each changes its own answers freely; what the other answered meanwhile is not overwritten, and is shown."""
    one = opened("Ana", "/next")
    first = shown(one)
    two = one.context.new_page()
    two.goto(f"/cards/{first}")
    press(one, "y", "z", "n")
    all_sent(one)
    press(two, "y")
    expect(two.locator("#unsaved")).to_contain_text("you answered this card in another window meanwhile")
    assert told(desk) == [(1, "decision", "yes"), (1, "undo", None), (1, "decision", "no")]
    press(two, "z")
    expect(two.locator("[data-unsaved]")).to_have_text("Your answer, not saved: Yes")
    expect(two.locator("[name=verdict][value=no]")).to_have_attribute("aria-pressed", "true")
    ready(two)
    press(two, "u")
    all_sent(two)
    expect(two.locator("#unsaved")).to_be_hidden()
    assert told(desk)[-1] == (1, "decision", "unsure")
    press(one, "z")
    expect(one.locator("#unsaved")).to_contain_text("in another window")
    assert told(desk)[-1] == (1, "decision", "unsure")


def test_two_windows_without_scripts(desk: World, opened: Opener) -> None:
    page = opened("Ana", "/cards/1", java_script_enabled=False)
    other = page.context.new_page()
    other.goto("/cards/1")
    with page.expect_navigation():
        page.locator("[name=verdict][value=yes]").click()
    with other.expect_navigation():
        other.locator("[name=verdict][value=no]").click()
    expect(other.locator("main")).to_contain_text("you answered this card in another window meanwhile")
    assert told(desk) == [(1, "decision", "yes")]
