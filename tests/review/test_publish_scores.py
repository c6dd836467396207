"""Scores: whose answers they rest on, what a failed visit means, which visit counts, and figures over many portals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring
from sqlalchemy import update

from losi.commands.publish_scores import write_scores_json
from review.publish.atlas import write_atlas
from review.publish.dataset import write_dataset
from review.publish.scope import Scope, Visit, place_of, scope_of
from review.publish.scores import Score, scores
from review.publish.summary import Summary, summarise
from review.service.adjudication import adjudicate
from review.service.scores import scores as boards_of
from storage.models import Answer, Card, CyclePortal, Portal, Run, Sheet
from storage.records import PortalRecord
from storage.repository import finish_run, new_cycle, plan_portals, put_portal, start_run
from survey.questionnaire import load
from survey.scoring import as_published, competition_ranks, level, min_max
from tests.review.browsing import log_in
from tests.review.conftest import EDITION, Client, World

TODAY = date(2027, 3, 1)
NATIONAL = "osi-2024"
NEWS, EVENTS = "296", "295"


def scored(world: World, cycle: str | None = None) -> list[Score]:
    with world.database.reader() as session:
        return list(scores(session, scope_of(session, cycle, TODAY)))


def settle(world: World, code: str, verdict: str, portal: int = 1) -> None:
    """A supervisor's word on one card."""
    with world.database.session() as session:
        sheet = session.query(Sheet).filter_by(portal_id=portal).one()
        card = session.query(Card).filter_by(sheet_id=sheet.id, code=code).one()
        adjudicate(session, 1, card.id, verdict, None, world.clock.now)


def give_country(world: World, portal: int, country: str) -> None:
    with world.database.session() as session:
        session.get_one(Portal, portal).country = country


def test_unconfirmed_answers_are_marked_as_prefilled(world: World) -> None:
    world.run(said={"info.news": "present", "search.internal": "unknown"})
    (score,) = scored(world)
    assert (score.status, score.basis, score.confirmed, score.prefilled) == ("assessed", "prefilled", 0, 95)
    assert (score.yes, score.unknown, score.index, score.high) == (1, 1, 0.0104, 0.0208)
    assert score.level == "low"


def test_people_go_before_the_program(world: World) -> None:
    world.run(said={"info.news": "present"})
    world.person("boss", "supervisor")
    world.open()
    settle(world, NEWS, "no")
    settle(world, EVENTS, "unsure")
    (score,) = scored(world)
    assert (score.basis, score.confirmed, score.prefilled) == ("mixed", 2, 93)
    assert (score.yes, score.unknown) == (0, 1)
    assert (score.index, score.high) == (0.0, 0.0104)


def test_a_failed_visit_is_no_zero(world: World) -> None:
    run = world.run()
    with world.database.session() as session:
        session.get_one(Run, run).outcome = "blocked"
    (score,) = scored(world)
    assert (score.status, score.basis, score.index, score.level, score.shares) == ("blocked", "none", None, None, ())


def test_what_people_confirmed_counts_even_after_a_failed_visit(small: World) -> None:
    run = small.run()
    small.person("boss", "supervisor")
    small.open()
    settle(small, NEWS, "yes")
    with small.database.session() as session:
        session.get_one(Run, run).outcome = "unreachable"
    (score,) = scored(small)
    assert (score.status, score.index) == ("assessed", 0.0104)


def test_a_city_is_held_against_its_countrys_published_osi(small: World) -> None:
    small.run(said={"info.news": "present"})
    give_country(small, 1, "FRA")
    (score,) = scored(small)
    assert score.published is not None
    assert (score.published.year, score.below) == (2022, True)
    assert 0.5 < score.published.osi < 1
    line = summarise([score])["losi"].total
    assert (line.below, line.compared) == (1, 1)


def test_in_a_cycle_the_visit_that_counts_is_the_one_that_the_cycle_says(world: World) -> None:
    first = world.run(said={"info.news": "present", "info.events": "present"})
    second = world.run()
    with world.database.session() as session:
        cycle = new_cycle(session, "2027", EDITION)
        for run in (first, second):
            session.get_one(Run, run).cycle_id = cycle.id
        plan_portals(session, cycle.id, [(1, EDITION)])
        session.get_one(CyclePortal, (cycle.id, 1)).counted_id = first
    assert [score.visit.run for score in scored(world, "2027")] == [first]
    assert [score.visit.run for score in scored(world)] == [first]


