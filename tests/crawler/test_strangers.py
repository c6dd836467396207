"""Portals whose questionnaire is not known on a machine are visited by those that have its extension, or by nobody."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, select, text

from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from storage.database import Database
from storage.models import CyclePortal
from storage.records import PortalRecord
from storage.repository import import_portals
from tests.crawler.cycles import QUICK
from tests.crawler.fleet import ROOT, Fleet
from tests.crawler.loopback import Serve, page
from tests.losi.test_extension import EDITION, documented
from tests.storage.conftest import postgresql, template

__all__ = ["postgresql", "template"]
ENDS = 120


@pytest.fixture
def server(postgresql: URL, template: str) -> Iterator[Database]:
    """A migrated PostgreSQL database."""
    name = f"strangers_{uuid4().hex}"
    engine = create_engine(postgresql.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with closing(engine.connect()) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    with Database(postgresql.set(database=name)) as database:
        yield database


def planned(database: Database, serve: Serve) -> None:
    """Two portals of one host; the first answers a questionnaire of an extension."""
    database.migrate()
    site = serve({"*": page("Town")})
    towns = [
        PortalRecord(f"{site.url}/a/", "A", "city", "ESP", edition=EDITION),
        PortalRecord(f"{site.url}/b/", "B", "city", "PER"),
    ]
    with database.session() as session:
        import_portals(session, towns)
        begin_cycle(session, "one", CycleSettings(crawl=QUICK.model_copy(update={"max_pages": 2})), Choice())


def states(database: Database) -> list[tuple[str, str, int]]:
    with database.reader() as session:
        query = select(CyclePortal.edition, CyclePortal.state, CyclePortal.tries).order_by(CyclePortal.portal_id)
        return [(edition, state, tries) for edition, state, tries in session.execute(query)]


def test_a_worker_leaves_portals_of_an_edition_that_it_does_not_know_to_others(
    server: Database, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do they keep the other portals of their host waiting."""
    planned(server, serve)
    fleet = Fleet(server, tmp_path / "data")
    try:
        assert "2 portals queued" in fleet.losi("schedule", "start", "one")
        assert fleet.worker("--once").wait(ENDS) == 0
        assert [(edition, state) for edition, state, _ in states(server)] == [
            (EDITION, "pending"),
            ("losi-2024", "done"),
        ]
        told = [json.loads(line)["message"] for line in fleet.log(0).splitlines()]
        assert sum(EDITION in line and "1 portal of the cycle 'one'" in line for line in told) == 1
        monkeypatch.setenv("LOSI_EXTENSION", str(documented(tmp_path)))
        assert fleet.worker("--once").wait(ENDS) == 0
        assert [state for _, state, _ in states(server)] == ["done", "done"]
        assert "not known here" not in fleet.log(1)
    finally:
        fleet.stop()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_crawl_of_an_edition_that_is_not_known_ends_with_one_error(
    kind: str, serve: Serve, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No portal is visited, and none loses a try."""
    with Database(tmp_path / "data" / "losi.db") as file:
        database = file if kind == "sqlite" else request.getfixturevalue("server")
        planned(database, serve)
        fleet = Fleet(database, tmp_path / "data")
        command = fleet.command("cycle", "crawl", "one")
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=ENDS, check=False)
        assert done.returncode == 1
        assert [line for line in done.stderr.splitlines() if EDITION in line] == [
            f"losi: the cycle 'one' asks for editions that are not known here ('{EDITION}', of 1 portal); bring the "
            "folder extension of the machine on which it was written, see docs/extensions.md"
        ]
        assert [(state, tries) for _, state, tries in states(database)] == [("pending", 0), ("pending", 0)]
        only = fleet.command("cycle", "crawl", "one", "--portals", "country=PER")
        assert subprocess.run(only, cwd=ROOT, capture_output=True, timeout=ENDS, check=False).returncode == 0
        assert [state for _, state, _ in states(database)] == ["pending", "done"]
