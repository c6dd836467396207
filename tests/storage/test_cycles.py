"""The plan of a cycle on both databases: what is due, where each portal stands, which run counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.archive import ArchiveWriter
from storage.database import Database
from storage.errors import StorageError
from storage.models import Answer, Capture, Finding, Observation, Portal, Run, Schedule
from storage.recorder import RunRecorder
from storage.records import AnswerRecord, CaptureRecord, FindingRecord, ObservationRecord, PortalRecord
from storage.repository import (
    Due,
    Step,
    begin_visit,
    cycle_portal,
    cycle_portals,
    due_portals,
    earlier_run,
    end_visit,
    export_rows,
    finish_run,
    forget_conclusions,
    get_cycle,
    import_portals,
    latest_run,
    new_cycle,
    next_due,
    open_editions,
    open_sheets,
    pause_cycle,
    plan_portals,
    start_run,
    take_progress,
    take_pulse,
    tally_cycle,
)
from storage.repository.schedules import (
    acquit,
    archived_ends,
    deaths,
    drop_visit,
    drop_worker_pulse,
    get_schedule,
    note_death,
    reopen_portals,
    schedules,
    take_worker_pulse,
)
from storage.words import CycleState, Outcome, RunKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def planned(database: Database) -> tuple[int, list[int]]:
    """A cycle over four portals."""
    with database.session() as session:
        import_portals(
            session, [PortalRecord(f"https://p{n}.example/", f"P{n}", "city", "PER", region="Sur") for n in range(4)]
        )
        numbers = list(session.scalars(select(Portal.id).order_by(Portal.id)))
        cycle = new_cycle(session, "2026", "losi-2024", settings={"tries": 3})
        assert plan_portals(session, cycle.id, [(number, "losi-2024") for number in numbers]) == 4
        assert plan_portals(session, cycle.id, [(number, "losi-2024") for number in numbers]) == 0
        return cycle.id, numbers


def visit(database: Database, cycle: int, portal: int) -> int:
    with database.session() as session:
        run = start_run(session, portal, "losi-2024", cycle_id=cycle)
        begin_visit(session, cycle, portal, run.id)
        return run.id


def test_what_is_due(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, (first, second, third, fourth) = planned
    run = visit(database, cycle, third)
    with database.session() as session:
        later = Step("waiting", NOW + timedelta(hours=7), cause="timeout")
        end_visit(session, cycle, first, later)
        end_visit(session, cycle, second, Step("confirming", NOW - timedelta(seconds=1)))
    with database.reader() as session:
        due = due_portals(session, cycle, NOW)
        assert [(one.portal_id, one.state, one.run_id) for one in due] == [
            (third, "running", run),
            (fourth, "pending", None),
            (second, "confirming", None),
        ]
        assert [one.portal_id for one in due_portals(session, cycle, NOW, limit=1, without=[third])] == [fourth]
        chosen = select(Portal.id).where(Portal.name == "P3")
        assert [one.portal_id for one in due_portals(session, cycle, NOW, chosen=chosen)] == [fourth]
        assert len(due_portals(session, cycle, NOW + timedelta(hours=8))) == 4
        assert next_due(session, cycle) == NOW - timedelta(seconds=1)


def test_cycles_over_the_same_portals_know_nothing_of_each_other(
    database: Database, planned: tuple[int, list[int]]
) -> None:
    """In the second, which has a portal fewer, all is done; in the first nothing is."""
    cycle, (first, second, third, fourth) = planned
    pairs = [(portal, "losi-2024") for portal in (first, second, third)]
    with database.session() as session:
        other = new_cycle(session, "2027", "losi-2024").id
        assert plan_portals(session, other, pairs[:2]) == 2
        assert plan_portals(session, other, pairs) == 1
    for portal in (first, second, third):
        run = visit(database, other, portal)
        with database.session() as session:
            end_visit(session, other, portal, Step("done", NOW, counted_id=run))
    visit(database, cycle, first)
    with database.session() as session:
        end_visit(session, cycle, first, Step("waiting", NOW))
    with database.reader() as session:
        assert [one.portal_id for one in due_portals(session, cycle, NOW)] == [second, third, fourth, first]
        assert [one.run_id for one in due_portals(session, cycle, NOW)] == [None] * 4, "a visit that ended is over"
        assert due_portals(session, other, NOW) == []
        assert (open_editions(session, cycle), open_editions(session, other)) == ({"losi-2024": 4}, {})
        assert (next_due(session, cycle), next_due(session, other)) == (NOW, None)
        assert [row.portal_id for row in cycle_portals(session, other)] == [first, second, third]


def test_a_visit_that_is_gone_on_with_keeps_what_it_had_read_and_another_begins_anew(
    database: Database, planned: tuple[int, list[int]]
) -> None:
    cycle, (first, *_) = planned
    run = visit(database, cycle, first)
    with database.session() as session:
        take_progress(session, cycle, {run: (7, 8)})
        begin_visit(session, cycle, first, run)
        row = cycle_portal(session, cycle, first)
        assert (row.run_id, row.pages, row.requests) == (run, 7, 8)
    another = visit(database, cycle, first)
    with database.reader() as session:
        row = cycle_portal(session, cycle, first)
        assert (row.run_id, row.pages, row.requests) == (another, 0, 0)


def test_what_is_due_comes_with_all_that_a_visit_needs(database: Database) -> None:
    told = PortalRecord("https://a.example/", "A", "national", "PER", "es")
    with database.session() as session:
        import_portals(session, [told, PortalRecord("https://b.example/", "B", "city")])
        first, second = session.scalars(select(Portal.id).order_by(Portal.id))
        cycle = new_cycle(session, "2026", "losi-2024").id
        plan_portals(session, cycle, [(first, "osi-2024"), (second, "losi-2024")])
    with database.reader() as session:
        assert due_portals(session, cycle, NOW) == [
            Due(first, told.url, "A", "PER", "national", "es", "osi-2024", "pending", 0, None),
            Due(second, "https://b.example/", "B", "", "city", "", "losi-2024", "pending", 0, None),
        ]
        assert open_editions(session, cycle) == {"losi-2024": 1, "osi-2024": 1}
        only = select(Portal.id).where(Portal.id == first)
        assert open_editions(session, cycle, chosen=only) == {"osi-2024": 1}
        with pytest.raises(StorageError, match="not in the cycle"):
            cycle_portal(session, cycle, 99)


def test_a_visit_that_ends_without_counting_leaves_the_one_that_counts(
    database: Database, planned: tuple[int, list[int]]
) -> None:
    cycle, (first, *_) = planned
    counts = visit(database, cycle, first)
    with database.session() as session:
        finish_run(session, counts, "ok", pages=3, requests=5)
        end_visit(session, cycle, first, Step("done", counted_id=counts, cause="blocked", note="words"))
    broken = visit(database, cycle, first)
    with database.session() as session:
        take_progress(session, cycle, {broken: (7, 8)})
        end_visit(session, cycle, first, Step("waiting", NOW))
    with database.reader() as session:
        row = cycle_portal(session, cycle, first)
        assert (row.counted_id, row.run_id, row.cause, row.note) == (counts, broken, None, None)
        assert (row.pages, row.requests) == (7, 8), "the run has no outcome, and knows of none"


def test_which_earlier_visit_a_cycle_compares_with(database: Database, planned: tuple[int, list[int]]) -> None:
    """Of another cycle it is the one that counted there; a later one that did not is passed over."""
    cycle, (portal, *_) = planned
    with database.session() as session:
        before = new_cycle(session, "2025", "losi-2024").id
        plan_portals(session, before, [(portal, "losi-2024")])

        def ran(cycle_id: int | None, edition: str = "losi-2024", kind: RunKind = "live", pages: int = 9) -> int:
            run = start_run(session, portal, edition, kind=kind, cycle_id=cycle_id).id
            finish_run(session, run, "ok", pages=pages)
            return run

        older, counted, passed = ran(None, "losi-2022"), ran(before), ran(before)
        end_visit(session, before, portal, Step("done", counted_id=counted))
        ran(None, kind="rerun")
        ran(None, pages=0)
        own = ran(cycle)

        def number(**which: Any) -> int | None:
            run = earlier_run(session, portal, **which)
            return run.id if run is not None else None

        assert number() == own
        assert number(before=own) == passed
        assert number(cycle_id=cycle) == counted
        assert number(edition="losi-2022") == older
        assert number(before=older) is None


def test_what_a_run_concluded_is_forgotten_and_its_captures_stay(
    database: Database, planned: tuple[int, list[int]], tmp_path: Path
) -> None:
    cycle, (first, second, *_) = planned
    runs = [visit(database, cycle, portal) for portal in (first, second)]
    for run in runs:
        with RunRecorder(database, run, ArchiveWriter(tmp_path / str(run), "run"), threaded=False) as recorder:
            recorder.capture(CaptureRecord(recorder.allot(), "https://x.example/", NOW, body=b"a page"))
            recorder.observe([ObservationRecord("f", "d", "1", "link", 0.5, 1)])
            recorder.conclude([FindingRecord("f", "present")])
            recorder.answer([AnswerRecord("losi-2024", "1", "present")])
    with database.session() as session:
        forget_conclusions(session, runs[0])
    with database.reader() as session:
        for model in (Observation, Finding, Answer):
            assert list(session.scalars(select(model.run_id))) == runs[1:]
        assert sorted(session.scalars(select(Capture.run_id))) == runs


def test_a_visit_counts_when_the_cycle_says_so(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, (first, *_) = planned
    run = visit(database, cycle, first)
    with database.session() as session:
        finish_run(session, run, "unreachable", cause="timeout", pages=3, requests=5)
        end_visit(session, cycle, first, Step("waiting", NOW, cause="timeout"))
        assert latest_run(session, first) is None
        assert open_sheets(session, NOW, cycle_id=cycle).opened == 0
        assert list(export_rows(session, cycle_id=cycle)) == []
        end_visit(session, cycle, first, Step("done", counted_id=run))
        found = latest_run(session, first)
        assert found is not None
        assert found.id == run
        row = cycle_portal(session, cycle, first)
        assert (row.tries, row.pages, row.requests, row.due) == (2, 3, 5, None)
        counts = {count.state: count for count in tally_cycle(session, cycle)}
        assert (counts["done"].outcome, counts["done"].cause, counts["done"].pages) == ("unreachable", "timeout", 3)
        assert (counts["pending"].portals, counts["pending"].region) == (3, "Sur")


def test_the_pulse_tells_progress_and_hears_a_pause(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, (first, second, *_) = planned
    runs = [visit(database, cycle, portal) for portal in (first, second)]
    with database.session() as session:
        assert not take_pulse(session, cycle, {"rate": 2.5}, {runs[0]: (4, 6), runs[1]: (1, 2)})
        assert pause_cycle(session, "2026", True)
        assert take_pulse(session, cycle, {"rate": 0.5}, {})
    with database.reader() as session:
        assert get_cycle(session, "2026").pulse == {"rate": 0.5}
        assert (cycle_portal(session, cycle, first).pages, cycle_portal(session, cycle, second).requests) == (4, 2)
        with pytest.raises(StorageError, match="there are 2026"):
            get_cycle(session, "2027")


def test_a_late_word_of_a_worker_changes_no_visit_that_ended(
    database: Database, planned: tuple[int, list[int]]
) -> None:
    cycle, (first, second, *_) = planned
    runs = [visit(database, cycle, portal) for portal in (first, second)]
    with database.session() as session:
        finish_run(session, runs[0], "ok", pages=9, requests=12)
        end_visit(session, cycle, first, Step("done", counted_id=runs[0]))
        take_worker_pulse(session, cycle, "w", {"pages": 5}, [(runs[0], 4, 6), (runs[1], 1, 2)])
    with database.reader() as session:
        rows = [cycle_portal(session, cycle, portal) for portal in (first, second)]
        assert [(row.pages, row.requests) for row in rows] == [(9, 12), (1, 2)]


def test_a_portal_that_is_reopened_acquits_no_other(
    database: Database, planned: tuple[int, list[int]], at: datetime
) -> None:
    cycle_id, numbers = planned
    with database.session() as session:
        for number in numbers[:2]:
            note_death(session, cycle_id, number, at)
            end_visit(session, cycle_id, number, Step("failed", cause="worker_died"))
        chosen = select(Portal.id).where(Portal.id == numbers[0])
        assert reopen_portals(session, cycle_id, chosen) == 1
        assert [deaths(session, cycle_id, number) for number in numbers[:2]] == [0, 1]


def test_when_the_next_of_the_chosen_is_due(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, numbers = planned
    for portal in numbers[:2]:
        visit(database, cycle, portal)
    with database.session() as session:
        end_visit(session, cycle, numbers[0], Step("waiting", NOW + timedelta(hours=7)))
        end_visit(session, cycle, numbers[1], Step("confirming", NOW + timedelta(hours=1)))
    with database.reader() as session:
        assert next_due(session, cycle) == NOW + timedelta(hours=1)
        for portal, due in zip(numbers, (NOW + timedelta(hours=7), NOW + timedelta(hours=1), None), strict=False):
            assert next_due(session, cycle, chosen=select(Portal.id).where(Portal.id == portal)) == due


def ended(database: Database, cycle: int, portal: int, outcome: Outcome, state: CycleState, *, counts: bool) -> int:
    """A visit that came to its end."""
    run = visit(database, cycle, portal)
    with database.session() as session:
        finish_run(session, run, outcome)
        end_visit(session, cycle, portal, Step(state, NOW, run if counts else None, "a cause", "a note"))
    return run


def test_a_portal_that_is_visited_again_begins_anew_and_keeps_the_visit_that_counts(
    database: Database, planned: tuple[int, list[int]]
) -> None:
    cycle, (first, second, *_) = planned
    run, _ = (ended(database, cycle, portal, "ok", "done", counts=True) for portal in (first, second))
    with database.session() as session:
        session.get_one(Portal, second).retired = NOW
    with database.session() as session:
        assert reopen_portals(session, cycle, select(Portal.id)) == 1
    with database.reader() as session:
        row = cycle_portal(session, cycle, first)
        anew = (row.state, row.tries, row.due, row.run_id, row.cause, row.note, row.counted_id)
        assert anew == ("pending", 0, None, None, None, None, run)
        assert cycle_portal(session, cycle, second).state == "done", "it is retired"


def test_portals_that_no_visit_read_are_visited_again(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, (read, kept_out, failed, without) = planned
    ended(database, cycle, read, "partial", "done", counts=True)
    ended(database, cycle, kept_out, "blocked", "done", counts=True)
    ended(database, cycle, failed, "ok", "failed", counts=True)
    ended(database, cycle, without, "ok", "done", counts=False)
    with database.session() as session:
        assert reopen_portals(session, cycle, select(Portal.id), unread=True) == 3
        assert [row.portal_id for row in cycle_portals(session, cycle, state="done")] == [read]


@pytest.mark.parametrize(("ago", "pages"), [(25, 7), (35, 5)])
def test_workers_that_fell_silent_are_counted_no_more(
    ago: int, pages: int, database: Database, planned: tuple[int, list[int]]
) -> None:
    cycle, _ = planned
    silent = {"pages": 2, "rate": 0.5, "at": (datetime.now(UTC) - timedelta(seconds=ago)).isoformat()}
    with database.session() as session:
        take_pulse(session, cycle, {"workers": {"silent": silent}}, {})
        take_worker_pulse(session, cycle, "speaks", {"pages": 5})
    with database.reader() as session:
        assert get_cycle(session, "2026").pulse["pages"] == pages


def test_a_worker_that_stops_is_taken_out_of_the_pulse(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, _ = planned
    with database.session() as session:
        drop_worker_pulse(session, cycle, "a")
        assert get_cycle(session, "2026").pulse == {}
        for worker, rate in (("a", 0.1), ("b", 0.1), ("c", 0.2)):
            take_worker_pulse(session, cycle, worker, {"rate": rate})
        said = get_cycle(session, "2026").pulse["workers"]
        drop_worker_pulse(session, cycle, "a")
        pulse = get_cycle(session, "2026").pulse
        assert (sorted(pulse["workers"]), pulse["rate"], pulse["active"]) == (["b", "c"], 0.3, 0)
        assert pulse["at"] == said["c"]["at"], "when the last of them spoke"


def test_a_broken_visit_needs_its_archive_up_to_its_last_record(
    database: Database, planned: tuple[int, list[int]], tmp_path: Path
) -> None:
    cycle, (first, second, *_) = planned
    runs = [visit(database, cycle, portal) for portal in (first, second)]
    for run, pages in zip(runs, (3, 1), strict=True):
        with RunRecorder(database, run, ArchiveWriter(tmp_path / str(run), "run"), threaded=False) as recorder:
            for _ in range(pages):
                recorder.capture(CaptureRecord(recorder.allot(), "https://x.example/", NOW, body=b"a page"))
    with database.reader() as session:
        for run in runs:
            (file,) = (tmp_path / str(run)).glob("*.warc.gz")
            assert archived_ends(session, run) == {file.name: file.stat().st_size}


def test_a_visit_that_is_dropped_is_made_anew_unless_it_came_to_its_end(
    database: Database, planned: tuple[int, list[int]]
) -> None:
    cycle, (first, second, *_) = planned
    broken, whole = (visit(database, cycle, portal) for portal in (first, second))
    with database.session() as session:
        finish_run(session, whole, "ok")
        for portal, run in ((first, broken), (second, whole)):
            drop_visit(session, cycle, portal, run)
    with database.reader() as session:
        rows = [cycle_portal(session, cycle, portal) for portal in (first, second)]
        assert [(row.state, row.run_id) for row in rows] == [("pending", None)] * 2
        assert list(session.scalars(select(Run.id))) == [whole]


def test_a_portal_that_was_visited_to_an_end_is_no_suspect(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, (first, second, *_) = planned
    with database.session() as session:
        assert [note_death(session, cycle, portal, NOW) for portal in (first, first, second)] == [1, 2, 1]
        acquit(session, cycle, first)
        assert [deaths(session, cycle, portal) for portal in (first, second)] == [0, 1]


def test_schedules_are_found_by_cycle_and_by_number(database: Database, planned: tuple[int, list[int]]) -> None:
    cycle, _ = planned
    with database.session() as session:
        other = new_cycle(session, "2027", "losi-2024")
        made = [Schedule(cycle_id=number, created=NOW) for number in (other.id, cycle, cycle)]
        session.add_all(made)
        session.flush()
        assert [found.id for found in schedules(session)] == [each.id for each in made]
        assert [found.id for found in schedules(session, cycle)] == [each.id for each in made[1:]]
        assert get_schedule(session, made[0].id) is made[0]
        with pytest.raises(StorageError, match="no schedule 99"):
            get_schedule(session, 99)
