"""Two assessors at once on one portal in two browsers, a supervisor in a third; the figures equal scikit-learn's."""

from __future__ import annotations

from playwright.sync_api import expect
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped, unused-ignore]
from sqlalchemy import select

from storage.models import Card
from tests.review.conftest import World
from tests.review.screens import PRESENT, Now, Opener, all_sent, chromium, opened, press, told

__all__ = ["chromium", "opened"]
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
