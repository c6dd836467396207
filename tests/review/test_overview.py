"""Dashboards: cycles, scores, a portal's page, from runs of which everything is known."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import insert, select, update

from review.errors import NotFound
from review.service import adjudication, cycles, portals, queue, scores
from review.service.queue import Filters
from storage.models import Card, Finding, Observation, Portal, Run, Sheet, Task
from storage.repository import finish_run, new_cycle, open_sheets, start_run
from survey.questionnaire import load
from tests.review.browsing import log_in
from tests.review.conftest import Client, World

FEATURES = load("losi-2024").features
ALL = dict.fromkeys(FEATURES, "present")


def _round(world: World, name: str, portals_: dict[str, tuple[str, dict[str, str]]]) -> int:
    """A cycle of portals by address: country, and what was found."""
    with world.database.session() as session:
        cycle = new_cycle(session, name, "losi-2024").id
    for url, (country, said) in portals_.items():
        run = world.run(url, said=said)
        with world.database.session() as session:
            session.execute(update(Run).where(Run.id == run).values(cycle_id=cycle))
            session.execute(update(Portal).where(Portal.url == url).values(country=country))
            seen = [key for key in FEATURES[:40] if said.get(key) == "present"]
            rows = [
                {"run_id": run, "feature": key, "detector": f"d-{key}", "detector_version": "1", "kind": "content",
                 "strength": 0.9, "polarity": "for", "why": {}}
                for key in seen
            ]  # fmt: skip
            if rows:
                session.execute(insert(Observation), rows)
    with world.database.session() as session:
        open_sheets(session, world.clock.now)
    return cycle


@pytest.fixture
def rounds(world: World) -> tuple[int, int]:
    """Two cycles: twelve portals, on which one detector falls silent; one of them is blocked in the second."""
    first = {f"https://c{n}.example/": ("KEN" if n % 2 else "ESP", ALL if n < 10 else {}) for n in range(12)}
    silent = {key: "present" for key in FEATURES if key != FEATURES[0]}
    second = {url: (country, silent if said else {}) for url, (country, said) in first.items()}
    made = (_round(world, "First", first), _round(world, "Second", second))
    with world.database.session() as session:
        portal = select(Portal.id).order_by(Portal.id).limit(1).scalar_subquery()
        run = session.scalars(select(Run.id).where(Run.portal_id == portal, Run.cycle_id == made[1])).one()
        finish_run(session, run, "blocked", cause="challenge", reason="a block page", finished=world.clock.now)
    return made


def test_a_cycle_counts_regions_troubles_and_detectors_that_moved(world: World, rounds: tuple[int, int]) -> None:
    with world.database.reader() as session:
        view = cycles.cycle_view(session, rounds[1], world.clock.now.date())
        with pytest.raises(NotFound):
            cycles.cycle_view(session, 99, world.clock.now.date())
    assert [(row.region, row.portals, row.read, row.blocked) for row in view.regions] == [
        ("Africa", 6, 6, 0), ("Europe", 6, 5, 1),
    ]  # fmt: skip
    assert [(trouble.outcome, trouble.cause) for trouble in view.troubles] == [("blocked", "challenge")]
    moved = [fire for fire in view.fires if fire.alarm]
    assert [(fire.detector, fire.now.hits, fire.now.n) for fire in moved] == [(f"d-{FEATURES[0]}", 0, 11)]
    assert moved[0].before is not None
    assert (moved[0].before.hits, moved[0].before.n) == (10, 12)
    assert view.before is not None
    assert view.before.name == "First"


def test_scores_take_peoples_verdicts_first(world: World, rounds: tuple[int, int]) -> None:
    today, sue = world.clock.now.date(), world.person("Sue", "supervisor")
    with world.database.reader() as session:
        (before,) = scores.scores(session, today, cycle_id=rounds[0])
    assert [row.yes for row in before.rows] == [95] * 10 + [0] * 2
    assert [(line.key, line.assessed) for line in before.regions] == [("Africa", 6), ("Europe", 6)]
    assert {line.key for line in before.groups} <= {"LDC", "LLDC", "SIDS"}
    assert dict(before.total.levels) == {"very high": 10, "high": 0, "middle": 0, "low": 2}
    assert before.total.compared == 12
    best = before.rows[0]
    with world.database.session() as session:
        query = select(Card.id).join(Sheet, Sheet.id == Card.sheet_id).where(Sheet.run_id == best.visit.run)
        card = session.scalars(query.limit(1)).one()
        adjudication.adjudicate(session, sue, card, "no", None, world.clock.now)
    with world.database.reader() as session:
        (after,) = scores.scores(session, today, cycle_id=rounds[0], kind="city")
    row = next(row for row in after.rows if row.visit.portal == best.visit.portal)
    assert (row.yes, row.confirmed) == (94, 1)


def test_scores_as_csv_hold_no_formulas(small: World, client: Client) -> None:
    _round(small, "First", {"https://c.example/": ("ESP", ALL)})
    with small.database.session() as session:
        session.execute(update(Portal).values(name="=HYPERLINK(1)"))
    small.person("Sue", "supervisor")
    browser = client(small)
    log_in(browser, "Sue")
    answer = browser.get("/scores.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    row = next(csv.DictReader(io.StringIO(answer.text)))
    assert (row["name"], row["country"], row["level"]) == ("'=HYPERLINK(1)", "ESP", "very high")


@pytest.mark.parametrize(
    ("version", "body", "exhausted", "cause"),
    [("2", "<p>same", False, "detector"), ("1", "<p>same", False, "crawl"), ("1", "<p>other", False, "site")],
)
def test_the_cause_of_a_difference(small: World, version: str, body: str, exhausted: bool, cause: str) -> None:
    first = small.run(said=ALL, body="<p>same")
    second = small.run(said=dict.fromkeys(FEATURES, "absent"), body=body)
    with small.database.session() as session:
        for run, told in ((first, "1"), (second, version)):
            made = [{"name": "a-detector", "version": told}]
            session.execute(update(Finding).where(Finding.run_id == run).values(detectors=made))
        open_sheets(session, small.clock.now)
    with small.database.reader() as session:
        page = portals.portal_page(session, 1)
        with pytest.raises(NotFound):
            portals.portal_page(session, 2)
    assert {row.cause for row in page.differences} == {cause}
    assert len(page.differences) == 95
    assert [visit.run for visit in page.visits] == [second, first]
    assert len(page.columns) == 1


def test_pages_fetched_as_proof_are_no_visits_and_hide_none(small: World) -> None:
    visit = small.run()
    with small.database.session() as session:
        for _ in range(portals.VISITS):
            start_run(session, 1, "losi-2024", kind="proof", started=small.clock())
        assert [each.run for each in portals.portal_page(session, 1).visits] == [visit]


def test_the_cards_ahead_go_on_with_the_sheet_that_is_due_next(world: World) -> None:
    for number in range(2):
        world.run(f"https://c{number}.example/", said=ALL)
    ana = world.person("Ana")
    world.assign(ana, *world.open())
    with world.database.reader() as session:
        tasks = list(session.scalars(select(Task.id).order_by(Task.sheet_id, Task.position)))
        assert queue.ahead(session, ana, Filters(), tasks[0], ()) == tasks[1:5]
        assert queue.ahead(session, ana, Filters(), tasks[0], tasks[1:3], limit=2) == tasks[3:5]
        assert queue.ahead(session, ana, Filters(), tasks[94], tasks[:94], limit=3) == tasks[95:98]
        assert queue.ahead(session, ana, Filters(sheet=1), tasks[94], tasks[:93]) == [tasks[93]]
        assert queue.ahead(session, ana, Filters(sheet=1), tasks[94], tasks[:94]) == []
