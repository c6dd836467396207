"""Workers as users start them: processes of their own on a real PostgreSQL, over sites on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import URL, func, select

from crawler.settings import CrawlOptions
from storage.database import Database
from storage.models import Capture, CyclePortal, Run
from tests.crawler.cycles import begin, slowly
from tests.crawler.loopback import Site, answers_in

ROOT = Path(__file__).parents[2]


@contextmanager
def fleet_on(location: Path | URL, data: Path) -> Iterator[Fleet]:
    """A fleet on a database, which is made if need be; its workers end with it."""
    with Database(location) as database:
        database.migrate()
        made = Fleet(database, data)
        try:
            yield made
        finally:
            made.stop()


@dataclass
class Fleet:
    """A database, a data folder, and the workers that were started on them; `logs` is where theirs lie, if not beside
    the data."""

    database: Database
    data: Path
    logs: Path | None = None
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def db(self) -> str:
        """The database's URL."""
        return self.database.url.render_as_string(hide_password=False)

    def plan(self, name: str, sites: list[Site], crawl: CrawlOptions | None = None) -> None:
        """Begins a cycle over sites."""
        begin(self.database, name, sites, crawl or slowly(0.05))

    def losi(self, *words: str) -> str:
        """Runs a command to its end; gives what it printed."""
        done = subprocess.run(self.command(*words), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def command(self, *words: str) -> list[str]:
        """The words of a command on this database."""
        return [sys.executable, "-m", "losi", *words, "--db", self.db, "--data", str(self.data)]

    def worker(self, *words: str) -> subprocess.Popen[bytes]:
        """Starts a worker whose death is noticed after about a second."""
        log = self._log(len(self.running)).open("wb")
        command = self.command("worker", "--processes", "0", "--heartbeat", "0.3", "--log", "json", *words)
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "LOSI_DEBUG": "1"})
        self.running.append(process)
        return process

    def log(self, number: int) -> str:
        """What a worker logged."""
        return self._log(number).read_text()

    def _log(self, number: int) -> Path:
        return (self.logs or self.data.parent) / f"worker-{number}.log"

    def amid(self, sites: list[Site], answers: int) -> None:
        """Waits until each site has given so many answers, all of them archived, and holds the next request back at
        its gate; the gates are closed before the workers start."""
        self.until(lambda: all(site.gate.waiting for site in sites))
        self.until(lambda: self.archived() >= answers * len(sites))

    def archived(self) -> int:
        """Answers in the archives of all runs."""
        return sum(map(answers_in, (self.data / "archive").glob("run-*")))

    def states(self) -> Counter[str]:
        """Portals by state."""
        with self.database.reader() as session:
            query = select(CyclePortal.state, func.count()).group_by(CyclePortal.state)
            return Counter(dict(session.execute(query).all()))

    def runs(self) -> list[tuple[int, str | None]]:
        """The portal and the outcome of every run."""
        with self.database.reader() as session:
            return [(run.portal_id, run.outcome) for run in session.scalars(select(Run).order_by(Run.id))]

    def twice(self) -> list[str]:
        """The URLs that a run holds more than once."""
        query = select(Capture.url).group_by(Capture.run_id, Capture.url).having(func.count() > 1)
        with self.database.reader() as session:
            return list(session.scalars(query))

    def until(self, met: Callable[[], bool], seconds: float = 120.0) -> None:
        """Waits for a condition. Fails with the workers' logs when it is not met in time."""
        began = monotonic()
        while not met():
            if monotonic() - began > seconds:
                logs = "\n".join(self.log(n)[-3000:] for n in range(len(self.running)))
                raise AssertionError(f"not met in {seconds} s; {self.states()}\n{logs}")
            sleep(0.05)

    def stop(self) -> None:
        """Ends all workers."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
