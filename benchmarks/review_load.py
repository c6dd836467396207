"""Fifty assessors answering at the same time, on SQLite and on PostgreSQL: milliseconds by kind of request, no errors.

python -m benchmarks.review_load [--assessors 50] [--answers 20] [--pause 3] [--db URL] [--quick] [--json FILE]

Each asks what a browser asks: logs in, opens desk and queue, then looks at a card for a while, sends the answer as
JSON, and fetches cards ahead; sometimes it undoes or searches. With `--pause 0` all go as fast as they can. Answers
begin when everybody is in, since checking passwords is slow on purpose.
The PostgreSQL server is one of its own, with its usual safety (fsync on), or the one of `--db`, which must be empty.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from sqlalchemy import func, select

from benchmarks.review import PASSWORD, fill
from review.service import accounts, assignments
from review.service.sheets import SheetFilter, matching
from review.settings import ReviewSettings
from storage.database import Database
from storage.models import Review
from storage.repository import open_sheets, verify_chain

SHEETS_EACH = 2
READY, FEW = 6, 3
UNDO, FIND = 0.04, 0.04
SEED = 7
_FORM = re.compile(r'name="csrf" value="([^"]+)"')
_CSRF = re.compile(r'<meta name="csrf" content="([^"]+)"')
_CARD = re.compile(r'class="cardbox" data-task="(\d+)".*?data-proofs="(\d+)"', re.S)


@dataclass
class Tally:
    """Milliseconds of every request by kind, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    answers: int = 0
    undone: int = 0
    began: float = 0.0

    @asynccontextmanager
    async def timed(self, kind: str) -> AsyncIterator[None]:
        """Measures one request from the first byte sent to the last received."""
        start = time.perf_counter()
        try:
            yield
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self.errors.append(f"{kind}: {type(error).__name__}: {error}")
        else:
            self.times[kind].append((time.perf_counter() - start) * 1000)

    def table(self) -> dict[str, dict[str, float]]:
        """Count and percentiles (ms) by kind."""
        return {kind: _percentiles(sorted(found)) for kind, found in sorted(self.times.items())}


@dataclass
class Person:
    """An assessor at a browser; `cards` are the tasks at hand with their numbers of proofs."""

    name: str
    web: aiohttp.ClientSession
    tally: Tally
    chance: random.Random
    everybody_in: asyncio.Barrier
    csrf: str = ""
    cards: list[tuple[int, int]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)

    async def work(self, answers: int, pause: float) -> None:
        """Logs in and answers so many cards, looking at each for `pause` seconds on average."""
        await asyncio.sleep(self.chance.uniform(0, pause))
        await self.arrive()
        await self.everybody_in.wait()
        self.tally.began = self.tally.began or time.perf_counter()
        for number in range(answers):
            if not self.cards:
                break
            await asyncio.sleep(self.chance.expovariate(1 / pause) if pause else 0)
            await self.answer(f"{self.name}-{number}")
            if self.chance.random() < UNDO:
                await self.undo(f"{self.name}-{number}-undo")
            if self.chance.random() < FIND:
                await self.get("search", "/desk", text="open data", stage="all")

    async def arrive(self) -> None:
        """From the login form to the first card."""
        form = await self.get("login form", "/login")
        data = {"name": self.name, "password": PASSWORD, "csrf": _found(_FORM, form)}
        async with self.tally.timed("login"), self.web.post("/login", data=data, allow_redirects=False) as answer:
            await answer.read()
            _accept(answer, 303)
        await self.get("desk", "/desk")
        page = await self.get("first card", "/next")
        self.csrf = _found(_CSRF, page)
        self.cards = [(int(task), int(proofs)) for task, proofs in _CARD.findall(page)]
        await self.look_ahead()

    async def answer(self, key: str) -> None:
        """Decides the card in view and goes on to the next, which is at hand already."""
        task, proofs = self.cards.pop(0)
        self.seen.append(task)
        verdict = self.chance.choice(("yes", "no", "no", "unsure") if proofs else ("no", "no", "unsure"))
        body = {"verdict": verdict, "proof": 1 if verdict == "yes" else None, "onward": False, "key": key}
        if await self.post("answer", f"cards/{task}/decision", body):
            self.tally.answers += 1
        if len(self.cards) <= FEW:
            await self.look_ahead()

    async def look_ahead(self) -> None:
        """Fetches the cards that come next."""
        last = self.cards[-1][0] if self.cards else self.seen[-1]
        taken = ",".join(str(task) for task in [*self.seen, *(task for task, _ in self.cards)][-140:])
        text = await self.get("cards ahead", f"/cards/{last}/ahead", limit=str(READY - len(self.cards)), taken=taken)
        for card in json.loads(text or '{"cards": []}')["cards"]:
            self.cards += [(card["task"], int(proofs)) for _, proofs in _CARD.findall(card["html"])]

    async def undo(self, key: str) -> None:
        """Takes the last answer back."""
        if await self.post("undo", "undo", {"key": key}):
            self.tally.undone += 1

    async def get(self, kind: str, path: str, **query: str) -> str:
        """The text of a page; empty when it failed."""
        async with self.tally.timed(kind), self.web.get(path, params=query) as answer:
            text = await answer.text()
            _accept(answer, 200)
            return text
        return ""

    async def post(self, kind: str, path: str, body: Mapping[str, object]) -> bool:
        """Sends what the page's script sends; whether it was taken."""
        headers = {"X-CSRF-Token": self.csrf}
        async with self.tally.timed(kind), self.web.post(f"/api/v1/{path}", json=body, headers=headers) as answer:
            await answer.read()
            _accept(answer, 200)
            return True
        return False


