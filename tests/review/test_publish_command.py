"""`losi score`, `losi claims` and the publishing part of `losi export`, as users call them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from losi.commands.export import export
from losi.commands.publish_claims import claims
from losi.commands.score import score
from losi.errors import PlainGroup
from review.publish.schema import PORTALS
from storage.models import Portal
from tests.review.browsing import log_in
from tests.review.conftest import Client, World
from tests.review.test_publish_scores import states

__all__ = ["states"]


@pytest.fixture
def city(small: World) -> World:
    small.run("https://city.example/", said={"info.news": "present"})
    return small


def call(world: World, *arguments: str) -> Result:
    group = PlainGroup("losi", commands=[score, claims, export])
    return CliRunner().invoke(group, [*arguments, "--data", str(world.data)])


def test_score_shows_tables_and_marks_a_prefill(city: World) -> None:
    done = call(city, "score")
    assert done.exit_code == 0
    assert "0.0104" in done.output
    assert "Nobody has confirmed" in done.output
    assert "may be wrong" in " ".join(done.output.split())
    assert "Oceania" in done.output


def test_score_gives_portals_and_groups_as_json(city: World) -> None:
    document = json.loads(call(city, "score", "--json", "-").stdout)
    assert [(row["index"], row["basis"], row["rank"]) for row in document["portals"]] == [(0.0104, "prefilled", 1)]
    assert {row["by"] for row in document["groups"]} >= {"all", "country", "region", "level"}
    assert sum(row["states"] for row in document["coverage"]) == 193


def test_of_one_country_nothing_is_said_about_the_cities_of_others(city: World) -> None:
    with city.database.session() as session:
        session.get_one(Portal, 1).country = "FRA"
    done = call(city, "score", "--country", "France", "--json", "-")
    assert json.loads(done.stdout)["coverage"] == []
    shown = call(city, "score", "--country", "France").output
    assert "0.0104" in shown
    assert "not listed" not in shown


@pytest.mark.parametrize(("by", "rows"), [((), 1), (("--by", "level"), 1), (("--by", "group"), 0)])
def test_score_gives_a_table_as_csv(city: World, by: tuple[str, ...], rows: int) -> None:
    done = call(city, "score", *by, "--csv", "-")
    assert len(list(csv.DictReader(io.StringIO(done.stdout)))) == rows


@pytest.mark.parametrize("kind", ["", "city", "national"])
def test_the_command_the_dashboard_and_the_data_set_give_one_table_of_portals(
    states: World, client: Client, tmp_path: Path, kind: str
) -> None:
    states.person("Sue", "supervisor")
    browser = client(states)
    log_in(browser, "Sue")
    table = browser.get("/scores.csv", params={"kind": kind}).text
    assert call(states, "score", *(["--kind", kind] if kind else []), "--csv", "-").stdout == table
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [*rows[0]] == [column.name for column in PORTALS.columns]
    assert all(row["portal"].isdigit() and row["name"] for row in rows)
    if not kind:
        call(states, "export", "dataset", str(tmp_path / "data"))
        assert (tmp_path / "data" / "portals.csv").read_text(encoding="utf-8") == table


def test_score_of_what_is_not_there_fails(city: World) -> None:
    done = call(city, "score", "2099")
    assert (done.exit_code, "there is no cycle" in done.output) == (1, True)
    done = call(city, "score", "--country", "FRA")
    assert (done.exit_code, "no portal to score" in done.output) == (1, True)


def test_claims_come_in_and_go_out_beside_the_answers(city: World, tmp_path: Path) -> None:
    file = tmp_path / "lgq.csv"
    file.write_text("portal,code,answer\n1,295,yes\n1,295,sure\n", encoding="utf-8")
    done = call(city, "claims", "import", str(file))
    assert done.exit_code == 1
    assert "1 claim added" in done.output
    assert f"{file}:3: the answer is 'sure'" in done.output
    (row,) = csv.DictReader(io.StringIO(call(city, "claims", "list").stdout))
    assert (row["source"], row["says"], row["value"], row["agrees"]) == ("lgq", "yes", "0", "false")


def test_dataset_atlas_and_plan_are_written(city: World, tmp_path: Path) -> None:
    assert call(city, "export", "dataset", str(tmp_path / "data")).exit_code == 0
    assert (tmp_path / "data" / "portals.csv").exists()
    assert (tmp_path / "data" / "dictionary.md").exists()
    assert call(city, "export", "atlas", str(tmp_path / "atlas")).exit_code == 0
    assert (tmp_path / "atlas" / "index.html").exists()
    plan = json.loads(call(city, "export", "plan", "1", str(tmp_path / "plan.html"), "--json", "-").stdout)
    assert len(plan["steps"]) == 94
    assert (tmp_path / "plan.html").exists()


def test_a_folder_that_cannot_be_written_to_is_told(city: World, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = call(city, "export", "dataset", str(tmp_path / "taken" / "below"))
    assert done.exit_code == 1
    assert "cannot write" in done.output


def test_a_plan_needs_a_place(city: World) -> None:
    assert call(city, "export", "plan", "1").exit_code == 2
    assert "no portal is called" in call(city, "export", "plan", "nobody", "--json", "-").output
