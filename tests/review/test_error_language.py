"""What the app refuses is said in the language of who reads it; programs and the command line read English."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from lxml import html

from review.errors import Refused, TooMany
from review.i18n import LANGUAGES, translations
from review.service.accounts import accounts
from tests.review.browsing import fields, log_in, token
from tests.review.conftest import Client, World

CARD = {
    "ar": "لا توجد هذه البطاقة على هذا المكتب",
    "en": "there is no such card on this desk",
    "es": "no hay tal ficha en este escritorio",
    "fr": "cette fiche n’est pas sur ce bureau",
    "ru": "такой карточки нет на этом столе",
    "zh": "此工作台上没有该卡片",
}


@pytest.fixture
def browser(small: World, client: Client) -> httpx.Client:
    """A browser of Ana's, not yet logged in."""
    small.person("Ana")
    return client(small)


def _speaks(world: World, language: str, name: str = "Ana") -> None:
    with world.database.session() as session:
        next(row for row in accounts(session) if row.name == name).language = language


def _notice(answer: httpx.Response) -> Any:
    return next(each for each in html.fromstring(answer.text).iter("p") if each.get("role") == "alert")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_it_in_the_reader_s_language(small: World, browser: httpx.Client, language: str) -> None:
    _speaks(small, language)
    log_in(browser, "Ana")
    notice = _notice(browser.get("/cards/77"))
    assert (notice.get("lang"), notice.text_content()) == (language, CARD[language])


def test_a_script_of_the_page_hears_it_too_and_a_program_english(small: World, browser: httpx.Client) -> None:
    _speaks(small, "es")
    log_in(browser, "Ana")
    asked = "/api/v1/cards/77"
    assert browser.get(asked).json()["error"] == CARD["es"]
    made = browser.post("/account/tokens", data={"csrf": token(browser), "label": "notebook"})
    (key,) = re.findall(r"losi_[\w-]{40,}", made.text)
    browser.cookies.clear()
    assert browser.get(asked, headers={"Authorization": f"Bearer {key}"}).json()["error"] == CARD["en"]


def test_who_is_not_logged_in_reads_what_the_browser_asks_for(small: World, browser: httpx.Client) -> None:
    answer = browser.get("/reply/forged", headers={"Accept-Language": "ru"})
    assert _notice(answer).text_content().startswith("эта ссылка недействительна")


def test_names_stay_as_they_are_typed(small: World, browser: httpx.Client) -> None:
    small.person("Ada", "admin")
    _speaks(small, "fr", "Ada")
    log_in(browser, "Ada")
    form = fields(browser.get("/admin/accounts"), "/admin/accounts")
    name = "100%(name)s <b>"
    sent = {**form, "name": name, "role": "assessor", "password": "a phrase that is long"}
    assert browser.post("/admin/accounts", data=sent).status_code < 400
    answer = browser.post("/admin/accounts", data=sent)
    assert _notice(answer).text_content() == f"il y a déjà un compte '{name}'; choisissez un autre nom"


def test_an_error_outside_the_app_is_english() -> None:
    assert str(Refused("a comment has at most %(most)s characters", most=4)) == "a comment has at most 4 characters"
    assert str(Refused("cannot write 100%s.xlsx", "another name")) == "cannot write 100%s.xlsx; another name"
    waiting = TooMany("too many attempts", 9)
    assert (waiting.mend, waiting.wait) == ("try again in 9 seconds", 9)
    assert waiting.told(translations("fr").gettext) == ("trop de tentatives", "réessayez dans 9 s")


def test_what_has_no_mend_gets_none_in_any_language() -> None:
    moment = datetime(2027, 3, 1, tzinfo=UTC)
    for language in LANGUAGES:
        assert Refused("there is nothing to undo", at=moment).told(translations(language).gettext)[1] == ""
