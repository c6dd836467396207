"""The queue: order and filters, and that it stays quick with a whole survey in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.orm import Session

from review.errors import Refused
from review.security.signing import Signer
from review.service import accounts, assignments
from review.service.cards import card_view
from review.service.decisions import Decision, decide
from review.service.queue import Filters, next_task, tasks
from storage.database import Database
from storage.models import Answer, Card, Finding, Portal, Run, Sheet, Task
from storage.rows import table
from survey.questionnaire import load
from tests.review.conftest import EDITION, Clock, World

PORTALS = 386
MOST_STEPS = 30
"""Instructions of SQLite's machine for each card of the desk that is looked at once."""


def _said() -> dict[str, str]:
    return {key: "present" for key in load(EDITION).features if key.startswith(("budget", "content", "procurement"))}


@pytest.fixture
def two(world: World) -> World:
    """Two sheets on Ana's desk, the second due first."""
    world.run("https://north.example/", said=_said())
    world.run("https://south.example/")
    north, south = world.open()
    ana = world.person("Ana")
    world.assign(ana, north, due=world.clock() + timedelta(days=9))
    world.assign(ana, south, due=world.clock() + timedelta(days=3))
    return world


def _where(world: World, task: int | None) -> tuple[int, int]:
    assert task is not None
    with world.database.reader() as session:
        found = session.get_one(Task, task)
        return found.sheet_id, found.position


def _next(world: World, after: int | None = None, **filters: object) -> int | None:
    ana = world.account("Ana").id
    with world.database.reader() as session:
        return next_task(session, ana, Filters(**filters), after)  # type: ignore[arg-type]


def _say(world: World, task: int, verdict: str) -> None:
    with world.database.session() as session:
        decide(session, world.account("Ana").id, task, Decision(verdict), world.clock())


def test_what_is_due_first_comes_first(two: World) -> None:
    first = _next(two)
    assert _where(two, first) == (2, 1)
    assert _where(two, _next(two, first)) == (2, 2)
    assert _where(two, _next(two, sheet=1)) == (1, 1)


def test_the_sheet_is_finished_before_the_next_and_skipped_cards_last(two: World) -> None:
    seen: list[tuple[int, int]] = []
    task = _next(two)
    while task is not None and len(seen) < 400:
        sheet, position = _where(two, task)
        skip = position == 5 and (sheet, position) not in seen
        seen.append((sheet, position))
        _say(two, task, "skip" if skip else "yes")
        task = _next(two, task)
    plain = [(sheet, position) for sheet in (2, 1) for position in range(1, 96)]
    assert len(seen) == 192
    assert sorted(set(seen)) == sorted(plain)
    assert seen[:5] == plain[:5]
    assert seen[95] == (2, 5)
    assert seen[-1] == (1, 5)


def test_going_on_from_the_middle_wraps_around(two: World) -> None:
    with two.database.reader() as session:
        last = session.scalars(select(Task.id).where(Task.sheet_id == 1, Task.position == 95)).one()
    assert _where(two, _next(two, last)) == (1, 1)


def test_filters_narrow_queue_and_list_alike(two: World) -> None:
    ana = two.account("Ana").id
    cases: list[dict[str, object]] = [
        {"criterion": load(EDITION).criteria[2]},
        {"state": "present"},
        {"low": 0.95},
        {"low": 0.5, "high": 0.95, "sheet": 1},
        {"text": "budget"},
        {"text": "north"},
        {"text": load(EDITION).codes[3]},
        {"changed": True},
        {"text": "100%_\\"},
        {"stage": "decided"},
    ]
    with two.database.reader() as session:
        for case in cases:
            filters = Filters(**case)  # type: ignore[arg-type]
            listed = [row.task for row in tasks(session, ana, filters, limit=200)]
            found = next_task(session, ana, filters)
            assert (found in listed) if listed else found is None, case
        counts = [len(tasks(session, ana, Filters(**case), limit=200)) for case in cases]  # type: ignore[arg-type]
    assert [bool(count) for count in counts] == [True, True, False, True, True, True, True, False, False, False]


def test_a_list_goes_on_where_it_ended(two: World) -> None:
    ana = two.account("Ana").id
    with two.database.reader() as session:
        whole = [row.task for row in tasks(session, ana, Filters(), limit=200)]
        first = [row.task for row in tasks(session, ana, Filters(), limit=70)]
        rest = [row.task for row in tasks(session, ana, Filters(), limit=200, after=first[-1])]
    assert first + rest == whole
    assert len(whole) == 190


def test_filters_survive_a_url() -> None:
    filters = Filters(sheet=3, criterion="technology", low=0.5, changed=True, text="a b")
    assert Filters.of(filters.query()) == filters
    assert Filters.of({}) == Filters()
    assert Filters().query() == {}
    for wrong in ({"sheet": "x"}, {"low": "much"}, {"stage": "later"}, {"sheet": "99999999999"}):
        with pytest.raises(Refused):
            Filters.of(wrong)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """386 portals x 95 questions, all on one desk: the worst case."""
    with Database(tmp_path_factory.mktemp("survey") / "losi.db") as database:
        database.migrate()
        _fill(database)
        yield database


