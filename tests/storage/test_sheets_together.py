"""Sheets are renewed while people decide: the card, the decision and the answer tell the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from review.service.decisions import Decision, decide
from storage.database import Database
from storage.models import Answer, Card, Review, Sheet, Task
from storage.repository import OpenCount, open_sheets
from tests.review.conftest import World, database, empty_postgresql, postgresql, sqlite, template

__all__ = ["database", "empty_postgresql", "postgresql", "sqlite", "template"]
LATER = datetime(2027, 3, 2, tzinfo=UTC)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    """A sheet of one portal for one assessor."""
    made = World(database, tmp_path)
    made.settings = made.settings.model_copy(update={"assessors": 1})
    ada = made.person("ada")
    made.run(said={"institution.organization_chart": "present"})
    made.assign(ada, *made.open())
    return made


def test_two_that_open_sheets_at_the_same_moment_open_each_once(world: World) -> None:
    for number in range(8):
        world.run(f"https://city-{number}.example/")
    start = threading.Barrier(3)

    def open_all(_: int) -> OpenCount:
        with world.database.session() as session:
            start.wait()
            return open_sheets(session, LATER, assessors=1)

    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(open_all, range(3)))
    assert sum(count.opened for count in counts) == 8
    with world.database.reader() as session:
        laid = list(session.scalars(select(func.count(Card.id)).group_by(Card.sheet_id)))
    assert len(laid) == 9
    assert laid == laid[:1] * 9
    assert sum(count.cards for count in counts) == sum(laid[:8])


def test_a_decision_in_the_middle_of_a_renewal_and_its_card_agree(world: World) -> None:
    """The renewal has read the card as open; the decision comes before the renewal is stored."""
    with world.database.reader() as session:
        task = session.scalars(select(Task).join(Card).where(Card.code == "215")).one()
        card_id = task.card_id
    world.run()
    outcome: list[BaseException | None] = []

    def say_yes() -> None:
        try:
            with world.database.session() as session:
                decide(session, task.account_id, task.id, Decision("yes"), LATER)
            outcome.append(None)
        except BaseException as error:
            outcome.append(error)

    deciding = threading.Thread(target=say_yes)

    def once(renewing: Session, *_: object) -> None:
        """The cards were read, and are about to be stored: the decision may go first, if it can."""
        if not deciding.ident and any(isinstance(changed, Card) for changed in renewing.dirty):
            deciding.start()
            deciding.join(1.0)

    with world.database.session() as session:
        event.listen(session, "before_flush", once)
        assert open_sheets(session, LATER, assessors=1).renewed == 1
    deciding.join()
    assert outcome == [None]
    with world.database.reader() as session:
        card = session.get_one(Card, card_id)
        sheet = session.scalars(select(Sheet)).one()
        review = session.scalars(select(Review)).one()
        shown = review.before["suggestion"]
        assert card.state == shown, "the card says what the chain says of it"
        assert (card.verdict, sheet.run_id) == ("yes", 2)
        answer = session.get_one(Answer, card.answer_id)
        assert (answer.run_id, answer.value) == (2, 1.0), "the newest answer has the decided value"
