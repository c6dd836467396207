"""Which run stands for a portal: a run that was broken off or kept out takes nobody's place."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Card, Run, Sheet
from storage.records import AnswerRecord, PortalRecord
from storage.repository import (
    Step,
    earlier_run,
    end_visit,
    export_rows,
    find_portal,
    finish_run,
    get_run,
    latest_run,
    new_cycle,
    open_sheets,
    passed_over,
    plan_portals,
    put_portal,
    replace_findings,
    runs,
    start_run,
)
from storage.repository.counted import read_to_end, standing
from storage.words import Outcome
from survey.questionnaire import load

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIMA = PortalRecord("https://lima.example/", "Lima", "city", "PER")
CODE = load("losi-2024").indicators[0].code
Ending = tuple[Outcome, str, int]
"""Outcome, cause and pages."""
READ: Ending = ("ok", "", 17)
CUT_SHORT: tuple[Ending, ...] = (
    ("partial", "interrupted", 1),
    ("partial", "timeout", 9),
    ("partial", "script_only", 1),
    ("blocked", "block_page", 4),
    ("blocked", "robots", 0),
    ("unreachable", "dns", 0),
    ("no_portal", "parked", 0),
)


def visited(database: Database, *endings: Ending, cycle: int | None = None, record: PortalRecord = LIMA) -> list[int]:
    """Numbers of runs over one portal that ended so, one after the other; each answers one question."""
    numbers = []
    for outcome, cause, pages in endings:
        with database.session() as session:
            portal = put_portal(session, record).id
            run = start_run(session, portal, "losi-2024", started=NOW, cycle_id=cycle).id
            told = AnswerRecord("losi-2024", CODE, "present" if outcome == "ok" else "unknown")
            replace_findings(session, run, [], [told])
            finish_run(session, run, outcome, cause=cause or None, pages=pages)
            numbers.append(run)
    return numbers


def stands(database: Database, among: int | None = None) -> int:
    """The number of the run that stands, asked in both ways."""
    with database.reader() as session:
        portal = session.scalars(select(Run.portal_id)).first()
        assert portal is not None
        found = latest_run(session, portal, cycle_id=among)
        where = () if among is None else (Run.cycle_id == among,)
        assert found is not None
        assert session.execute(standing(*where)).all() == [(portal, found.id)]
        return found.id


@pytest.mark.parametrize("ending", CUT_SHORT, ids=lambda each: f"{each[0]}-{each[1]}")
def test_a_run_cut_short_takes_no_place(database: Database, ending: Ending) -> None:
    read, later = visited(database, READ, ending)
    assert stands(database) == read
    with database.reader() as session:
        after = passed_over(session, get_run(session, read))
        assert after is not None
        assert (after.id, after.outcome) == (later, ending[0])
        assert [run.id for run in runs(session)] == [read, later]
        assert get_run(session, later).pages == ending[2]


@pytest.mark.parametrize("ending", [("ok", "budget", 5), ("partial", "budget", 8)])
def test_a_trial_of_few_pages_takes_no_place(database: Database, ending: Ending) -> None:
    read, trial = visited(database, READ, ending)
    assert stands(database) == read
    more = visited(database, ("ok", "budget", 9), CUT_SHORT[1])[0]
    assert stands(database) == more
    assert trial < more


@pytest.mark.parametrize(("pages", "takes"), [(4, False), (5, True)])
def test_what_read_half_as_much_is_no_trial(pages: int, takes: bool, database: Database) -> None:
    before, trial = visited(database, ("ok", "", 10), ("ok", "budget", pages))
    assert stands(database) == (trial if takes else before)


def test_each_portal_has_its_own_run_that_stands_whatever_others_have_read(database: Database) -> None:
    (large,) = visited(database, ("ok", "", 100))
    oslo = PortalRecord("https://oslo.example/", "Oslo", "city", "NOR")
    small, _ = visited(database, ("ok", "budget", 5), ("partial", "timeout", 6), record=oslo)
    with database.reader() as session:
        assert sorted(number for _, number in session.execute(standing())) == [large, small]


@pytest.mark.parametrize(
    ("outcome", "cause", "whole"),
    [
        ("ok", None, True),
        ("ok", "budget", True),
        ("partial", "budget", True),
        ("partial", "robots", True),
        ("partial", "timeout", False),
        ("blocked", "robots", False),
        ("unreachable", "dns", False),
    ],
)
def test_a_run_took_its_course_unless_it_was_broken_off_or_kept_out(
    outcome: Outcome, cause: str | None, whole: bool
) -> None:
    assert read_to_end(Run(outcome=outcome, cause=cause)) is whole


def test_a_trial_stands_where_it_is_all_there_is(database: Database) -> None:
    first, second = visited(database, ("ok", "budget", 2), ("ok", "budget", 1))
    assert stands(database) == second
    assert visited(database, CUT_SHORT[5]) > [first]
    assert stands(database) == second


@pytest.mark.parametrize("ending", [("ok", "budget", 9), ("partial", "budget", 12), ("partial", "robots", 2)])
def test_limits_that_were_set_are_obeyed(database: Database, ending: Ending) -> None:
    _, later = visited(database, READ, ending)
    assert stands(database) == later
    with database.reader() as session:
        assert passed_over(session, get_run(session, later)) is None


def test_the_newest_of_those_that_read_stands(database: Database) -> None:
    numbers = visited(database, READ, ("ok", "", 12), CUT_SHORT[0], ("ok", "", 15), *CUT_SHORT)
    assert stands(database) == numbers[3]


def test_where_nothing_better_is_the_run_that_read_most_stands(database: Database) -> None:
    numbers = visited(database, CUT_SHORT[4])
    assert stands(database) == numbers[0]
    numbers += visited(database, CUT_SHORT[5])
    assert stands(database) == numbers[1]
    numbers += visited(database, CUT_SHORT[1], CUT_SHORT[0], CUT_SHORT[5])
    assert stands(database) == numbers[2]
    numbers += visited(database, ("partial", "interrupted", 9))
    assert stands(database) == numbers[-1]


@pytest.mark.parametrize("order", list(permutations((READ, CUT_SHORT[0], CUT_SHORT[3]))))
def test_the_order_of_the_visits_does_not_matter(database: Database, order: tuple[Ending, ...]) -> None:
    numbers = visited(database, *order)
    assert stands(database) == numbers[order.index(READ)]
    with database.reader() as session:
        assert [run.id for run in runs(session) if read_to_end(run)] == [numbers[order.index(READ)]]


def test_within_a_cycle_its_own_visit_stands(database: Database) -> None:
    (alone,) = visited(database, READ)
    with database.session() as session:
        cycle = new_cycle(session, "2026", "losi-2024").id
        portal = find_portal(session, LIMA.url)
        assert portal is not None
        plan_portals(session, cycle, [(portal.id, "losi-2024")])
    (blocked,) = visited(database, CUT_SHORT[3], cycle=cycle)
    assert stands(database) == alone
    with database.session() as session:
        assert session.execute(standing(Run.cycle_id == cycle)).all() == []
        assert list(export_rows(session, cycle_id=cycle)) == [], "it does not count"
        assert [row.run for row in export_rows(session, run_id=blocked)] == [blocked], "it is asked for by its number"
        end_visit(session, cycle, 1, Step("done", counted_id=blocked))
    assert stands(database, cycle) == blocked
    assert stands(database) == alone


def test_a_run_stands_among_those_before_another_and_of_its_edition(database: Database) -> None:
    first, second = visited(database, READ, READ)
    with database.reader() as session:
        portal = get_run(session, first).portal_id
        for among, found in (({}, second), ({"before": second}, first), ({"edition": "losi-2024"}, second)):
            run = latest_run(session, portal, **among)
            assert run is not None
            assert run.id == found
        assert latest_run(session, portal, edition="losi-2022") is None
        assert latest_run(session, portal, before=first) is None


def test_a_cycle_compares_with_the_visit_that_stood(database: Database) -> None:
    read, _ = visited(database, READ, CUT_SHORT[0])
    with database.reader() as session:
        before = earlier_run(session, get_run(session, read).portal_id)
        assert before is not None
        assert before.id == read


def sheet(database: Database) -> tuple[int, int, str]:
    """The run on which the only sheet rests, after opening; sheets renewed; what its only card suggests."""
    with database.session() as session:
        count = open_sheets(session, NOW)
        return session.scalars(select(Sheet.run_id)).one(), count.renewed, session.scalars(select(Card.state)).one()


def test_a_sheet_rests_on_the_run_that_stands(database: Database) -> None:
    (blocked,) = visited(database, CUT_SHORT[3])
    assert sheet(database) == (blocked, 0, "unknown")
    (read,) = visited(database, READ)
    assert sheet(database) == (read, 1, "present")
    visited(database, *CUT_SHORT)
    assert sheet(database) == (read, 0, "present")


def test_a_sheet_that_an_interrupted_run_took_goes_back(database: Database) -> None:
    (read,) = visited(database, READ)
    sheet(database)
    (late,) = visited(database, CUT_SHORT[0])
    with database.session() as session:
        session.scalars(select(Sheet)).one().run_id = late
    assert sheet(database) == (read, 1, "present")
    assert sheet(database) == (read, 0, "present")