def _fill(database: Database) -> None:
    now = Clock().now
    questionnaire = load(EDITION)
    with database.session() as session:
        connection = session.connection()
        for number in range(1, PORTALS + 1):
            session.add(Portal(id=number, url=f"https://p{number}.example/", name=f"Portal {number}", kind="city"))
            session.flush()
            run = {"id": number, "portal_id": number, "edition": EDITION, "kind": "live", "started": now}
            session.add(Run(**run, outcome="ok", finished=now))
            session.flush()
            session.add(Sheet(id=number, portal_id=number, round=0, edition=EDITION, run_id=number, opened=now))
        session.flush()
        proof = [{"url": "https://x.example/", "quote": "words " * 30, "capture": 1}] * 5
        for number in range(1, PORTALS + 1):
            base = number * 1000
            each = list(enumerate(questionnaire.indicators, 1))
            states = ["present" if (number + place) % 3 else "absent" for place, _ in each]
            connection.execute(
                insert(table(Answer)),
                [
                    {"id": base + p, "run_id": number, "portal_id": number, "edition": EDITION, "code": i.code}
                    | {"state": state, "confidence": 0.7}
                    for (p, i), state in zip(each, states, strict=True)
                ],
            )
            connection.execute(
                insert(table(Card)),
                [
                    {"id": base + p, "sheet_id": number, "answer_id": base + p, "run_id": number, "code": i.code}
                    | {"criterion": i.criterion, "position": p, "state": state, "confidence": 0.7}
                    | {"change": "new", "status": "open"}
                    for (p, i), state in zip(each, states, strict=True)
                ],
            )
            empty: dict[str, object] = {"searched": {}, "against": [], "detectors": []}
            connection.execute(
                insert(table(Finding)),
                [
                    {"run_id": number, "feature": key, "state": "present", "confidence": 0.7, "evidence": proof} | empty
                    for key in questionnaire.features
                ],
            )
    with database.session() as session:
        settings = World(database, Path()).settings
        ana = accounts.create_account(session, "Ana", "assessor", now).id
        assignments.assign(session, ana, range(1, PORTALS + 1), now, now, settings)
        session.execute(text("ANALYZE"))


class Steps:
    """Counts what SQLite's machine does for a session, in thousands of instructions: the same on every machine."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection().connection.dbapi_connection
        self.thousands = 0

    def __enter__(self) -> Self:
        self._connection.set_progress_handler(self._count, 1_000)  # type: ignore[union-attr]
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.set_progress_handler(None, 0)  # type: ignore[union-attr]

    def _count(self) -> int:
        self.thousands += 1
        return 0


def test_the_next_card_costs_little_in_a_whole_survey(survey: Database) -> None:
    """Finding the next card and all that it shows, after each of many decisions."""
    signer, now = Signer(b"k" * 32), Clock().now
    spent = []
    with survey.reader() as session:
        ana = next(row.id for row in accounts.accounts(session))
        assert session.scalar(select(func.count()).select_from(Task)) == PORTALS * 95
        task = next_task(session, ana, Filters(state="absent"))
    for _ in range(10):
        assert task is not None
        with survey.session() as session:
            decide(session, ana, task, Decision("no"), now)
        with survey.reader() as session, Steps(session) as steps:
            task = next_task(session, ana, Filters(state="absent"), task)
            assert task is not None
            card_view(session, signer, ana, task, now)
        spent.append(steps.thousands)
    assert max(spent) < 5


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(criterion="nothing"),
        Filters(low=0.99),
        Filters(text="no such words"),
        Filters(changed=True),
        Filters(sheet=386),
    ],
)
def test_no_filter_makes_the_queue_look_at_every_card_twice(survey: Database, filters: Filters) -> None:
    """Even filters that match nothing, so that every card of the desk is looked at."""
    with survey.reader() as session, Steps(session) as steps:
        ana = next(row.id for row in accounts.accounts(session))
        next_task(session, ana, filters)
    assert steps.thousands < PORTALS * 95 * MOST_STEPS / 1_000


def test_the_next_card_is_found_by_index(survey: Database) -> None:
    statements: list[tuple[str, object]] = []

    def note(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(survey.engine, "before_cursor_execute", note)
    with survey.reader() as session:
        ana = next(row.id for row in accounts.accounts(session))
        statements.clear()
        task = next_task(session, ana, Filters())
        next_task(session, ana, Filters(), task)
    event.remove(survey.engine, "before_cursor_execute", note)
    assert len(statements) >= 3
    with survey.engine.connect() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            assert not [row for row in plan if str(row[-1]).startswith("SCAN")], statement
