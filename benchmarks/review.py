"""Keys and times of an assessor in a real Chromium: all answers of the demo portal, among many portals in the database.

python -m benchmarks.review --portals 386
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import func, insert, select

from crawler.check import run_check
from crawler.result import PortalTarget
from crawler.settings import CrawlOptions
from losi import demo
from review.service import accounts, assignments
from review.service.sheets import SheetFilter, matching
from review.settings import ReviewSettings
from storage.database import Database
from storage.models import Answer, Finding, Review, Task
from storage.records import PortalRecord
from storage.repository import finish_run, open_sheets, put_portal, start_run, verify_chain
from storage.rows import table
from survey.questionnaire import load

EDITION = "losi-2024"
PASSWORD = "a phrase for the benchmark"
SHEETS_EACH = 16


@dataclass(frozen=True, slots=True)
class Walk:
    """One assessor through one sheet: keys pressed, answers given, milliseconds from each key to the next card."""

    keys: int
    answers: int
    times: list[float]

    def __str__(self) -> str:
        p95 = quantiles(self.times, n=20)[-1]
        return (
            f"{self.answers} answers, {self.keys} keys ({self.keys / self.answers:.2f} each); key to next card: median "
            f"{median(self.times):.1f} ms, p95 {p95:.1f} ms, longest {max(self.times):.1f} ms"
        )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portals", type=int, default=386, help="other portals in the database")
    parser.add_argument("--pause", type=float, default=0.3, help="seconds that the assessor looks at a card")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with Database(data / "losi.db") as database:
            database.migrate()
            crawl(database, data)
            fill(database, chosen.portals)
            people(database)
            with served(data) as address:
                walk = through(address, chosen.pause)
            check(database, walk)
    print(f"{chosen.portals} other portals in the database: {walk}")


def crawl(database: Database, data: Path) -> None:
    """The demo portal's answers."""
    target = PortalTarget(demo.url(), demo.name(), "", "city")
    options = CrawlOptions(max_pages=60)
    run_check(target, options, database=database, data_dir=data, replay=demo.archive())


def fill(database: Database, portals: int) -> None:
    """Other portals with an answer and a finding for every question."""
    now = datetime.now(UTC)
    for number in range(portals):
        with database.session() as session:
            portal = put_portal(session, PortalRecord(f"https://city{number}.example/", f"City {number}", "city"))
            run = start_run(session, portal.id, EDITION, started=now)
            session.connection().execute(insert(table(Answer)), list(_answers(run.id, portal.id, number)))
            session.connection().execute(insert(table(Finding)), list(_findings(run.id, number)))
            finish_run(session, run.id, "ok", finished=now, pages=100)


def people(database: Database) -> None:
    """Ana with the demo portal, and others with two desks for each of the rest."""
    now, settings = datetime.now(UTC), ReviewSettings()
    with database.session() as session:
        open_sheets(session, now)
        ana = accounts.create_account(session, "Ana", "assessor", now, password=PASSWORD)
        accounts.create_account(session, "Ada", "admin", now, password=PASSWORD)
        sheets = matching(session, SheetFilter())
        assignments.assign(session, ana.id, sheets[:1], now + timedelta(days=1), now, settings)
        for place in range(0, 2 * len(sheets[1:]), SHEETS_EACH):
            other = accounts.create_account(session, f"Assessor {place}", "assessor", now)
            mine = (sheets[1:] * 2)[place : place + SHEETS_EACH]
            assignments.assign(session, other.id, mine, now + timedelta(days=9), now, settings)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The app as people start it, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "losi", "review", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "LOSI_REVIEW_JOBS": "false"})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/login", process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def through(address: str, pause: float) -> Walk:
    """Answers every card of the demo portal as suggested, by keys alone."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path).exists()
        program = None if own else shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(base_url=address).new_page()
        page.goto("/login")
        page.fill("input[name=name]", "Ana")
        page.fill("input[name=password]", PASSWORD)
        page.click("main form[action='/login'] button")
        page.goto("/next?sheet=1")
        total = int(page.locator(".cardbox").get_attribute("data-total") or 0)
        walk = _answer(page, total, pause)
        page.wait_for_url("**/desk**")
        browser.close()
    return walk


def check(database: Database, walk: Walk) -> None:
    """Every answer is in the database, once, in a whole chain."""
    with database.reader() as session:
        assert verify_chain(session).broken is None
        assert session.scalar(select(func.count()).select_from(Review)) == walk.answers
        assert session.scalar(select(func.count()).select_from(Task).where(Task.stage == 2)) == walk.answers


def _answer(page: Page, total: int, pause: float) -> Walk:
    times: list[float] = []
    for number in range(total):
        time.sleep(pause)
        suggestion = page.locator(".suggest .answer").inner_text()
        key = "y" if suggestion.startswith("Yes") else "n" if suggestion.startswith("No,") else "u"
        page.keyboard.press(key)
        if number < total - 1:
            times.append(_time(page, number))
    return Walk(total, total, times)


def _time(page: Page, number: int) -> float:
    """The page's own measure: from the key until the next card was painted."""
    found: float = page.evaluate(
        """async number => {
          const done = () => performance.getEntriesByName('losi-next')
          while (done().length <= number) await new Promise(next => requestAnimationFrame(next))
          return done()[number].duration
        }""",
        number,
    )
    return found


def _answers(run: int, portal: int, seed: int) -> Iterator[dict[str, object]]:
    for place, asked in enumerate(load(EDITION).indicators):
        state = ("present", "absent", "unknown")[(place * 7 + seed) % 3]
        yield {
            "run_id": run, "portal_id": portal, "edition": EDITION, "code": asked.code, "state": state,
            "value": None, "confidence": 0.5 + (place + seed) % 50 / 100, "evidence_url": None,
        }  # fmt: skip


def _findings(run: int, seed: int) -> Iterator[dict[str, object]]:
    quote = "Words of a page that prove it, in a sentence of some length. " * 3
    for place, key in enumerate(load(EDITION).features):
        state = ("present", "absent", "unknown")[(place * 7 + seed) % 3]
        proof = {"url": f"https://city{seed}.example/{place}", "quote": quote, "matched": [[0, 5]], "strength": 0.9}
        yield {
            "run_id": run, "feature": key, "state": state, "reason": None, "confidence": 0.8, "explanation": quote,
            "searched": {"pages": 100, "languages": [["en", 100]]}, "evidence": [proof] * 5, "against": [],
            "detectors": [{"name": key, "version": "1"}],
        }  # fmt: skip


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the review app did not start")


if __name__ == "__main__":
    main()
