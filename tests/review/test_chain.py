"""The chain of decisions: gapless under concurrent writers, and every kind of tampering is named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from losi.commands.audit import audit
from review.service.decisions import Decision, decide
from review.service.queue import Filters, tasks
from storage.database import Database
from storage.errors import StorageError
from storage.models import ChainHead, Review
from storage.models.decision import GENESIS
from storage.repository import Break, ChainReport, add_review, answers, verify_chain
from storage.repository.chain import has_hash, seal
from tests.review.conftest import World


def _verify(database: Database) -> ChainReport:
    with database.reader() as session:
        return verify_chain(session)


def _decide_all(world: World, account: int, count: int) -> None:
    with world.database.reader() as session:
        mine = [row.task for row in tasks(session, account, Filters(), limit=count)]
    for task in mine:
        with world.database.session() as session:
            decide(session, account, task, Decision("yes", comment="c"), world.clock())


@pytest.fixture
def decided(world: World) -> World:
    """Five decisions of Ana."""
    world.run()
    ana = world.person("Ana")
    world.assign(ana, *world.open())
    _decide_all(world, ana, 5)
    return world


def _tamper(world: World, statement: str) -> None:
    """What somebody with the database's password could do."""
    with world.database.session() as session:
        if world.database.engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE reviews DISABLE TRIGGER reviews_append_only"))
        else:
            for verb in ("UPDATE", "DELETE"):
                session.execute(text(f"DROP TRIGGER reviews_{verb}"))
        session.execute(text(statement))


def test_an_empty_chain_is_whole(world: World) -> None:
    assert _verify(world.database) == ChainReport(0, GENESIS, None)


def test_a_chain_of_decisions_is_whole(decided: World) -> None:
    report = _verify(decided.database)
    assert (report.rows, report.broken) == (5, None)
    with decided.database.reader() as session:
        rows = session.scalars(select(Review).order_by(Review.number)).all()
        assert [row.previous for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
        assert report.head == rows[-1].hash
        assert has_hash(session, rows[2].hash)
        assert not has_hash(session, "f" * 64)


@pytest.mark.parametrize(
    ("statement", "row", "why"),
    [
        ("UPDATE reviews SET verdict = 'no' WHERE number = 3", 3, "its content is not what was sealed"),
        ("UPDATE reviews SET who = 'Eve' WHERE number = 2", 2, "its content is not what was sealed"),
        ("DELETE FROM reviews WHERE number = 4", 5, "row 4 is missing"),
        ("DELETE FROM reviews WHERE number = 5", 5, "the chain ends at row 4, its head says row 5"),
        ("UPDATE reviews SET previous = hash WHERE number = 1", 1, "it does not follow from the row before"),
    ],
)
def test_tampering_is_named(decided: World, statement: str, row: int, why: str) -> None:
    _tamper(decided, statement)
    broken = _verify(decided.database).broken
    assert broken is not None
    assert (broken.number, broken.why) == (row, why)


def test_many_writers_make_one_chain(world: World) -> None:
    world.run()
    sheets = world.open()
    people = [world.person(name) for name in ("Ana", "Ben")]
    for person in people:
        world.assign(person, *sheets)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda person: _decide_all(world, person, 20), [*people, *people]))
    report = _verify(world.database)
    assert report.broken is None
    assert report.rows == 80


def test_text_from_anywhere_seals_alike(world: World) -> None:
    run = world.run()
    with world.database.session() as session:
        number = next(answers(session, run)).id
        odd = "NUL \x00, a lone \ud800, \u202egnp"
        add_review(session, number, "A\x00na", 0.1 + 0.2, comment=odd, proof={"x": float("nan"), odd: [odd, 1e-9]})
    report = _verify(world.database)
    assert (report.rows, report.broken) == (1, None)
    kept = "NUL \ufffd, a lone \ufffd, \u202egnp"
    with world.database.reader() as session:
        row = session.scalars(select(Review)).one()
        assert (row.who, row.comment, row.proof) == ("A\ufffdna", kept, {"x": None, kept: [kept, 1e-9]})
        assert (row.before["value"], row.after["value"]) == (None, 0.1 + 0.2)


