"""`losi diff` sums up by feature, keeps to what the editions ask for, and tells each finding to programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from losi.commands.diff import diff
from losi.errors import PlainGroup
from storage.database import Database
from storage.models import CyclePortal, Finding
from storage.records import PortalRecord
from storage.repository import finish_run, import_portals, portals, start_run

THEN = datetime(2026, 3, 1, tzinfo=UTC)
ASKED, ALSO_ASKED, OF_COUNTRIES = "info.news", "budget.publication", "law.cybersecurity"
TOWNS = 3


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two cycles over three towns: all lost a feature, one gained one, all gained one that only countries are asked."""
    with Database(tmp_path / "losi.db") as database:
        database.migrate()
        with database.session() as session:
            import_portals(
                session, [PortalRecord(f"https://t{n}.example/", f"=Town {n}", "city") for n in range(TOWNS)]
            )
        _visit(database, "one", lambda town: {ASKED: "present", ALSO_ASKED: "absent", OF_COUNTRIES: "absent"})
        gained = {0: "present"}
        _visit(
            database,
            "two",
            lambda town: {ASKED: "absent", ALSO_ASKED: gained.get(town, "absent"), OF_COUNTRIES: "present"},
        )
    return tmp_path


def _visit(database: Database, name: str, said: Any) -> None:
    with database.session() as session:
        cycle, _ = begin_cycle(session, name, CycleSettings(), Choice())
        for town, portal in enumerate(list(portals(session))):
            run = start_run(session, portal.id, "losi-2024", cycle_id=cycle.id, started=THEN)
            for feature, state in said(town).items():
                session.add(Finding(run_id=run.id, feature=feature, state=state))
            finish_run(session, run.id, "ok", finished=THEN)
            session.get_one(CyclePortal, (cycle.id, portal.id)).counted_id = run.id


def call(data: Path, *arguments: str) -> Result:
    group = PlainGroup("losi", commands=[diff])
    return CliRunner().invoke(group, ["diff", "--cycle", "one", "two", *arguments, "--data", str(data)])


def test_a_row_for_each_kind_of_change(data: Path) -> None:
    shown = call(data).stdout
    lines = [line.split() for line in shown.splitlines()]
    assert ["296", ASKED, "present", "absent", "(not", "confirmed)", "3", "3", "site"] in lines
    assert [line for line in lines if ALSO_ASKED in line and "present" in line and "1" in line]
    assert "3 portals compared, 3 with changes; 4 findings changed (" in shown
    assert OF_COUNTRIES not in shown
    assert "https://t1.example/" not in shown
    assert "3 portals have an earlier archive that cannot be read" in shown


def test_the_feature_that_changed_most_comes_first(data: Path) -> None:
    shown = call(data).stdout
    assert shown.index(ASKED) < shown.index(ALSO_ASKED)


def test_details_name_every_portal(data: Path) -> None:
    shown = call(data, "--details").stdout
    assert [line for line in shown.splitlines() if line.startswith("=Town 1 (https://t1.example/), runs 2 and 5")]
    assert shown.count(ASKED) == TOWNS


def test_all_features_are_compared_when_asked_for(data: Path) -> None:
    assert "7 findings changed" in call(data, "--all-features").stdout
    assert OF_COUNTRIES in call(data, "--all-features").stdout


def test_json_has_the_findings_and_the_summary(data: Path) -> None:
    document = json.loads(call(data, "--json", "-").stdout)
    assert (document["schema"], document["before"], document["all_features"]) == (1, "one", False)
    assert [len(portal["changes"]) for portal in document["portals"]] == [2, 1, 1]
    assert document["portals"][0]["editions"] == ["losi-2024", "losi-2024"]
    first, second = document["summary"]
    assert first == {
        "feature": ASKED, "before": "present", "after": "absent", "confirmed": False, "portals": 3,
        "causes": {"site": 3},
    }  # fmt: skip
    assert (second["feature"], second["portals"]) == (ALSO_ASKED, 1)
    assert sum(document["causes"].values()) == 4


def test_csv_has_a_row_for_each_finding_and_no_formula(data: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call(data, "--csv", "-").stdout)))
    assert [(row["portal"], row["feature"]) for row in rows] == [
        ("1", ALSO_ASKED), ("1", ASKED), ("2", ASKED), ("3", ASKED),
    ]  # fmt: skip
    assert (rows[1]["codes"], rows[1]["confirmed"], rows[1]["name"]) == ("296", "false", "'=Town 0")


def test_both_on_stdout_are_refused(data: Path) -> None:
    done = call(data, "--csv", "-", "--json", "-")
    assert (done.exit_code, "two results cannot both go to stdout" in done.output) == (2, True)


def test_an_edition_that_is_not_known_hides_nothing(data: Path) -> None:
    with Database(data / "losi.db") as database, database.session() as session:
        for portal in portals(session):
            portal.runs[0].edition = "of-tomorrow"
    assert OF_COUNTRIES in call(data).stdout