def test_a_planned_portal_without_a_visit_is_pending(world: World) -> None:
    world.run("https://one.example/")
    with world.database.session() as session:
        cycle = new_cycle(session, "2027", EDITION)
        plan_portals(session, cycle.id, [(1, EDITION)])
    assert [(score.status, score.index) for score in scored(world, "2027")] == [("pending", None)]


def test_coverage_tells_missing_portals_from_unread_ones(small: World) -> None:
    runs = [small.run(f"https://{name}.example/") for name in ("a", "b", "c", "d")]
    for portal, country in enumerate(("FRA", "ESP", "ITA", "FRA"), 1):
        give_country(small, portal, country)
    with small.database.session() as session:
        for run, outcome in zip(runs, ("ok", "no_portal", "blocked", "no_portal"), strict=True):
            session.get_one(Run, run).outcome = outcome  # type: ignore[assignment]
    europe = next(each for each in summarise(scored(small))["losi"].coverage() if each.region == "Europe")
    assert (europe.states, europe.assessed, europe.no_portal, europe.unread, europe.unlisted) == (43, 1, 1, 1, 40)


def test_groups_levels_and_regions_are_those_of_the_country(small: World) -> None:
    small.run("https://a.example/")
    small.run("https://b.example/")
    give_country(small, 1, "TUV")
    give_country(small, 2, "NPL")
    summary = summarise(scored(small))["losi"]
    assert [(line.key, line.assessed) for line in summary.lines("group")] == [("LDC", 2), ("LLDC", 1), ("SIDS", 1)]
    assert [line.key for line in summary.lines("region")] == ["Asia", "Oceania"]
    assert [line.key for line in summary.lines("level")] == ["low"]


def city(index: float | None) -> Score:
    place = place_of("FRA", TODAY)
    visit = Visit(1, "", "", "FRA", place, "", "city", "fr", EDITION, 0, 1, "ok", "", datetime(2027, 1, 1, tzinfo=UTC))
    named = None if index is None else level(index)
    return Score(visit, "assessed", "prefilled", "losi", 0, 0, 0, 95, 95, index, index, named, None, ())


@given(st.lists(st.integers(0, 96), min_size=1, max_size=60))
def test_figures_equal_those_of_the_whole_list(ones: list[int]) -> None:
    indices = [round(n / 96, 4) for n in ones]
    summary = summarise(map(city, indices))["losi"]
    total = summary.total
    assert total.mean == pytest.approx(mean(indices), abs=1e-4)
    assert total.median == pytest.approx(median(indices), abs=1e-4)
    assert (total.lowest, total.highest, total.assessed) == (min(indices), max(indices), len(indices))
    ranks = competition_ranks({str(at): index for at, index in enumerate(indices)})
    assert [summary.rank(city(index)) for index in indices] == list(ranks.values())


def test_what_a_summary_keeps_does_not_grow_with_portals() -> None:
    def many(number: int) -> Iterator[Score]:
        return (city(round(at % 97 / 96, 4)) for at in range(number))

    assert len(summarise(many(97))["losi"].indices()) == len(summarise(many(1940))["losi"].indices()) == 97


def test_portals_without_an_index_count_but_score_nothing() -> None:
    summary = Summary()
    summary.add(city(None))
    assert (summary.total.portals, summary.total.assessed, summary.total.mean) == (1, 0, None)
    assert summary.rank(city(None)) is None


def test_a_scope_can_be_narrowed(small: World) -> None:
    small.run("https://a.example/")
    small.run("https://b.example/")
    give_country(small, 2, "FRA")
    with small.database.reader() as session:
        found = list(scores(session, Scope(None, "", None, TODAY, country="FRA")))
    assert [score.visit.portal for score in found] == [2]


def national(world: World, number: int, country: str, present: Sequence[str]) -> None:
    """A visit to a country's portal, on which these features were found."""
    record = PortalRecord(f"https://n{number}.example/", f"State {number}", "national", country)
    asked = load(NATIONAL)
    with world.database.session() as session:
        run = start_run(session, put_portal(session, record).id, NATIONAL, started=world.clock.now)
        rows = [
            Answer(
                run_id=run.id,
                portal_id=run.portal_id,
                edition=NATIONAL,
                code=each.code,
                state="present" if set(each.features) & set(present) else "absent",
                value=int(bool(set(each.features) & set(present))),
                confidence=0.9,
            )
            for each in asked.indicators
        ]
        session.add_all({row.code: row for row in rows}.values())
        finish_run(session, run.id, "ok", finished=world.clock.now, pages=10)


