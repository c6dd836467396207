"""The page that is published with a yes: the one that stands, never one that its author has taken back."""

from __future__ import annotations

from datetime import date

import pytest

from review.publish.answers import portal_answers
from review.publish.scope import scope_of
from review.service.adjudication import adjudicate
from review.service.decisions import undo
from review.service.replies import close_contest, contest, make_link
from tests.review.conftest import World
from tests.review.test_decisions import Pair

WRONG, RIGHT = "https://wrong.example/", "https://right.example/"
ABSENT = 90
"""A card on which nothing was found, so that no proof is chosen for its answer."""


def _published(world: World, pair: Pair, position: int) -> str:
    code = pair.card(position).code
    with world.database.reader() as session:
        (portal,) = portal_answers(session, scope_of(session, None, date(2027, 3, 1)))
    return next(said.evidence_url for said in portal.said if said.indicator.code == code)


def test_a_page_that_was_taken_back_is_not_published(small: World) -> None:
    pair = Pair(small, assessors=1)
    pair.says(pair.ana, "yes", ABSENT, url=WRONG)
    with small.database.session() as session:
        undo(session, pair.ana, small.clock())
    pair.says(pair.ana, "yes", ABSENT)
    assert _published(small, pair, ABSENT) == ""


def test_a_page_of_somebody_who_changed_their_mind_is_not_published(small: World) -> None:
    pair = Pair(small)
    pair.says(pair.ana, "yes", ABSENT, url=RIGHT)
    pair.says(pair.ben, "yes", ABSENT, url=WRONG)
    assert _published(small, pair, ABSENT) == WRONG
    pair.says(pair.ben, "no", ABSENT)
    pair.says(pair.ben, "yes", ABSENT)
    assert _published(small, pair, ABSENT) == RIGHT


def test_a_further_word_leaves_the_page(small: World) -> None:
    pair = Pair(small, assessors=1)
    pair.says(pair.ana, "yes", ABSENT, url=RIGHT)
    pair.says(pair.ana, "yes", ABSENT, comment="below the calendar")
    assert _published(small, pair, ABSENT) == RIGHT


def test_a_yes_that_an_owner_obtained_rests_on_the_owners_page(small: World) -> None:
    pair = Pair(small)
    code = pair.card(ABSENT).code
    with small.database.session() as session:
        link = make_link(session, pair.sheets[0], "Sue", small.clock(), small.settings)
        made = contest(session, link, code, RIGHT, None, "City", small.clock(), small.settings)
        assert _published(small, pair, ABSENT) == ""
        close_contest(session, made.id, True, None, pair.sue, "Sue", small.clock())
    assert _published(small, pair, ABSENT) == RIGHT


@pytest.mark.parametrize(("verdict", "page"), [("yes", "https://city.example/"), ("no", ""), ("unsure", "")])
def test_what_people_say_no_to_has_no_page_as_its_proof(small: World, verdict: str, page: str) -> None:
    pair = Pair(small, assessors=1)
    assert _published(small, pair, 1) == "https://city.example/"
    with small.database.session() as session:
        adjudicate(session, pair.sue, pair.card(1).id, verdict, None, small.clock())
    assert _published(small, pair, 1) == page
