"""Somebody leaves a desk half done: the open cards go to another, the answers that were given stand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, update

from review.errors import Conflict, NotFound, Refused
from review.service.accounts import change_account
from review.service.assignments import assign, deal, progress, unassign
from review.service.decisions import undo
from review.service.queue import Filters, next_task, tasks
from storage.models import Review, Task
from storage.repository import verify_chain
from storage.repository.sheets import DECIDED
from survey.questionnaire import load
from tests.review.browsing import fields, log_in
from tests.review.conftest import EDITION, Client, World
from tests.review.test_decisions import Pair
from tests.review.test_workbook_round_trip import openpyxl_codes
from tests.review.workbooks import Office

TOTAL = len(load(EDITION).indicators)


@pytest.fixture
def pair(world: World) -> Pair:
    """Ana has answered the first card, and taken the second back."""
    made = Pair(world)
    made.says(made.ana, "yes", 1)
    made.says(made.ana, "yes", 2)
    with world.database.session() as session:
        undo(session, made.ana, world.clock())
    return made


def _take_back(world: World, who: int) -> None:
    with world.database.session() as session:
        unassign(session, progress(session, world.clock(), who)[0].assignment)


def _decide_all(world: World, who: int) -> None:
    with world.database.session() as session:
        session.execute(update(Task).where(Task.account_id == who).values(stage=DECIDED, verdict="yes"))


def _open(world: World, who: int) -> int:
    with world.database.reader() as session:
        return len(tasks(session, who, Filters(), limit=200))


def test_the_open_cards_go_to_another_and_settle(pair: Pair) -> None:
    cem = pair.world.person("Cem")
    _take_back(pair.world, pair.ana)
    assert (_open(pair.world, pair.ana), _open(pair.world, pair.ben)) == (0, TOTAL)
    assert pair.world.assign(cem, *pair.sheets) == 1
    assert _open(pair.world, cem) == TOTAL - 1
    pair.says(pair.ben, "yes", 1)
    pair.says(pair.ben, "no", 2)
    pair.says(cem, "no", 2)
    assert [(pair.card(at).status, pair.card(at).verdict) for at in (1, 2)] == [("agreed", "yes"), ("agreed", "no")]
    with pair.world.database.reader() as session:
        assert set(session.scalars(select(func.count()).select_from(Task).group_by(Task.card_id))) == {2}
        assert verify_chain(session).rows == session.scalar(select(func.count()).select_from(Review)) == 6


def test_what_was_answered_there_stands(pair: Pair) -> None:
    _take_back(pair.world, pair.ana)
    with pytest.raises(Conflict, match="taken from your desk"):
        pair.says(pair.ana, "no", 1)
    with pair.world.database.session() as session, pytest.raises(Conflict, match="taken from your desk"):
        undo(session, pair.ana, pair.world.clock(), pair.task(pair.ana, 1))
    mine = pair.sees(pair.ana, 1).mine
    assert mine is not None
    assert mine.verdict == "yes"


def test_what_was_taken_back_and_went_to_another_is_told_when_it_is_sent_again(pair: Pair) -> None:
    """The answer to the first try was lost; a browser that is told of an error of the server would send it for ever."""
    pair.says(pair.ana, "yes", 3)
    with pair.world.database.session() as session:
        assert undo(session, pair.ana, pair.world.clock(), key="taken-back-once") == pair.task(pair.ana, 3)
    _take_back(pair.world, pair.ana)
    with pair.world.database.session() as session, pytest.raises(NotFound, match="no such card on this desk"):
        undo(session, pair.ana, pair.world.clock(), key="taken-back-once")


def test_whoever_comes_back_goes_on(pair: Pair) -> None:
    _take_back(pair.world, pair.ana)
    pair.world.assign(pair.ana, *pair.sheets)
    with pair.world.database.session() as session:
        assert next_task(session, pair.ana, Filters()) == pair.task(pair.ana, 2)
        assert deal(session, pair.world.settings) == 0
    pair.says(pair.ana, "no", 1)


def test_both_may_leave_and_no_card_is_asked_of_three(pair: Pair) -> None:
    cem, dee = pair.world.person("Cem"), pair.world.person("Dee")
    pair.says(pair.ben, "yes", 3)
    for who in (pair.ana, pair.ben):
        _take_back(pair.world, who)
    with pair.world.database.session() as session:
        for who in (cem, dee):
            assign(session, who, pair.sheets, None, pair.world.clock(), pair.world.settings)
    assert (_open(pair.world, cem), _open(pair.world, dee)) == (TOTAL, TOTAL - 2)


def test_a_desk_that_is_done_is_not_taken_back(small: World) -> None:
    pair = Pair(small)
    for position in range(1, TOTAL + 1):
        pair.says(pair.ana, "yes", position)
    with pytest.raises(Conflict, match="no card of this sheet is open"):
        _take_back(small, pair.ana)


def test_the_workbook_of_the_other_has_their_cards_alone(small: World, tmp_path: Path) -> None:
    office = Office(small, tmp_path)
    first, *others = [indicator.code for indicator in load(EDITION).indicators]
    office.says(office.ana, "yes", first)
    _take_back(small, office.ana)
    small.assign(small.person("Cem"), *office.sheets)
    assert openpyxl_codes(office.export("Cem")) == others


def test_a_supervisor_takes_the_open_cards_back_on_the_page(small: World, client: Client) -> None:
    pair = Pair(small)
    pair.says(pair.ana, "yes", 1)
    browser: httpx.Client = client(small)
    log_in(browser, "Sue")
    page = browser.get("/admin/assignments")
    assert page.text.count("Take the open cards back") == 1
    with small.database.reader() as session:
        (mine,) = progress(session, small.clock(), pair.ana)
    place = f"/admin/assignments/{mine.assignment}/remove"
    assert browser.post(place, data=fields(page, place)).status_code == 303
    assert "1 sheet lacks an assessor" in browser.get("/admin/assignments").text


def test_sheets_are_laid_on_desks_of_those_who_decide(small: World) -> None:
    pair = Pair(small, assessors=1)
    _, owner, left = small.person("Ada", "admin"), small.person("Olga", "owner"), small.person("Leo")
    with small.database.session() as session:
        change_account(session, left, active=False)
    for who in (owner, left):
        with pytest.raises(Refused, match="does not decide cards"):
            small.assign(who, *pair.sheets)
    with pytest.raises(NotFound, match="no sheet 99"):
        small.assign(pair.ana, 99)
    with small.database.session() as session, pytest.raises(NotFound, match="no such assignment"):
        unassign(session, 99)


def test_a_sheet_is_due_when_it_was_last_said_and_overdue_while_something_is_open(small: World) -> None:
    pair, now = Pair(small, assessors=1), small.clock()
    dues = []
    for due in (None, now, None, now + timedelta(days=1)):
        assert small.assign(pair.ana, *pair.sheets, due=due) == 0, "it lies there already"
        with small.database.reader() as session:
            dues.append(progress(session, now)[0].due)
    assert dues == [None, now, now, now + timedelta(days=1)]
    pair.says(pair.ana, "skip")
    for days, overdue in ((1, False), (2, True)):
        with small.database.reader() as session:
            (desk,) = progress(session, now + timedelta(days=days))
        told = (desk.total, desk.decided, desk.answered, desk.skipped, desk.overdue)
        assert told == (TOTAL, 0, 0, 1, overdue)
    _decide_all(small, pair.ana)
    with small.database.reader() as session:
        assert not progress(session, now + timedelta(days=2))[0].overdue