def test_a_moment_in_any_time_zone_seals_alike(world: World) -> None:
    run = world.run()
    with world.database.session() as session:
        number = next(answers(session, run)).id
        add_review(session, number, "Ana", 1.0, at=datetime(2027, 3, 1, 17, 45, tzinfo=timezone(timedelta(hours=5.75))))
    assert _verify(world.database).broken is None


def test_rows_of_earlier_years_are_sealed_as_they_were(sealed: Review) -> None:
    """Another form of the same content would break every chain that is kept."""
    assert seal(sealed) == "7d41a983af0432da6458116923a368cff0e72922b2eb16ec00452a0124a09baa"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", 8),
        ("answer_id", 4),
        ("card_id", 6),
        ("account_id", None),
        ("who", "Eve"),
        ("at", datetime(2027, 3, 1, 12, 0, 0, 1, tzinfo=UTC)),
        ("act", "undo"),
        ("verdict", "no"),
        ("shown", None),
        ("before", {}),
        ("after", {"verdict": "no"}),
        ("comment", None),
        ("proof", {"number": 2}),
        ("previous", "1" * 64),
    ],
)
def test_no_part_of_a_row_can_be_changed_unseen(sealed: Review, column: str, value: object) -> None:
    before = seal(sealed)
    setattr(sealed, column, value)
    assert seal(sealed) != before


@pytest.fixture
def sealed() -> Review:
    """A row that holds something in every column."""
    return Review(
        number=7,
        answer_id=3,
        card_id=5,
        account_id=2,
        who="Añá",
        at=datetime(2027, 3, 1, 12, 0, tzinfo=UTC),
        act="decision",
        verdict="yes",
        shown=True,
        before={"verdict": None, "confidence": 0.25},
        after={"verdict": "yes", "confidence": 0.25},
        comment="seen",
        proof={"number": 1, "url": "https://city.example/"},
        previous=GENESIS,
    )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_whoever_saw_the_chain_before_goes_on_behind_what_another_added(world: World) -> None:
    """With SQLite nobody adds anything while another's transaction lasts."""
    run = world.run()
    with world.database.reader() as session:
        number = next(answers(session, run)).id
    with world.database.session() as session:
        head = session.get_one(ChainHead, 1)
        with world.database.session() as other:
            add_review(other, number, "Ana", 1.0)
        add_review(session, number, "Ben", 0.0)
        assert head.number == 2
    report = _verify(world.database)
    assert (report.rows, report.broken) == (2, None)


def test_a_chain_without_its_head_takes_nothing(world: World) -> None:
    run = world.run()
    with world.database.session() as session:
        session.execute(text("DELETE FROM chain_head"))
        number = next(answers(session, run)).id
    with pytest.raises(StorageError, match="restore the database"), world.database.session() as session:
        add_review(session, number, "Ana", 1.0)
    assert _verify(world.database).broken == Break(1, "the chain ends at row 0, its head says nothing")


def test_the_command_names_the_broken_row(decided: World) -> None:
    place = decided.database.url.render_as_string(hide_password=False)
    arguments = ["verify", "--db", place]
    whole = CliRunner().invoke(audit, arguments, standalone_mode=False)
    assert whole.return_value == 0
    head = whole.output.split()[-1]
    assert "5 decisions, chain whole" in whole.output
    assert CliRunner().invoke(audit, [*arguments, "--contains", head], standalone_mode=False).return_value == 0
    lost = CliRunner().invoke(audit, [*arguments, "--contains", "0" * 63 + "1"])
    assert (lost.exit_code, "is not in it" in lost.output) == (1, True)
    _tamper(decided, "UPDATE reviews SET comment = 'other' WHERE number = 4")
    broken = CliRunner().invoke(audit, arguments)
    assert (broken.exit_code, "broken at row 4" in broken.output) == (1, True)
