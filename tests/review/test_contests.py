"""What an owner contests is the finding that was shown: what people settled meanwhile turns nothing round."""

from __future__ import annotations

from review import jobs
from review.service.proofs import take
from review.service.replies import close_contest, contest, contests, make_link
from storage.models import Card
from tests.review.conftest import World
from tests.review.test_decisions import Pair

ABSENT = 90
"""A card on which nothing was found."""


def _contest(pair: Pair, position: int = ABSENT) -> int:
    world = pair.world
    with world.database.session() as session:
        link = make_link(session, pair.sheets[0], "Sue", world.clock(), world.settings)
        code = pair.card(position).code
        made = contest(session, link, code, "https://x.example/", None, "City", world.clock(), world.settings)
        return made.id


def _close(pair: Pair, number: int, accept: bool = True) -> None:
    with pair.world.database.session() as session:
        close_contest(session, number, accept, "seen", pair.sue, "Sue", pair.world.clock())


def _state(world: World) -> list[str]:
    with world.database.reader() as session:
        return [row.state for row in contests(session)]


def test_accepting_decides_against_the_finding_whatever_people_settled(small: World) -> None:
    pair = Pair(small)
    number = _contest(pair)
    for who in (pair.ana, pair.ben):
        pair.says(who, "yes", ABSENT)
    _close(pair, number)
    assert pair.card(ABSENT).verdict == "yes"


def test_a_second_page_for_the_same_question_turns_nothing_round(small: World) -> None:
    pair = Pair(small)
    numbers = [_contest(pair), _contest(pair)]
    for number in numbers:
        _close(pair, number)
    assert pair.card(ABSENT).verdict == "yes"
    assert _state(small) == ["accepted", "accepted"]


def test_what_was_contested_is_the_finding_of_that_moment(small: World) -> None:
    pair = Pair(small)
    number = _contest(pair, 1)
    with small.database.session() as session:
        session.get_one(Card, pair.card().id).state = "absent"
    _close(pair, number)
    assert pair.card().verdict == "no"


def test_a_page_that_is_looked_at_late_opens_no_contest_again(small: World) -> None:
    pair = Pair(small)
    _close(pair, _contest(pair), accept=False)
    assert jobs.fetch_next(small.context)
    assert _state(small) == ["rejected"]
    with small.database.reader() as session:
        (row,) = contests(session)
    assert row.result["error"]
    assert row.result["contested"] == "absent"


def test_a_page_with_which_two_processes_died_is_left(world: World) -> None:
    _contest(Pair(world))
    for taken in (True, False, True, False, False):
        with world.database.session() as session:
            assert (take(session, world.clock()) is not None) is taken
        world.clock.pass_(minutes=6)
    assert _state(world) == ["failed"]
    with world.database.reader() as session:
        (row,) = contests(session)
    assert (row.fetch.state, row.fetch.error) == ("failed", "the program ended while it fetched this page")
