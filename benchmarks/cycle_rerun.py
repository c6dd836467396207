"""The detectors over archives of many pages: pages a second at several sizes, which ought to be the same."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.cycle import ROOT
from benchmarks.generated_site import generated_page, path_of
from crawler.settings import CrawlOptions
from detectors.facts import PortalFacts
from detectors.finding import SearchCertificate
from storage.archive import ArchiveWriter
from storage.database import Database
from storage.models import CyclePortal
from storage.recorder import RunRecorder
from storage.records import CaptureRecord, PortalRecord
from storage.repository import finish_run, new_cycle, put_portal, start_run

_PAGES = 200
"""Pages of a portal."""

_HEADERS = ((b"Content-Type", b"text/html; charset=utf-8"),)


def rerun_pages(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Archives so many pages, then reads a quarter, a half and all of them; `slowdown` is the first rate over the
    last."""
    portals = max(4, options.rerun_pages // _PAGES)
    with Database(folder / "losi.db") as database:
        database.migrate()
        runs = [_archive(database, folder, number, portals * _PAGES) for number in range(portals)]
        parts = [portals // 4, portals // 2, portals]
        for part in parts:
            _cycle(database, part, runs[:part])
    measured = [_measure(folder, part, options.processes_rerun) for part in parts]
    rates = [one["pages_per_second"] for one in measured]
    return {"rerun": measured, "slowdown": round(rates[0] / rates[-1], 3), "load_average": os.getloadavg()[0]}


def _archive(database: Database, folder: Path, number: int, pages: int) -> tuple[int, int]:
    """A portal and the visit that read its pages, as a crawl leaves them; their numbers."""
    host = f"http://villa-{number}.example"
    crawl = CrawlOptions(max_pages=_PAGES)
    with database.session() as session:
        portal = put_portal(session, PortalRecord(f"{host}/", f"Villa {number}", "city", "ESP")).id
        run = start_run(session, portal, "losi-2024", settings=crawl.model_dump(mode="json")).id
    name = f"run-{run:06d}"
    now = datetime.now(UTC)
    with RunRecorder(database, run, ArchiveWriter(folder / "archive" / name, name)) as recorder:
        for page in range(number * _PAGES, (number + 1) * _PAGES):
            url = host + path_of(page)
            body = generated_page(page, pages).encode()
            recorder.capture(CaptureRecord(recorder.allot(), url, now, 200, "OK", _HEADERS, body))
    certificate = {
        **asdict(SearchCertificate(pages=_PAGES, languages=(("es", _PAGES),))),
        "read": list(range(1, _PAGES + 1)),
        "external": {},
        "facts": asdict(PortalFacts(host, "ESP", "city")),
    }
    with database.session() as session:
        finish_run(session, run, "ok", pages=_PAGES, archive=f"archive/{name}", certificate=certificate)
    return portal, run


def _cycle(database: Database, part: int, runs: list[tuple[int, int]]) -> None:
    """A cycle of which these visits count."""
    with database.session() as session:
        cycle = new_cycle(session, f"part-{part}", "losi-2024")
        session.flush()
        session.add_all(
            CyclePortal(cycle_id=cycle.id, portal_id=portal, edition="losi-2024", state="done", counted_id=run)
            for portal, run in runs
        )


def _measure(folder: Path, part: int, processes: int) -> dict[str, Any]:
    words = ["detect", "--cycle", f"part-{part}", "--processes", str(processes), "--data", str(folder), "--json", "-"]
    began = monotonic()
    done = subprocess.run([sys.executable, "-m", "losi", *words], cwd=ROOT, capture_output=True, check=True)
    seconds = monotonic() - began
    pages = json.loads(done.stdout)["pages"]
    return {"pages": pages, "seconds": round(seconds, 1), "pages_per_second": round(pages / seconds, 1)}
