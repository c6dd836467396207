"""What follows from a visit: it counts, is tried again, or is confirmed; and which of several visits counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.cycle.steps import leads, may_pass, next_step
from storage.database import Database
from storage.models import Finding, Run
from storage.records import PortalRecord
from storage.repository import Step, begin_visit, cycle_portal, end_visit, finish_run, import_portals, start_run
from storage.repository.schedules import reopen_portals

NOW = datetime(2027, 3, 1, tzinfo=UTC)
SETTINGS = CycleSettings(tries=3, retry_hours=7, confirm_hours=1)
HAD = {"budget": "present", "news": "present"}
LOST_ONE, LOST_BOTH = {"budget": "absent", "news": "present"}, {"budget": "absent", "news": "absent"}


@pytest.mark.parametrize(
    ("outcome", "cause", "passes"),
    [
        ("ok", "", False),
        ("blocked", "challenge", True),
        ("unreachable", "dns", True),
        ("unreachable", "private_address", False),
        ("unreachable", "redirect_loop", False),
        ("blocked", "too_large", False),
        ("partial", "timeout", True),
        ("partial", "budget", False),
        ("no_portal", "empty", True),
        ("no_portal", "parked", False),
    ],
)
def test_what_may_end_better_at_another_time_of_day(outcome: str, cause: str, passes: bool) -> None:
    assert may_pass(outcome, cause) is passes


@dataclass
class Survey:
    """One portal in two cycles, the first of which may have seen it."""

    database: Database
    cycles: list[int] = field(default_factory=list)

    def begin(self) -> None:
        with self.database.session() as session:
            import_portals(session, [PortalRecord("https://a.example/", "A", "city")])
            name = f"cycle {len(self.cycles)}"
            self.cycles.append(begin_cycle(session, name, SETTINGS, Choice())[0].id)

    def visit(self, outcome: str, states: Mapping[str, str] | None = None, cause: str = "", **proof: Any) -> Step:
        """Visits the portal in the newest cycle; what follows."""
        with self.database.session() as session:
            row = cycle_portal(session, self.cycles[-1], 1)
            run = start_run(session, 1, row.edition, cycle_id=row.cycle_id)
            begin_visit(session, row.cycle_id, 1, run.id)
            finish_run(session, run.id, outcome, pages=len(states or ()), cause=cause, reason="in words")  # type: ignore[arg-type]
            for feature, state in (states or {}).items():
                evidence = [proof] if state == "present" else []
                session.add(Finding(run_id=run.id, feature=feature, state=state, evidence=evidence))
            session.flush()
            step = next_step(session, SETTINGS, row.cycle_id, run, row.tries, NOW)
            end_visit(session, row.cycle_id, 1, step)
            return step

    def reopen(self) -> None:
        with self.database.session() as session:
            reopen_portals(session, self.cycles[-1], Choice().query())


@pytest.fixture
def survey(database: Database) -> Survey:
    """A first cycle, begun."""
    made = Survey(database)
    made.begin()
    return made


def test_a_failure_that_may_pass_counts_after_its_last_try(survey: Survey) -> None:
    again = Step("waiting", NOW + timedelta(hours=7), cause="dns", note="in words")
    assert [survey.visit("unreachable", cause="dns") for _ in range(3)] == [again, again, Step("done", counted_id=3)]


def test_a_failure_that_lasts_counts_at_once(survey: Survey) -> None:
    assert survey.visit("unreachable", cause="private_address") == Step("done", counted_id=1)


@pytest.mark.parametrize(
    ("outcomes", "counted"),
    [
        (["partial", "unreachable", "blocked"], 1),
        (["unreachable", "blocked", "unreachable"], 2),
        (["no_portal", "unreachable", "no_portal"], 2),
        (["unreachable", "unreachable", "unreachable"], 3),
        (["blocked", "partial", "partial"], 3),
    ],
)
def test_the_visit_that_read_the_portal_best_counts(survey: Survey, outcomes: Sequence[str], counted: int) -> None:
    causes = {"partial": "timeout", "no_portal": "empty"}
    steps = [survey.visit(outcome, HAD, causes.get(outcome, "dns")) for outcome in outcomes]
    assert [step.state for step in steps] == ["waiting", "waiting", "done"]
    assert steps[-1].counted_id == counted


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [(LOST_ONE, LOST_BOTH, 2), (LOST_BOTH, LOST_ONE, 3), (LOST_ONE, LOST_ONE, 3), (LOST_ONE, HAD, 3)],
)
def test_what_was_lost_is_looked_for_once_more_and_the_visit_that_lost_less_counts(
    survey: Survey, first: Mapping[str, str], second: Mapping[str, str], counted: int
) -> None:
    survey.visit("ok", HAD)
    survey.begin()
    assert survey.visit("ok", first) == Step("confirming", NOW + timedelta(hours=1))
    assert survey.visit("ok", second) == Step("done", counted_id=counted)


@pytest.mark.parametrize("state", ["present", "unknown"])
def test_only_an_absence_needs_a_second_visit(survey: Survey, state: str) -> None:
    survey.visit("ok", HAD)
    survey.begin()
    assert survey.visit("ok", {"budget": state, "news": "present"}).state == "done"


def test_what_was_not_there_before_is_not_lost(survey: Survey) -> None:
    survey.visit("ok", {"budget": "unknown", "news": "absent"})
    survey.begin()
    assert survey.visit("ok", LOST_BOTH).state == "done"


def test_a_visit_to_a_reopened_portal_takes_the_place_of_one_that_read_it_as_well(survey: Survey) -> None:
    survey.visit("ok", HAD)
    survey.reopen()
    assert survey.visit("ok", LOST_BOTH) == Step("done", counted_id=2), "of its own cycle nothing is lost"
    survey.reopen()
    assert survey.visit("partial", HAD, "budget") == Step("done", counted_id=2), "it was read better before"


def test_of_earlier_visits_the_one_that_counted_stands(survey: Survey) -> None:
    survey.visit("ok", HAD)
    survey.begin()
    survey.visit("ok", HAD)
    survey.reopen()
    assert [survey.visit("ok", LOST_BOTH).state for _ in range(2)] == ["confirming", "done"]
    survey.reopen()
    assert survey.visit("unreachable", cause="private_address") == Step("done", counted_id=4)


def test_a_visit_that_read_nothing_confirms_no_loss(survey: Survey) -> None:
    survey.visit("ok", HAD)
    survey.begin()
    assert survey.visit("unreachable", cause="dns").state == "waiting"
    assert survey.visit("ok", LOST_ONE).state == "confirming"


def test_what_another_questionnaire_found_is_not_lost(survey: Survey) -> None:
    survey.visit("ok", HAD)
    with survey.database.session() as session:
        session.get_one(Run, 1).edition = "losi-2022"
    survey.begin()
    assert survey.visit("ok", LOST_BOTH).state == "done"


def test_a_lost_feature_is_looked_for_where_it_had_been_proven(survey: Survey) -> None:
    places = [f"https://a.example/{name}" for name in "abcde"]
    proofs = [{"url": places[0], "href": places[1]}, {"url": places[2]}, {"url": places[0]}, {"url": places[3]}]
    survey.visit("ok", {**HAD, "contact": "present"})
    _prove(survey, "budget", proofs)
    _prove(survey, "news", [{"url": places[0], "href": None}])
    _prove(survey, "contact", [{"url": places[4]}])
    survey.begin()
    survey.visit("ok", {**LOST_BOTH, "contact": "present"}, url=places[4])
    with survey.database.reader() as session:
        before, now = session.get_one(Run, 1), session.get_one(Run, 2)
        assert leads(session, before, now) == (
            (places[0], ("budget", "news")),
            (places[1], ("budget",)),
            (places[2], ("budget",)),
        )
        assert leads(session, now, before) == ()


def _prove(survey: Survey, feature: str, proofs: Sequence[Mapping[str, Any]]) -> None:
    with survey.database.session() as session:
        finding = session.scalars(select(Finding).where(Finding.run_id == 1, Finding.feature == feature)).one()
        finding.evidence = [dict(proof) for proof in proofs]