@pytest.fixture
def states(small: World) -> World:
    """Four countries, of which one could not be read, and a city."""
    found = load(NATIONAL).features
    for number, (country, share) in enumerate((("FRA", 0.9), ("KEN", 0.2), ("PER", 0.5), ("ESP", 0.0))):
        national(small, number, country, found[: int(share * len(found))])
    with small.database.session() as session:
        last = session.query(Run).order_by(Run.id.desc()).first()
        assert last is not None
        last.outcome = "blocked"
    small.run(said={"info.news": "present"})
    return small


def test_a_countrys_index_is_shown_as_it_is_and_between_the_lowest_and_the_highest(states: World) -> None:
    found = scored(states)
    summary = summarise(found)["osi_weighted"]
    by_country = {score.visit.country: score for score in found if score.measure == "osi_weighted"}
    exact = {country: score.exact for country, score in by_country.items() if score.exact is not None}
    assert exact.keys() == {"FRA", "KEN", "PER"}
    assert {country: summary.normalised(score) for country, score in by_country.items()} == {
        **{country: as_published(value) for country, value in min_max(exact).items()},
        "ESP": None,
    }
    assert summary.normalised(by_country["FRA"]) == 1.0
    assert by_country["FRA"].index == as_published(exact["FRA"])
    assert 0 < (by_country["KEN"].index or 0) < 1
    assert summary.normalised(by_country["KEN"]) == 0.0
    (city,) = (score for score in found if score.measure == "losi")
    assert summarise(found)["losi"].normalised(city) is None


def test_a_half_is_printed_upwards_whatever_the_arithmetic(small: World) -> None:
    """0.1 * 13/26 + 0.35 * 23/56 = 0.19375, which binary fractions add up to a little less."""
    wanted = {"institutional framework": 13, "e-participation": 23}
    national(small, 1, "FRA", [])
    with small.database.session() as session:
        for criterion, number in wanted.items():
            codes = [each.code for each in load(NATIONAL).indicators_in(criterion)[:number]]
            session.execute(update(Answer).where(Answer.code.in_(codes)).values(state="present"))
    (score,) = scored(small)
    assert (score.index, score.high) == (0.1938, 0.1938)


def test_one_country_alone_is_not_normalised(small: World) -> None:
    national(small, 1, "FRA", load(NATIONAL).features[:40])
    (score,) = scored(small)
    assert (score.index or 0) > 0
    assert summarise([score])["osi_weighted"].normalised(score) is None


def test_dashboards_tables_and_the_data_set_say_the_same(states: World, tmp_path: Path) -> None:
    today = states.clock.now.date()
    with states.database.reader() as session:
        scope = scope_of(session, None, today)
        boards = {board.measure: board for board in boards_of(session, today)}
        write_dataset(session, scope, tmp_path, "json", states.clock.now)
        write_scores_json(session, scope, summarise(scores(session, scope)), str(tmp_path / "scores.json"))
    shown = json.loads((tmp_path / "scores.json").read_text())
    portals = {row["portal"]: row for row in json.loads((tmp_path / "portals.json").read_text())["rows"]}
    groups = json.loads((tmp_path / "groups.json").read_text())["rows"]
    assert {row["portal"]: row for row in shown["portals"]} == portals
    assert shown["groups"] == groups
    assert boards.keys() == {"losi", "osi_weighted"}
    for measure, board in boards.items():
        for score, normal in zip(board.rows, board.normalised, strict=True):
            row = portals[score.visit.portal]
            assert (row["index"], row["high"], row["level"]) == (score.index, score.high, score.level)
            assert (row["normalised"], row["osi"]) == (normal, score.published.osi if score.published else None)
        (total,) = (row for row in groups if row["measure"] == measure and row["by"] == "all")
        assert (total["portals"], total["mean"]) == (board.total.portals, board.total.mean)
        assert [row["mean"] for row in groups if row["measure"] == measure and row["by"] == "region"] == [
            line.mean for line in board.regions
        ]


def test_the_dashboard_and_its_csv_show_the_normalised_index_of_countries(states: World, client: Client) -> None:
    states.person("Sue", "supervisor")
    browser = client(states)
    log_in(browser, "Sue")
    rows = list(csv.DictReader(io.StringIO(browser.get("/scores.csv").text)))
    told = {(row["country"], row["measure"]): row["normalised"] for row in rows}
    assert told["FRA", "osi_weighted"] == "1.0"
    assert told["KEN", "osi_weighted"] == "0.0"
    assert 0 < float(told["PER", "osi_weighted"]) < 1
    assert {value for (_, measure), value in told.items() if measure == "losi"} == {""}
    tables = [_cells(table) for table in document_fromstring(browser.get("/scores").text).iter("table")]
    cities, countries = (table for table in tables if table[0][0] == "Portal")
    if "Normalised" in cities[0]:
        cities, countries = countries, cities
    assert "Normalised" not in cities[0]
    column = countries[0].index("Normalised")
    assert [row[column] for row in countries[1:]] == [
        "1.0000",
        f"{float(told['PER', 'osi_weighted']):.4f}",
        "0.0000",
        "",
    ]


