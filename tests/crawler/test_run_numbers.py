"""A database that is new, or of a backup, gives no number whose archive is there: no run is mixed with another."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from crawler.check import run_check
from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.plan import CycleSettings
from crawler.cycle.visits import Shared, visit
from crawler.jobs.start import _numbers
from crawler.result import PortalTarget, RunResult
from detectors.inspector import Inspector
from storage.archive import ArchiveReader
from storage.archive.place import ArchivePlace
from storage.database import Database
from storage.models import CyclePortal, Run
from storage.repository import due_portals
from tests.crawler.cycles import QUICK, begin
from tests.crawler.loopback import Serve, page


def sizes(data: Path, number: int) -> dict[str, int]:
    folder = data / "archive" / f"run-{number:06d}"
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def hosts(data: Path, number: int) -> set[str]:
    with ArchiveReader(data / "archive" / f"run-{number:06d}") as reader:
        return {item.record.url.split("/")[2] for item in reader.records() if item.record.url.startswith("http")}


def test_two_databases_over_one_data_folder_mix_no_archives(serve: Serve, tmp_path: Path) -> None:
    inspector = Inspector.default(())
    sites = [serve({"/": page(f"Town {number}")}) for number in range(2)]
    made: list[RunResult] = []
    before: dict[str, int] = {}
    for number, site in enumerate(sites):
        with Database(tmp_path / f"losi-{number}.db") as database:
            database.migrate()
            target = PortalTarget(f"{site.url}/")
            made.append(run_check(target, QUICK, inspector=inspector, database=database, data_dir=tmp_path))
            before = before or sizes(tmp_path, 1)
    assert [result.run_id for result in made] == [1, 2]
    assert sizes(tmp_path, 1) == before
    assert [hosts(tmp_path, number) for number in (1, 2)] == [{site.url.removeprefix("http://")} for site in sites]


def test_a_cycle_of_a_backup_goes_behind_the_archives_that_are_there(serve: Serve, tmp_path: Path) -> None:
    site = serve({"/": page("Town", "/a"), "/a": page("A")})
    file, options = tmp_path / "losi.db", CycleOptions(processes=0)

    def crawl() -> None:
        with Database(file) as database:
            made = crawl_cycle(database, "one", options, data_dir=tmp_path, inspector=Inspector.default(()))
            assert asyncio.run(made).ending == "done"

    with Database(file) as database:
        database.migrate()
        begin(database, "one", [site])
    shutil.copy(file, tmp_path / "backup.db")
    crawl()
    before, asked = sizes(tmp_path, 1), len(site.requests)
    shutil.copy(tmp_path / "backup.db", file)
    crawl()
    assert sizes(tmp_path, 1) == before
    assert len(site.requests) == 2 * asked, "nothing is taken from an archive that is another's"
    with Database(file) as database, database.reader() as session:
        assert [(run.id, run.archive) for run in session.scalars(select(Run))] == [(2, "archive/run-000002")]
        assert session.scalars(select(CyclePortal.counted_id)).all() == [2]


def test_numbers_of_the_common_place_are_passed_over(serve: Serve, database: Database, tmp_path: Path) -> None:
    place = ArchivePlace(str(tmp_path / "place"))
    for number in (1, 3):
        (tmp_path / "place" / "archive" / f"run-{number:06d}").mkdir(parents=True)
    assert _numbers(place) == {1, 3}
    begin(database, "one", [serve({"/": page("Town")})])
    with database.reader() as session:
        due = due_portals(session, 1, datetime(2026, 1, 1, tzinfo=UTC))[0]

    async def main() -> bool:
        shared = Shared(database, tmp_path, 1, CycleSettings(crawl=QUICK), Inspector.default(()), asyncio.Event())
        shared.elsewhere = _numbers(place)
        return await visit(due, shared)

    assert asyncio.run(main())
    with database.reader() as session:
        assert session.scalars(select(Run.id)).all() == [2]
