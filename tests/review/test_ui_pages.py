"""Every page in a real Chromium: axe finds nothing, it fits a phone, it mirrors, and text from portals stays text."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Dialog, expect
from sqlalchemy import select, update

from review.service import accounts, adjudication, cards, decisions, replies
from storage.models import Card, Run, Sheet, Task
from storage.repository import new_cycle, open_sheets
from survey.questionnaire import load
from tests.review.conftest import World
from tests.review.screens import Now, Opener, chromium, opened, violations

__all__ = ["chromium", "opened"]
FEATURES = load("losi-2024").features
SOME = dict.fromkeys(FEATURES[:60], "present")
EVIL = "https://evil.example/<script>alert(1)</script>"
QUOTE = "\u202egnp.exe</q><img src=//evil.example/x onerror=alert(2)><svg onload=alert(3)>" + "long" * 5000
SUPERVISOR = (
    "/desk", "/cycles", "/cycles/1", "/cycles/2", "/sheets", "/sheets/1", "/sheets/2", "/disputes", "/notes",
    "/contests", "/scores", "/scores?cycle=2", "/agreement", "/audit", "/portals/1", "/admin/assignments",
    "/admin/accounts", "/account", "/nowhere",
)  # fmt: skip
UNFOLD = "document.querySelectorAll('td details, li details').forEach(each => { each.open = true })"
MODES: dict[str, tuple[str, dict[str, Any]]] = {
    "wide": ("en", {"viewport": {"width": 1280, "height": 900}}),
    "phone": ("ar", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "ar"}),
}


@pytest.fixture
def survey(small: World) -> World:
    """Two cycles of a portal with a hostile name, decided by two, contested by its owner."""
    small.clock = Now()  # type: ignore[assignment]
    for name, role in (("Ana", "assessor"), ("Ben", "assessor"), ("Ada", "admin"), ("Oya", "owner")):
        small.person(name, role)
    for name, said in (("First", SOME), ("Second", dict.fromkeys(FEATURES[20:80], "present"))):
        run = small.run(EVIL, said=said, quote=QUOTE, language="es")
        with small.database.session() as session:
            cycle = new_cycle(session, f"{name} <b>round</b>", "losi-2024")
            session.execute(update(Run).where(Run.id == run).values(cycle_id=cycle.id))
            open_sheets(session, small.clock.now)
    for who in ("Ana", "Ben"):
        small.assign(small.account(who).id, 2)
    _decide(small)
    return small


def _decide(world: World) -> None:
    said = {"Ana": ("yes", "no", "unsure", "no"), "Ben": ("yes", "no", "yes", "yes")}
    with world.database.session() as session:
        accounts.add_portal(session, world.account("Oya").id, 1)
        accounts.account(session, world.account("Ben").id).totp_secret = "A" * 32
        for who, verdicts in said.items():
            account = world.account(who).id
            tasks = session.scalars(select(Task.id).where(Task.account_id == account).order_by(Task.position))
            for task, verdict in zip(tasks.all(), verdicts, strict=False):
                decisions.decide(session, account, task, decisions.Decision(verdict, comment=EVIL), world.clock.now)
        link = replies.make_link(session, 2, "Ada", world.clock.now, world.settings)
        code = session.scalars(select(Card.code).where(Card.sheet_id == 2).limit(1)).one()
        replies.contest(session, link, code, "https://evil.example/x", EVIL, EVIL, world.clock.now, world.settings)


def _reply(world: World) -> str:
    with world.database.session() as session:
        link = replies.make_link(session, 2, "Ada", world.clock.now, world.settings)
        return replies.link_path(world.signer, link)


def _places(world: World) -> list[tuple[str, tuple[str, ...]]]:
    with world.database.reader() as session:
        waiting = adjudication.disputes(session, world.account("Ada").id)[0].card
        task = session.scalars(select(Task.id).where(Task.stage == 0).order_by(Task.id)).first()
    return [
        ("", ("/login", _reply(world))),
        ("Ada", (*SUPERVISOR, f"/disputes/{waiting}")),
        ("Ana", ("/desk", f"/cards/{task}", "/cards/1")),
        ("Oya", ("/own",)),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_and_every_page_fits(survey: World, opened: Opener, mode: str) -> None:
    language, options = MODES[mode]
    with survey.database.session() as session:
        for account in accounts.accounts(session):
            account.language = language
    wrong: list[str] = []
    asked: set[str] = set()

    def hear(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    for who, places in _places(survey):
        page = opened(who, places[0], **options)
        page.on("dialog", hear)
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        for place in places:
            page.goto(place)
            page.evaluate(
                "for (const each of document.querySelectorAll('main td details, main li details')) each.open = true"
            )
            wrong += [f"{place}: {each}" for each in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                wrong.append(f"{place} is wider than the screen")
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            assert page.locator("h1").count() == 1
            assert page.locator("[style], [onclick], script:not([src])").count() == 0
    assert wrong == []
    assert len(asked) == 1


def test_overrides_of_direction_and_foreign_schemes_are_disarmed(survey: World, opened: Opener) -> None:
    with survey.database.reader() as session:
        task = session.scalars(select(Task.id).where(Task.position == 30).limit(1)).one()
    page = opened("Ana", f"/cards/{task}")
    assert "\u202e" not in page.content()
    expect(page.locator(".proofs q").first).to_contain_text("\ufffdgnp.exe</q><img")
    assert len(page.locator(".proofs q").first.inner_text()) < 500
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    assert [href for href in hrefs if not href.startswith(("http://", "https://"))] == []


def test_everything_on_a_card_has_a_name_and_is_reached_by_tab(survey: World, opened: Opener) -> None:
    page = opened("Ana", "/next")
    names: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.innerText || document.activeElement.value || ''").strip())
        seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert seen != "none" or page.evaluate("document.activeElement.matches('.pick, body')")
    for wanted in ("Skip to the content", "Desk", "Own proof or comment", "Yes Y", "Undo Z"):
        assert any(name.replace("\n", " ").startswith(wanted) for name in names), (wanted, names)


def test_languages_of_the_interface(survey: World, opened: Opener) -> None:
    for language, word in (("fr", "Se connecter"), ("ru", "Войти"), ("zh", "登录"), ("es", "Entrar"), ("ar", "دخول")):
        page = opened("", "/login", locale=language)
        expect(page.get_by_role("heading", level=1)).to_have_text(word)


def test_a_supervisor_adjudicates_by_key(survey: World, opened: Opener) -> None:
    page = opened("Ada", "/disputes")
    expect(page.locator(".list li")).to_have_count(2)
    with page.expect_navigation():
        page.get_by_role("link", name="Begin with the first").click()
    expect(page.locator(".panel")).to_have_count(2)
    for key in ("n", "y"):
        with page.expect_navigation():
            page.keyboard.press(key)
    assert page.url.endswith("/disputes")
    with survey.database.reader() as session:
        settled = session.scalars(select(Card.verdict).where(Card.status == "adjudicated").order_by(Card.id)).all()
    assert settled == ["no", "yes"]


def test_the_other_answer_is_shown_when_both_have_decided_and_asked_for(survey: World, opened: Opener) -> None:
    with survey.database.reader() as session:
        query = select(Task.id).where(Task.account_id == survey.account("Ana").id, Task.position == 4)
        task = session.scalars(query).one()
    page = opened("Ana", f"/cards/{task}")
    expect(page.locator(".ask .notice:not([hidden])")).not_to_contain_text("other assessor")
    page.get_by_role("button", name="Show the other answer").click()
    expect(page.locator(".ask .notice:not([hidden])")).to_contain_text("The other assessor’s answer: Yes")


def test_the_portal_page_says_what_changed_and_why(survey: World, opened: Opener) -> None:
    page = opened("Ada", "/portals/1")
    expect(page.get_by_role("table").first).to_contain_text("The crawl went differently")
    columns = page.get_by_role("table", name="").nth(1).locator("thead th")
    assert columns.count() == 4
    with survey.database.reader() as session:
        assert session.scalars(select(Sheet.id)).all() == [1, 2]
        assert cards.card(session, 1).sheet_id == 1
