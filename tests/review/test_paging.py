"""Long lists come page by page, and say the same as when they are read whole; what was ticked is not lost."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from review.publish.answers import portal_answers
from review.publish.scope import Scope
from review.publish.scores import score_of, scores
from review.service import assignments, sheets
from review.service.decisions import Decision, decide
from review.service.sheets import SheetFilter
from tests.review.browsing import fields, log_in
from tests.review.conftest import Client, World
from tests.review.test_decisions import _features

PORTALS = 5


@pytest.fixture
def several(world: World) -> World:
    """Five portals, all but the last on Ana's desk."""
    for number in range(PORTALS):
        world.run(f"https://city-{number}.example/", said=_features(number))
    found = world.open()
    world.assign(world.person("Ana"), *found[:-1])
    world.person("Sue", "supervisor")
    return world


@pytest.fixture
def sue(several: World, client: Client) -> httpx.Client:
    made = client(several)
    log_in(made, "Sue")
    return made


def test_pages_of_sheets_make_the_whole_list(several: World) -> None:
    with several.database.reader() as session:
        whole = sheets.sheets(session)
        parts = [sheets.sheets(session, start=start, limit=2) for start in (0, 2, 4, 6)]
        assert sheets.count(session, SheetFilter()) == len(whole) == PORTALS
        assert sheets.count(session, SheetFilter(text="CITY-3")) == 1
        assert [row.url for row in sheets.sheets(session, SheetFilter(text="y-3.ex"))] == ["https://city-3.example/"]
    assert [len(part) for part in parts] == [2, 2, 1, 0]
    assert [row for part in parts for row in part] == whole


def test_pages_of_desks_make_the_whole_list(several: World) -> None:
    task = Decision("yes")
    with several.database.session() as session:
        decide(session, several.account("Ana").id, 1, task, several.clock())
    with several.database.reader() as session:
        whole = assignments.progress(session, several.clock())
        parts = [assignments.progress(session, several.clock(), start=start, limit=3) for start in (0, 3)]
        assert assignments.count(session) == len(whole) == PORTALS - 1
        assert assignments.count(session, several.account("Sue").id) == 0
    assert [row for part in parts for row in part] == whole
    assert sum(row.decided for row in whole) == 1


def test_scores_that_are_tallied_are_those_of_the_answers(several: World) -> None:
    """A verdict counts before the program's state, an unsure one as unknown; a portal that is blocked has no index."""
    with several.database.session() as session:
        for task, verdict in ((1, "no"), (2, "unsure"), (96, "yes")):
            decide(session, several.account("Ana").id, task, Decision(verdict), several.clock())
    scope = Scope(None, "", None, several.clock().date())
    with several.database.reader() as session:
        one_by_one = [score_of(portal) for portal in portal_answers(session, scope)]
        assert list(scores(session, scope)) == one_by_one
        assert list(scores(session, scope)) == one_by_one, "also when it is remembered"


MARKED = """
edition = "towns-2026"
title = "Towns"
year = 2026
kind = "city"
criteria = ["all"]
source = "Decree 12"
"""
QUESTION = """
[[indicator]]
code = "%s"
criterion = "all"
title = "A question"
counts_as_yes = "It is told"
features = ["contact.details"]
"""


