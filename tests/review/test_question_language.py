"""Questions are marked with the language they are written in, by which screen readers choose a voice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from losi.commands.publish_scores import show_scores
from review.i18n import asked
from review.publish.atlas import write_atlas
from review.publish.scope import Scope
from review.publish.scores import scores
from review.publish.summary import summarise
from review.service.queue import Filters, TaskRow, tasks
from storage.models import Card, Task
from survey.questionnaire import load
from tests.review.browsing import fields, log_in
from tests.review.conftest import Client, World

TITLE, MEANING = "Ώρες των κολυμβητηρίων", "Λέγονται οι ώρες"
QUESTIONS = f"""edition = "towns-2026"
title = "Towns"
year = 2026
kind = "city"
criteria = ["leisure"]
source = "Decree 12"
%s
[[indicator]]
code = "1"
criterion = "leisure"
title = "{TITLE}"
counts_as_yes = "{MEANING}"
features = ["contact.details"]
"""


@pytest.fixture
def asks_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts an edition of one's own, with this line, in place of LOSI 2024."""

    def ask(line: str) -> None:
        place = tmp_path / "extension" / "questionnaires" / "towns-2026.toml"
        place.parent.mkdir(parents=True)
        place.write_text(QUESTIONS % line, encoding="utf-8")
        monkeypatch.setenv("LOSI_EXTENSION", str(tmp_path / "extension"))
        monkeypatch.setattr("tests.review.conftest.EDITION", "towns-2026")

    return ask


@pytest.mark.parametrize(("line", "tongue"), [('language = "el"', "el"), ("", "")])
def test_every_page_tells_the_language_of_its_questions(
    line: str, tongue: str, small: World, client: Client, asks_its_own: Callable[[str], None]
) -> None:
    asks_its_own(line)
    small.run(said={"contact.details": "present"})
    small.assign(small.person("Ana"), *small.open())
    small.person("Sue", "supervisor")
    ana, sue = client(small), client(small)
    log_in(ana, "Ana")
    log_in(sue, "Sue")
    for browser, page in (
        (ana, "/desk"),
        (ana, "/cards/1"),
        (sue, "/sheets/1"),
        (sue, "/disputes/1"),
        (sue, "/portals/1"),
    ):
        text = browser.get(page).text
        said = (TITLE, MEANING) if page in ("/cards/1", "/disputes/1") else (TITLE,)
        assert dict.fromkeys(said, tongue).items() <= _tongues(text).items(), page


def _tongues(page: str) -> dict[str, str]:
    """The texts of a page that say their language."""
    return {text: tongue for tongue, text in re.findall(r'lang="([\w-]*)" dir="auto"[^>]*>([^<]*)<', page)}


def test_scores_are_headed_by_the_questionnaire_that_was_answered(
    small: World,
    client: Client,
    asks_its_own: Callable[[str], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asks_its_own("")
    small.run(said={"contact.details": "present"})
    small.person("Sue", "supervisor")
    sue = client(small)
    log_in(sue, "Sue")
    assert "<h2><bdi>Towns</bdi></h2>" in sue.get("/scores").text
    scope = Scope(None, "", None, small.clock().date())
    with small.database.reader() as session:
        show_scores(session, scope, summarise(scores(session, scope)), None)
        write_atlas(session, scope, tmp_path / "atlas", small.clock(), plans=False)
    assert "Cities (Towns) by level" in capsys.readouterr().out
    assert ">Cities: Towns</h2>" in (tmp_path / "atlas" / "index.html").read_text(encoding="utf-8")


def test_the_questions_of_the_survey_are_asked_in_the_language_of_the_reader(small: World, client: Client) -> None:
    small.run(said={"budget.publication": "present"})
    small.assign(small.person("Ana"), *small.open())
    small.person("Sue", "supervisor")
    ana, sue = client(small), client(small)
    for browser, name in ((ana, "Ana"), (sue, "Sue")):
        log_in(browser, name)
        page = browser.get("/account")
        chosen = browser.post("/account/language", data={**fields(page, "/account/language"), "language": "es"})
        assert chosen.status_code == 303
    asks = load("losi-2024").indicator("219")
    title, meaning = (asked(text, "es") for text in (asks.title, asks.counts_as_yes))
    with small.database.reader() as session:
        card = session.scalars(select(Card.id).where(Card.code == "219")).one()
        task = session.scalars(select(Task.id).where(Task.card_id == card)).one()
    for browser, place in (
        (ana, f"/cards/{task}"),
        (sue, f"/disputes/{card}"),
        (sue, "/sheets/1"),
        (sue, "/portals/1"),
    ):
        page = browser.get(place)
        assert _tongues(page.text)[title] == "es", place
    shown = ana.get(f"/cards/{task}").text
    assert _tongues(shown)[meaning] == "es"
    assert _tongues(shown)[f"{asks.title}. {asks.counts_as_yes}"] == "en"
    for wanted in (title, asks.title):
        assert [row.code for row in _queued(small, wanted)] == ["219"]


def _queued(world: World, text: str) -> list[TaskRow]:
    with world.database.reader() as session:
        return tasks(session, world.account("Ana").id, Filters(text=text))