def test_means_that_mix_editions_say_so_and_are_given_by_edition(small: World, client: Client, tmp_path: Path) -> None:
    asked = load(EDITION).features[:20]
    small.run(said=dict.fromkeys(asked, "present"))
    other = small.run("https://town.example/")
    with small.database.session() as session:
        session.get_one(Run, other).edition = "losi-2022"
    (city,) = summarise(scored(small)).values()
    assert city.mixed == ("losi-2022", "losi-2024")
    assert city.total.assessed == 2
    assert [(line.key, line.assessed) for line in city.lines("edition")] == [("losi-2022", 1), ("losi-2024", 1)]
    small.person("Sue", "supervisor")
    browser = client(small)
    log_in(browser, "Sue")
    shown = document_fromstring(browser.get("/scores").text)
    assert "These portals answered different questionnaires" in browser.get("/scores").text
    (editions,) = (rows for rows in map(_cells, shown.iter("table")) if rows[0][0] == "Edition")
    assert [row[0] for row in editions[1:]] == ["losi-2022", "losi-2024"]
    with small.database.reader() as session:
        write_dataset(session, scope_of(session, None, TODAY), tmp_path / "set", "csv", small.clock.now)
        write_atlas(session, scope_of(session, None, TODAY), tmp_path / "atlas", small.clock.now, plans=False)
    groups = list(csv.DictReader((tmp_path / "set" / "groups.csv").open(encoding="utf-8")))
    assert [row["key"] for row in groups if row["by"] == "edition"] == ["losi-2022", "losi-2024"]
    assert "(losi-2022, losi-2024), whose indices are not comparable" in (tmp_path / "atlas" / "index.html").read_text()


def test_what_a_batch_of_portals_costs_does_not_grow_with_the_survey(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in the steps of SQLite's machine, of twice as many portals in twice as many batches."""
    monkeypatch.setattr("review.publish.tallied._BATCH", 3)
    steps: list[int] = []
    for count in (12, 24):
        for number in range(12 if steps else 0, count):
            small.run(f"https://town{number}.example/")
        small.open()
        with small.database.session() as session:
            session.execute(update(Card).values(status="agreed", verdict="yes"))
        steps.append(_steps(small))
    assert steps[1] < 2.6 * steps[0], steps


def _steps(world: World) -> int:
    """The steps in which the answers to all scores were found."""
    told: list[int] = []
    with world.database.reader() as session:
        raw = session.connection().connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(lambda: told.append(1), 100)
        assert all(score.confirmed for score in scores(session, scope_of(session, None, TODAY)))
        raw.set_progress_handler(None, 0)
    return len(told)


def test_scores_of_one_edition_need_no_such_words(small: World, client: Client) -> None:
    small.run()
    small.person("Sue", "supervisor")
    browser = client(small)
    log_in(browser, "Sue")
    assert "different questionnaires" not in browser.get("/scores").text


def _cells(table: HtmlElement) -> list[list[str]]:
    """The texts of a table's cells, row by row."""
    return [[str(cell.text_content()) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")]


@pytest.mark.parametrize("verdict", ["no", "unsure", "yes"])
def test_a_word_on_one_question_makes_no_index_of_a_failed_visit(small: World, verdict: str) -> None:
    run = small.run(said=dict.fromkeys(load(EDITION).features, "unknown"))
    small.person("boss", "supervisor")
    sheets = small.open()
    settle(small, NEWS, verdict)
    with small.database.session() as session:
        session.get_one(Run, run).outcome = "blocked"
    (score,) = scored(small)
    assert (score.status, score.confirmed, score.index, score.basis) == ("blocked", 1, None, "none")
    with small.database.session() as session:
        for card in session.query(Card).filter(Card.sheet_id.in_(sheets), Card.verdict.is_(None)):
            card.status, card.verdict = "adjudicated", "no"
    (score,) = scored(small)
    assert (score.status, score.basis, score.index) == ("assessed", "confirmed", 0.0104 if verdict == "yes" else 0.0)