@pytest.mark.parametrize("code", ["1|2", "1=2", "1; 2"])
def test_whatever_signs_a_code_has(code: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "extension" / "questionnaires" / "towns-2026.toml"
    place.parent.mkdir(parents=True)
    place.write_text(MARKED + QUESTION % code + QUESTION % "3", encoding="utf-8")
    monkeypatch.setenv("LOSI_EXTENSION", str(tmp_path / "extension"))
    monkeypatch.setattr("tests.review.conftest.EDITION", "towns-2026")
    world.run("https://city.example/", said={"contact.details": "present"})
    with world.database.reader() as session:
        (score,) = scores(session, Scope(None, "", None, world.clock().date()))
    assert (score.yes, score.unknown) == (2, 0)


def test_lists_are_turned_page_by_page(sue: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.routes.supervise.SHEETS", 2)
    monkeypatch.setattr("review.routes.overview.LISTED", 2)
    for place, row in (
        ("/sheets", r'<th scope="row"><a href="/sheets/(\d+)"'),
        ("/scores", r'<a href="/portals/(\d+)"'),
    ):
        seen: list[str] = []
        query: str | None = ""
        while query is not None:
            page = sue.get(f"{place}{query}").text
            seen += re.findall(row, page)
            onward = re.findall(r'rel="next" href="([^"]+)"', page)
            query = onward[0].replace("&amp;", "&") if onward else None
        assert len(seen) == len(set(seen)) == PORTALS
        assert 'rel="prev"' in page
        assert "5–5 / 5" in page


def test_a_refused_assignment_keeps_what_was_ticked(sue: httpx.Client, several: World) -> None:
    number, place = several.account("Ana").id, "/admin/assignments?text=city"
    form = fields(sue.get(place), "/admin/assignments")
    typed = {**form, "account": str(number), "sheet": ["2", "5"], "due": "soon", "language": "es"}
    told = sue.post(place, data=typed)
    assert (told.status_code, 'role="alert"' in told.text) == (422, True)
    assert re.findall(r'name="sheet" value="(\d+)" checked', told.text) == ["2", "5"]
    assert 'value="soon"' in told.text
    assert f'<option value="{number}" selected>Ana' in told.text
    assert 'name="language" value="es"' in told.text
    done = sue.post(place, data={**typed, "due": "", "language": ""})
    assert (done.status_code, done.headers["Location"]) == (303, place)


def test_a_sheet_that_was_given_away_meanwhile_costs_no_tick(sue: httpx.Client, several: World) -> None:
    """Sue ticks three sheets; one of them has its assessors by then."""
    for name in ("Ben", "Eve"):
        several.person(name)
    several.assign(several.account("Ben").id, 1)
    form = fields(sue.get("/admin/assignments"), "/admin/assignments")
    late = sue.post("/admin/assignments", data={**form, "account": several.account("Eve").id, "sheet": ["1", "2", "4"]})
    assert late.status_code == 409
    assert "sheet 1 has its 2 assessors already" in late.text
    assert re.findall(r'name="sheet" value="(\d+)" checked', late.text) == ["2", "4"]


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("/sheets?start=40", "5–5 / 5"),
        ("/scores?losi=40", "5–5 / 5"),
        ("/admin/assignments?waiting=40", "5–5 / 5"),
        ("/admin/assignments?first=4", "3–4 / 4"),
    ],
)
def test_for_a_page_that_is_no_more_the_last_one_is_shown(
    place: str, part: str, sue: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where all of the last page was given away."""
    for name in ("admin.LISTED", "supervise.SHEETS", "overview.LISTED"):
        monkeypatch.setattr(f"review.routes.{name}", 2)
    told = sue.get(place).text
    assert part in told
    assert "None yet." not in told


def test_what_a_filter_leaves_out_is_not_assigned(sue: httpx.Client) -> None:
    told = "Every sheet has its assessors."
    assert told not in sue.get("/admin/assignments?text=nowhere").text
    assert told not in sue.get("/admin/assignments?country=FRA").text


def test_that_every_sheet_has_its_assessors_is_told(several: World, sue: httpx.Client) -> None:
    several.assign(several.account("Ana").id, PORTALS)
    several.person("Ben")
    several.assign(several.account("Ben").id, *range(1, PORTALS + 1))
    assert "Every sheet has its assessors." in sue.get("/admin/assignments?waiting=100").text


@pytest.mark.parametrize("who", ["9" * 5000, "0", "²", "Ana"])
def test_what_is_no_assessors_number_leaves_all_desks_in_view(who: str, sue: httpx.Client) -> None:
    told = sue.get("/admin/assignments", params={"who": who})
    assert (told.status_code, told.text.count("/due?")) == (200, PORTALS - 1)
