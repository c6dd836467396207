"""What a supervisor decides: nobody is asked again, no newer answer is overruled unseen, no sheet taken back under a
decision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from review.errors import Conflict, Forbidden, NotFound
from review.service.adjudication import DisputeView, adjudicate, dispute_view, disputes
from review.service.assignments import assign, progress, unassign
from review.service.cards import reveal_sheet
from review.service.decisions import Decision, decide
from review.service.figures import agreement
from review.service.queue import Filters, next_task, tasks
from storage.database import Database
from storage.models import Assignment, Review
from tests.review.browsing import fields, log_in
from tests.review.conftest import Client, World
from tests.review.test_decisions import Pair


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


def _decides(
    pair: Pair, verdict: str, comment: str | None = None, *, seen: int | None = None, source: str | None = None
) -> None:
    with pair.world.database.session() as session:
        adjudicate(session, pair.sue, pair.card().id, verdict, comment, pair.world.clock(), seen=seen, source=source)


def _view(pair: Pair) -> DisputeView:
    with pair.world.database.reader() as session:
        return dispute_view(session, pair.world.signer, pair.sue, pair.card().id, pair.world.clock())


def test_a_verdict_that_comes_twice_is_stored_once(pair: Pair) -> None:
    seen = _view(pair).seen
    for _ in range(2):
        _decides(pair, "yes", seen=seen)
    assert [side.verdict for side in _view(pair).history] == ["yes"]
    for verdict, comment in (("no", None), ("yes", "another reason")):
        with pytest.raises(Conflict, match="somebody answered"):
            _decides(pair, verdict, comment, seen=seen)


def test_the_chain_tells_what_a_verdict_changed_and_why(pair: Pair) -> None:
    pair.says(pair.ana, "yes")
    pair.says(pair.ben, "no")
    suggestion = pair.card().state
    _decides(pair, "no", "a reason", source="a workbook")
    _decides(pair, "yes")
    with pair.world.database.reader() as session:
        first, second = session.scalars(select(Review).where(Review.act == "adjudication").order_by(Review.number))
        disputed = {"status": "disputed", "settled": None, "suggestion": suggestion}
        settled = {"status": "adjudicated", "settled": "no", "suggestion": suggestion}
        assert (first.before, first.after) == (disputed, settled)
        assert (first.comment, first.proof) == ("a reason", {"source": "a workbook"})
        assert (second.before, second.after) == (settled, settled | {"settled": "yes"})


def test_an_assessor_does_not_see_what_the_other_said_as_a_supervisor_of_the_card(pair: Pair) -> None:
    pair.says(pair.ana, "yes")
    pair.says(pair.ben, "no")
    with pair.world.database.reader() as session:
        assert disputes(session, pair.ana) == []
        assert [row.card for row in disputes(session, pair.sue)] == [pair.card().id]
        with pytest.raises(Forbidden):
            dispute_view(session, pair.world.signer, pair.ana, pair.card().id, pair.world.clock())


def test_nobody_is_asked_what_a_supervisor_has_decided(pair: Pair) -> None:
    pair.says(pair.ana, "skip")
    _decides(pair, "yes")
    with pair.world.database.reader() as session:
        for who in (pair.ana, pair.ben):
            assert next_task(session, who, Filters()) == pair.task(who, 2)
            assert pair.task(who) not in [row.task for row in tasks(session, who, Filters(), limit=200)]
        assert [(row.decided, row.answered, row.skipped) for row in progress(session, pair.world.clock())] == [
            (1, 0, 0),
            (1, 0, 0),
        ]
    card = pair.sees(pair.ana)
    assert (card.status, card.verdict, card.mine, card.other, card.done) == ("adjudicated", "yes", None, None, 1)
    assert _view(pair).sides == ()


def test_a_sheet_is_done_when_a_supervisor_decided_the_rest(small: World) -> None:
    pair = Pair(small)
    _decides(pair, "no")
    for position in range(2, 96):
        pair.says(pair.ana, "yes", position)
        pair.says(pair.ben, "yes", position)
    with small.database.session() as session:
        assert next_task(session, pair.ana, Filters()) is None
        assert agreement(session).overall.n == 94
        assert reveal_sheet(session, pair.ana, pair.sheets[0], small.clock()) == 95


def test_whoever_comes_later_is_not_asked_either(pair: Pair) -> None:
    _decides(pair, "yes")
    third, now = pair.world.person("Cem"), pair.world.clock()
    with pair.world.database.session() as session:
        unassign(session, next(row.assignment for row in progress(session, now, pair.ben)))
        assert assign(session, third, pair.sheets, None, now, pair.world.settings) == 1
    with pair.world.database.reader() as session:
        assert next_task(session, third, Filters()) == pair.task(third, 2)


def test_a_verdict_on_a_card_that_was_answered_meanwhile_is_refused(pair: Pair) -> None:
    pair.says(pair.ana, "yes")
    pair.says(pair.ben, "no")
    seen = _view(pair).seen
    pair.says(pair.ben, "unsure")
    with pytest.raises(Conflict, match="while you looked at it"):
        _decides(pair, "no", seen=seen)
    _decides(pair, "yes", seen=_view(pair).seen)
    with pytest.raises(Conflict):
        _decides(pair, "no", seen=seen)
    assert pair.card().verdict == "yes"


def test_two_supervisors_do_not_overrule_each_other_unseen(small: World, client: Client) -> None:
    pair = Pair(small)
    browser, place = client(small), f"/disputes/{pair.card().id}"
    log_in(browser, "Sue")
    form = next(iter(browser.get(place).text.split('name="seen" value="')[1:])).partition('"')[0]
    csrf = fields(browser.get("/sheets/1"), "/logout")["csrf"]
    _decides(pair, "yes")
    answer = browser.post(place, data={"csrf": csrf, "seen": form, "verdict": "no"})
    assert answer.status_code == 409
    assert pair.card().verdict == "yes"


@pytest.fixture
def server(empty_postgresql: URL) -> Iterator[Database]:
    """A database with many writers; SQLite has one."""
    with Database(empty_postgresql) as database:
        database.migrate()
        yield database


def test_no_sheet_is_taken_back_while_a_card_of_it_is_decided(server: Database, tmp_path: Path) -> None:
    pair = Pair(World(server, tmp_path))
    task, now = pair.task(pair.ana), pair.world.clock()
    with server.session() as session:
        query = select(Assignment.id).where(Assignment.account_id == pair.ana)
        unassign(session, session.scalars(query).one())
        with server.engine.connect() as connection, Session(connection) as other:
            other.execute(text("SET LOCAL lock_timeout = '200ms'"))
            with pytest.raises(OperationalError):
                decide(other, pair.ana, task, Decision("yes"), now)
    with server.session() as session, pytest.raises(NotFound):
        decide(session, pair.ana, task, Decision("yes"), now)
