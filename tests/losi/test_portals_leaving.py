"""Portals leave the list: retired with all that is kept of them, or removed while there is nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.cycle.visits import Shared, visit
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import Claim, Portal, Run
from storage.records import PortalRecord
from storage.repository import Due, Step, cycle_portals, due_portals, end_visit, finish_run, import_portals, start_run
from storage.repository.retirement import history, remove_portal, retire_portal
from tests.storage.conftest import database, postgresql, sqlite, template

__all__ = ["database", "postgresql", "sqlite", "template"]
Losi = Callable[..., Any]
MOMENT = datetime(2026, 6, 1, tzinfo=UTC)
LIST = "url,name,country\na.example,Aldea,ESP\nb.example,Burgo,ESP\nc.example,Ciudad,ESP\n"


@pytest.fixture
def listed(offline: Losi, tmp_path: Path) -> Losi:
    """Three portals, of which the first two are planned, and the first was visited."""
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026", "--portals", "a.example")
    offline("cycle", "add", "2026", "--portals", "b.example")
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        run = finish_run(session, start_run(session, 1, "losi-2024", cycle_id=1).id, "ok", pages=9)
        end_visit(session, 1, 1, Step("done", counted_id=run.id))
    return offline


def planned(tmp_path: Path, cycle_id: int) -> list[int]:
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.reader() as session:
        return [row.portal_id for row in cycle_portals(session, cycle_id)]


def test_a_retired_portal_is_in_no_new_cycle_and_keeps_its_history(listed: Losi, tmp_path: Path) -> None:
    done = listed("portals", "retire", "Aldea", "2", "https://c.example/")
    assert done.code == 0
    assert done.out.splitlines() == [
        "https://a.example/: retired",
        "https://b.example/: retired, taken off the plan of 1 cycle",
        "https://c.example/: retired",
    ]
    assert planned(tmp_path, 1) == [1], "what was visited stays"
    assert listed("portals", "retire", "3", "--back").out.startswith("https://c.example/: no longer retired")
    assert "2 retired portals are left out" in listed("cycle", "new", "2028").err
    assert planned(tmp_path, 2) == [3]
    assert listed("cycle", "add", "2028").out == "cycle 2028: 0 portals added\n"
    assert "0 portals are due again" in listed("cycle", "reopen", "2026", "--read-too").out, "nor is it visited again"
    told = json.loads(listed("portals", "list", "--json", "-").out)["portals"]
    assert [(one["name"], bool(one["retired"]), one["run"]) for one in told] == [
        ("Aldea", True, 1),
        ("Burgo", True, None),
        ("Ciudad", False, None),
    ]
    exported = csv.DictReader(io.StringIO(listed("portals", "export").out))
    assert [row["name"] for row in exported] == ["Ciudad"]
    assert "retired 20" in listed("portals", "list").out


def test_only_a_portal_without_history_is_removed(listed: Losi, tmp_path: Path) -> None:
    refused = listed("portals", "remove", "Burgo", "Aldea")
    assert refused.code == 1
    assert (
        "https://a.example/ is not without history: 1 visit; nothing is removed; losi portals retire 1" in refused.err
    )
    assert planned(tmp_path, 1) == [1, 2]
    assert listed("portals", "remove", "Burgo").out == "https://b.example/: removed\n"
    assert planned(tmp_path, 1) == [1]
    missing = listed("portals", "remove", "Burgo")
    assert (missing.code, "losi portals list shows numbers and URLs" in missing.err) == (1, True)


def test_a_claim_is_history(database: Database) -> None:
    with database.session() as session:
        import_portals(session, [PortalRecord("https://a.example/", "A", "city")])
        claim = {"edition": "losi-2024", "round": 0, "code": "220", "says": "yes", "source": "x", "imported": MOMENT}
        session.add(Claim(portal_id=1, **claim))
    with database.session() as session, pytest.raises(ValueError, match="1 claim of its government"):
        remove_portal(session, 1)


@pytest.fixture
def shared(database: Database, tmp_path: Path) -> Shared:
    """The crawl of a cycle of one portal."""
    settings = CycleSettings(crawl=CrawlOptions(allow_private=True))
    with database.session() as session:
        import_portals(session, [PortalRecord("http://127.0.0.1:9/", "A", "city")])
        begin_cycle(session, "one", settings, Choice())
    return Shared(database, tmp_path, 1, settings, Inspector.default(()), asyncio.Event())


def first_due(database: Database) -> Due:
    with database.reader() as session:
        return due_portals(session, 1, MOMENT)[0]


def test_a_portal_that_is_retired_while_it_is_about_to_be_visited_is_left_alone(
    database: Database, shared: Shared
) -> None:
    due = first_due(database)
    with database.session() as session:
        assert retire_portal(session, session.get_one(Portal, 1), MOMENT) == 1
        assert retire_portal(session, session.get_one(Portal, 1), MOMENT) == 0
    assert asyncio.run(visit(due, shared))
    with database.reader() as session:
        assert session.get(Run, 1) is None


def retire(session: Session) -> str:
    return f"taken off {retire_portal(session, session.get_one(Portal, 1), MOMENT)} plans"


def remove(session: Session) -> str:
    if not (kept := str(history(session, 1))):
        remove_portal(session, 1)
    return kept


@pytest.mark.parametrize(("leave", "told"), [(retire, "taken off 0 plans"), (remove, "1 visit")])
def test_a_portal_that_is_to_leave_at_the_moment_in_which_its_visit_begins_keeps_the_visit(
    leave: Callable[[Session], str], told: str, database: Database, shared: Shared
) -> None:
    said: list[str] = []

    def from_elsewhere() -> None:
        with database.session() as session:
            said.append(leave(session))

    leaving = threading.Thread(target=from_elsewhere)

    class Numbers(frozenset[int]):
        """Asked when the row of the visit is made, and not yet stored."""

        def __contains__(self, number: object) -> bool:
            leaving.start()
            leaving.join(0.5)
            return False

    shared.elsewhere = Numbers()
    shared.stop.set()
    assert not asyncio.run(visit(first_due(database), shared)), "broken off, and to be gone on with"
    leaving.join()
    assert said == [told]
    assert first_due(database).run_id == 1