def _accept(answer: aiohttp.ClientResponse, status: int) -> None:
    if answer.status != status:
        raise ValueError(f"{answer.status} from {answer.url.path}, not {status}")


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _percentiles(times: list[float]) -> dict[str, float]:
    """Nearest-rank percentiles."""
    ranks = {f"p{share}": times[max(0, -(-share * len(times) // 100) - 1)] for share in (50, 95, 99)}
    return {"count": len(times), **{name: round(ms, 1) for name, ms in ranks.items()}, "max": round(times[-1], 1)}


def main() -> int:
    """Measures both databases and prints or writes; exit 1 when a request failed or an answer is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--assessors", type=int, default=50)
    parser.add_argument("--answers", type=int, default=20, help="of each assessor")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds that an assessor looks at a card, on average")
    parser.add_argument("--db", help="PostgreSQL database to use instead of a server of its own; must be empty")
    parser.add_argument("--quick", action="store_true", help="10 assessors, 5 answers, 0.5 seconds")
    parser.add_argument("--json", type=Path, help="file for the figures")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.assessors, chosen.answers, chosen.pause = 10, 5, 0.5
    asked = {name: getattr(chosen, name) for name in ("assessors", "answers", "pause")}
    figures: dict[str, Any] = {"benchmark": "review_load", **asked, "cores": os.cpu_count(), "databases": {}}
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder), chosen.db) as url:
            if url is None:
                print("PostgreSQL is not installed here: no initdb in PATH or /usr/lib/postgresql", file=sys.stderr)
                continue
            figures["databases"][kind] = found = measured(url, Path(folder), **asked)
        _print(kind, found)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if any(found["errors"] or found["faults"] for found in figures["databases"].values()) else 0


def measured(url: str, data: Path, *, assessors: int, answers: int, pause: float) -> dict[str, Any]:
    """Fills the database, serves it, lets everybody work; the figures."""
    tally = Tally()
    with Database(url) as database:
        database.migrate()
        fill(database, assessors * SHEETS_EACH // 2)
        people(database, assessors)
        with served(url, data) as (address, process):
            start = time.perf_counter()
            with sampled(process) as peak:
                asyncio.run(everybody(address, tally, assessors, answers, pause))
            end, spent, memory = time.perf_counter(), process.cpu_times(), process.memory_info().rss
        faults = missing(database, tally, assessors * answers)
    return {
        "seconds_to_log_in": round(tally.began - start, 1),
        "seconds": round(end - tally.began, 1),
        "requests": sum(len(found) for found in tally.times.values()),
        "answers": tally.answers,
        "answers_per_second": round(tally.answers / (end - tally.began), 1),
        "errors": len(tally.errors),
        "first_errors": tally.errors[:5],
        "faults": faults,
        "kinds": tally.table(),
        "server": {
            "cpu_seconds": round(spent.user + spent.system, 1),
            "peak_mb": round(max(peak) / 1e6),
            "memory_mb": round(memory / 1e6),
        },
    }


def people(database: Database, number: int) -> None:
    """Assessors with two desks for every sheet among them."""
    now, settings = datetime.now(UTC), ReviewSettings()
    with database.session() as session:
        open_sheets(session, now)
        accounts.create_account(session, "Ada", "admin", now, password=PASSWORD)
        sheets = matching(session, SheetFilter())
        for place in range(number):
            one = accounts.create_account(session, f"assessor-{place}", "assessor", now, password=PASSWORD)
            mine = (sheets * 2)[place * SHEETS_EACH : (place + 1) * SHEETS_EACH]
            assignments.assign(session, one.id, mine, now + timedelta(days=9), now, settings)


@contextmanager
def sampled(process: psutil.Process, pause: float = 0.05) -> Iterator[list[int]]:
    """Resident bytes of the process, taken all the while."""
    taken, done = [process.memory_info().rss], threading.Event()

    def take() -> None:
        while not done.wait(pause):
            taken.append(process.memory_info().rss)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield taken
    finally:
        done.set()
        thread.join()


async def everybody(address: str, tally: Tally, assessors: int, answers: int, pause: float) -> None:
    """All assessors at once, each in a browser of their own."""
    everybody_in = asyncio.Barrier(assessors)
    async with asyncio.TaskGroup() as group:
        for place in range(assessors):
            group.create_task(_one(address, f"assessor-{place}", tally, everybody_in, answers, pause))


async def _one(
    address: str, name: str, tally: Tally, everybody_in: asyncio.Barrier, answers: int, pause: float
) -> None:
    wait, jar = aiohttp.ClientTimeout(total=60), aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(address, timeout=wait, cookie_jar=jar) as web:
        await Person(name, web, tally, random.Random(f"{SEED} {name}"), everybody_in).work(answers, pause)


def missing(database: Database, tally: Tally, expected: int) -> list[str]:
    """What must be empty: answers that nobody could give, that are not in the database once, a broken chain."""
    with database.reader() as session:
        stored, chain = session.scalar(select(func.count()).select_from(Review)) or 0, verify_chain(session)
    said = {
        f"{tally.answers} answers, not {expected}": tally.answers != expected,
        f"{stored} entries for {tally.answers} answers and {tally.undone} undone": stored
        != tally.answers + tally.undone,
        f"the chain is broken: {chain.broken}": chain.broken is not None,
    }
    return [text for text, wrong in said.items() if wrong]


@contextmanager
def served(url: str, data: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The app as people start it, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "losi", "review", "--data", str(data), "--db", url, "--port", str(port)]
    environment = {**os.environ, "LOSI_REVIEW_JOBS": "false"}
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment)
    try:
        _await(port, process)
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _database(kind: str, folder: Path, given: str | None) -> Iterator[str | None]:
    """Where a new database of the kind is; None when there is no server to be had."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'losi.db'}"
    elif given:
        yield given
    elif binaries := _postgresql():
        with (
            tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as home,
            _server(binaries, Path(home)),
        ):
            yield f"postgresql://postgres@/postgres?host={home}"
    else:
        yield None


def _postgresql() -> Path | None:
    """The folder of the newest PostgreSQL's programs."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = installed[-1] if installed else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def _server(binaries: Path, home: Path) -> Iterator[None]:
    """A server that listens on a socket in its home; it refuses to run as root, so root lends it another account."""
    account = []
    if os.geteuid() == 0:
        shutil.chown(home, "nobody")
        account = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    cluster = ["-D", str(home / "data")]

    def do(program: str, *words: str) -> None:
        command = [*account, str(binaries / program), *cluster, *words]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)

    do("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
    do("pg_ctl", "-w", "-o", f"-c listen_addresses='' -k {home}", "-l", str(home / "log"), "start")
    try:
        yield
    finally:
        do("pg_ctl", "-m", "fast", "stop")


def _await(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.1)
    raise SystemExit("the review app did not start")


def _print(name: str, found: dict[str, Any]) -> None:
    server = found["server"]
    print(
        f"{name}: {found['answers']} answers in {found['seconds']} s ({found['answers_per_second']} a second), "
        f"everybody in after {found['seconds_to_log_in']} s; {found['requests']} requests, {found['errors']} errors; "
        f"server {server['cpu_seconds']} CPU seconds, {server['memory_mb']} MB, {server['peak_mb']} MB at most"
    )
    for kind, row in found["kinds"].items():
        print(
            f"  {kind:12} {row['count']:6.0f}  p50 {row['p50']:7.1f}  p95 {row['p95']:7.1f}  p99 {row['p99']:7.1f} ms"
        )
    for text in [*found["first_errors"], *found["faults"]]:
        print(f"  {text}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
