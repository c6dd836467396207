"""A review app over real databases, with sheets of the demo portal and people to decide them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from review.app import create_app
from review.context import Context
from review.security.signing import Signer
from review.service import accounts, assignments
from review.settings import ReviewSettings
from storage.archive import ArchiveWriter
from storage.database import Database
from storage.models import Account
from storage.recorder import RunRecorder
from storage.records import AnswerRecord, CaptureRecord, FindingRecord, PortalRecord
from storage.repository import finish_run, open_sheets, put_portal, start_run
from survey.questionnaire import load
from tests.storage.conftest import database, empty_postgresql, postgresql, sqlite, template

__all__ = ["database", "empty_postgresql", "postgresql", "sqlite", "template"]
PASSWORD = "a phrase that is long"
EDITION = "losi-2024"


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class World:
    """A database with runs, and what it takes to ask the services."""

    database: Database
    data: Path
    clock: Clock = field(default_factory=Clock)
    settings: ReviewSettings = field(default_factory=lambda: ReviewSettings(hidden_share=0, jobs=False))
    signer: Signer = field(default_factory=lambda: Signer(b"k" * 32))

    def person(self, name: str, role: str = "assessor") -> int:
        """A new account's number."""
        with self.database.session() as session:
            return accounts.create_account(session, name, role, self.clock.now, password=PASSWORD).id

    def account(self, name: str) -> Account:
        with self.database.reader() as session:
            return next(row for row in accounts.accounts(session) if row.name == name)

    def run(self, url: str = "https://city.example/", *, said: dict[str, str] | None = None, **page: str) -> int:
        """A finished run: every feature is absent but those `said`; `page` is the proof's quote and body."""
        return run_of(self, url, said or {}, **page)

    def open(self) -> list[int]:
        """Opens sheets for the runs; the numbers of all sheets."""
        from review.service.sheets import SheetFilter, matching

        with self.database.session() as session:
            open_sheets(session, self.clock.now, assessors=self.settings.assessors)
            assignments.deal(session, self.settings)
            return matching(session, SheetFilter())

    def assign(self, account: int, *sheets: int, due: datetime | None = None) -> int:
        with self.database.session() as session:
            return assignments.assign(session, account, sheets, due, self.clock.now, self.settings)

    @property
    def context(self) -> Context:
        return Context(self.database, self.data, self.settings, self.signer, self.clock)

    def app(self) -> FastAPI:
        """The app, with this world's clock."""
        app = create_app(self.database, self.data, self.settings)
        app.state.review = self.context
        return app


def run_of(
    world: World,
    url: str,
    said: dict[str, str],
    *,
    quote: str = "the proof",
    body: str = "<p>the proof",
    language: str = "",
) -> int:
    """Writes a run through the recorder: one capture, a finding per feature, an answer per indicator."""
    questionnaire, now = load(EDITION), world.clock.now
    with world.database.session() as session:
        record = PortalRecord(url, f"Portal {url[8:]}", "city", "UTO", language or None)
        run = start_run(session, put_portal(session, record).id, EDITION, started=now).id
    folder = world.data / "archive" / f"run-{run:06d}"
    writer = ArchiveWriter(folder, folder.name, info={"software": "test"})
    proof = {"url": url, "quote": quote, "why": "a heading", "strength": 0.9, "capture": 1, "matched": [[4, 9]]}
    with RunRecorder(world.database, run, writer, threaded=False) as recorder:
        headers = ((b"Content-Type", b"text/html"), (b"Set-Cookie", b"theirs=1"))
        recorder.capture(CaptureRecord(recorder.allot(), url, now, headers=headers, body=body.encode()))
        for key in questionnaire.features:
            state = said.get(key, "absent")
            evidence = [proof] if state == "present" else []
            recorder.conclude([FindingRecord(key, state, confidence=0.9, evidence=evidence)])  # type: ignore[arg-type]
        for indicator in questionnaire.indicators:
            states = [said.get(key, "absent") for key in indicator.features]
            state = next((s for s in states if s != "absent"), "absent")
            place = url if state == "present" else None
            recorder.answer([AnswerRecord(EDITION, indicator.code, state, None, 0.9, place)])  # type: ignore[arg-type]
    with world.database.session() as session:
        finish_run(session, run, "ok", finished=now, archive=f"archive/{folder.name}")
    return run


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    """A world on either database."""
    return World(database, tmp_path)


@pytest.fixture
def small(sqlite: Database, tmp_path: Path) -> World:
    """A world on SQLite, for what does not depend on the database."""
    return World(sqlite, tmp_path)


Client = Callable[[World], httpx.Client]


@pytest.fixture
def client() -> Iterator[Client]:
    """Serves a world's app on loopback; gives a client that follows no redirects."""
    stops: list[Callable[[], None]] = []

    def start(world: World) -> httpx.Client:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(world.app(), log_level="warning", server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        browser = httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60)

        def stop() -> None:
            browser.close()
            server.should_exit = True
            thread.join(60)
            listener.close()

        stops.append(stop)
        return browser

    yield start
    for stop in stops:
        stop()
