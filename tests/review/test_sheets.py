"""Sheets: opened once, renewed by newer runs and reruns, never against what people decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from review.service.decisions import Decision, decide
from review.service.notes import close, notes
from review.service.queue import Filters, tasks
from review.service.sheets import SheetFilter, sheet_cards, sheets
from storage.models import Answer, Card, Finding, Note, Sheet
from storage.records import AnswerRecord, FindingRecord
from storage.repository import new_cycle, open_sheets, replace_findings
from storage.repository.sheets import _change, _told, deciding
from storage.words import FindingState, Verdict
from survey.questionnaire import load
from tests.review.conftest import EDITION, World


def _feature() -> tuple[str, str]:
    """A code with one feature."""
    indicator = next(i for i in load(EDITION).indicators if len(i.features) == 1)
    return indicator.code, indicator.features[0]


def _card(world: World, code: str, sheet: int = 1) -> Card:
    with world.database.reader() as session:
        return session.scalars(select(Card).where(Card.sheet_id == sheet, Card.code == code)).one()


def _agree(world: World, code: str, verdict: str = "yes") -> None:
    for name in ("Ana", "Ben"):
        account = world.account(name).id
        with world.database.session() as session:
            task = next(row.task for row in tasks(session, account, Filters(), limit=200) if row.code == code)
            decide(session, account, task, Decision(verdict), world.clock())


def _two(world: World) -> None:
    for name in ("Ana", "Ben"):
        world.assign(world.person(name), *world.open())


def test_a_sheet_is_opened_once(world: World) -> None:
    world.run()
    assert world.open() == [1]
    assert world.open() == [1]
    with world.database.reader() as session:
        rows = sheet_cards(session, 1)
        listed = sheets(session)
    assert [row.code for row in rows] == list(load(EDITION).codes)
    assert (listed[0].cards, listed[0].settled, listed[0].assigned) == (len(rows), 0, 0)


def test_a_run_without_an_outcome_opens_nothing(world: World) -> None:
    from storage.models import Portal, Run

    world.run()
    with world.database.session() as session:
        portal = session.scalars(select(Portal)).one()
        session.add(Run(portal_id=portal.id, edition=EDITION, kind="live", started=world.clock()))
        session.add(Run(portal_id=portal.id, edition=EDITION, kind="proof", started=world.clock(), outcome="ok"))
    assert world.open() == [1]
    with world.database.reader() as session:
        assert session.get_one(Sheet, 1).run_id == 1


def test_an_undecided_card_takes_the_newer_suggestion(world: World) -> None:
    code, feature = _feature()
    world.run()
    world.open()
    assert _card(world, code).state == "absent"
    run = world.run(said={feature: "present"})
    world.open()
    card = _card(world, code)
    assert (card.state, card.run_id) == ("present", run)


def test_a_confirmed_answer_stays_and_a_note_says_what_changed(world: World) -> None:
    code, feature = _feature()
    world.run(said={feature: "present"})
    _two(world)
    _agree(world, code)
    run = world.run()
    world.open()
    card = _card(world, code)
    assert (card.state, card.status, card.verdict, card.run_id) == ("present", "agreed", "yes", 1)
    with world.database.reader() as session:
        assert session.get_one(Answer, card.answer_id).run_id == run
        assert session.get_one(Answer, card.answer_id).value == 1.0
        (note,) = notes(session)
    assert (note.code, note.details["before"]["state"], note.details["after"]["state"]) == (code, "present", "absent")
    world.open()
    with world.database.session() as session:
        assert len(notes(session)) == 1
        close(session, note.id, "Sue", world.clock())
        assert notes(session) == []


def test_a_rerun_of_the_detectors_changes_no_confirmed_answer(world: World) -> None:
    code, feature = _feature()
    run = world.run(said={feature: "present"})
    _two(world)
    _agree(world, code)
    with world.database.session() as session:
        replace_findings(
            session,
            run,
            [FindingRecord(feature, "absent", confidence=0.8)],
            [AnswerRecord(EDITION, each, "absent", None, 0.8) for each in load(EDITION).codes],
        )
    card = _card(world, code)
    with world.database.reader() as session:
        answer = session.get_one(Answer, card.answer_id)
        assert (card.verdict, answer.state, answer.value) == ("yes", "absent", 1.0)
        assert [note.code for note in notes(session)] == [code]


def test_what_changed_since_the_last_cycle(world: World) -> None:
    questionnaire = load(EDITION)
    single = [i for i in questionnaire.indicators if len(i.features) == 1]
    first, second = single[0], next(i for i in single if i.features != single[0].features)
    world.run(said={first.features[0]: "present", second.features[0]: "present"}, quote="one proof")
    world.open()
    with world.database.session() as session:
        cycle = new_cycle(session, "2028", EDITION).id
    run = world.run(said={first.features[0]: "present"}, quote="another proof")
    with world.database.session() as session:
        from storage.models import Run

        session.get_one(Run, run).cycle_id = cycle
    with world.database.session() as session:
        count = open_sheets(session, world.clock(), cycle_id=cycle)
    assert count.opened == 1
    sheet = next(number for number in world.open() if number != 1)
    assert _card(world, first.code, sheet).change == "proof"
    assert _card(world, second.code, sheet).change == "state"
    assert _card(world, first.code, 1).change == "new"
    with world.database.reader() as session:
        assert [row.sheet for row in sheets(session, SheetFilter(cycle=cycle))] == [sheet]


def test_a_portal_in_several_languages_is_found_by_each(world: World) -> None:
    world.run(language="es, qu-PE")
    world.run("https://b.example/", language="es")
    world.open()
    with world.database.reader() as session:
        for wanted, found in {"ES": [1, 2], "qu-pe": [1], "es, qu-PE": [1], "s": [], "%": []}.items():
            assert sorted(row.sheet for row in sheets(session, SheetFilter(language=wanted))) == found


@pytest.mark.parametrize(
    ("found", "decides"),
    [
        ((("absent", 0.9), ("present", 0.6)), 1),
        ((("present", 0.6), ("present", 0.8)), 1),
        ((("absent", 0.9), ("unknown", None)), 1),
        ((("not_applicable", 0.9), ("absent", 0.1)), 1),
        ((("present", 0.1), ("unknown", 0.9)), 0),
        ((), None),
    ],
)
def test_the_finding_that_a_card_shows_is_the_one_that_decides_its_question(
    found: tuple[tuple[FindingState, float | None], ...], decides: int | None
) -> None:
    question = replace(load(EDITION).indicators[0], features=("a.one", "a.two"))
    of_others = {"no.feature": Finding(feature="no.feature", state="present", confidence=1.0)}
    findings = {
        feature: Finding(feature=feature, state=state, confidence=confidence)
        for feature, (state, confidence) in zip(question.features, found, strict=False)
    }
    expected = None if decides is None else findings[question.features[decides]]
    assert deciding(question, findings | of_others) is expected


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (None, ("present", "k"), "new"),
        ((None, "absent", None), ("present", "k"), "state"),
        ((None, "unknown", None), ("manual", None), "state"),
        (("yes", "absent", None), ("absent", None), "state"),
        (("yes", "present", "k"), ("present", "k"), "same"),
        (("unsure", "present", "k"), ("present", "k"), "same"),
        ((None, "present", "k"), ("present", "l"), "proof"),
    ],
)
def test_a_card_says_what_is_other_than_people_or_the_program_said_last_time(
    before: tuple[Verdict | None, FindingState, str | None] | None, now: tuple[str, str | None], change: str
) -> None:
    card = Card(verdict=before[0], state=before[1], proof_key=before[2]) if before else None
    assert _change(card, {"state": now[0], "proof_key": now[1]}) == change


def test_a_change_is_told_again_unless_the_newest_note_tells_it() -> None:
    first = {"state": "present", "evidence_url": "https://a.example/", "proof": "k"}
    last = first | {"state": "absent"}
    told = [Note(id=2, details={"after": last}), Note(id=1, details={"after": first})]
    assert _told(told, {"after": last})
    for change in ({"state": "present"}, {"evidence_url": "https://b.example/"}, {"proof": "l"}):
        assert not _told(told, {"after": last | change})
    assert not _told([], {"after": last})
