"""Workers on PostgreSQL over loopback portals, one of them killed with kill -9 in the middle: what is done how often.

    python -m benchmarks.workers --db postgresql://... [--workers 2 4] [--portals 40] [--pages 15] [--delay 0.2]

The server of --db gets a database of its own for each measurement, which is dropped at the end. Told are the wall time
(start of the processes included), portals, runs and captures that occur more than once, requests that were repeated,
the seconds from the kill until the first and the last portal of the dead worker were taken over, and memory.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import psutil
from sqlalchemy import URL, create_engine, func, make_url, select, text

from benchmarks.many_sites import address_of, counts, portals
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.settings import CrawlOptions
from storage.database import Database
from storage.models import Capture, CyclePortal, Run
from storage.records import PortalRecord
from storage.repository import import_portals

ROOT = Path(__file__).resolve().parents[1]
PORT = 18_480
_EMPTY = 9_000_000
"""Bytes of a database without rows."""


def main() -> None:
    """Reads the arguments; measures; prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, help="URL of a PostgreSQL server whose user may create databases")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--portals", type=int, default=40)
    parser.add_argument("--pages", type=int, default=15)
    parser.add_argument("--delay", type=float, default=0.2)
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument("--heartbeat", type=float, default=5.0)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    report = [measure(count, arguments) for count in arguments.workers]
    print(json.dumps(report, indent=2))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


def measure(workers: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """One cycle with so many workers, the first of which is killed when a third is done."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh(make_url(arguments.db)) as url,
        portals(arguments.port, arguments.pages) as server,
        Database(url) as database,
    ):
        plan(database, arguments)
        db = database.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "losi", "schedule", "start", "bench", "--db", db, "--data", folder]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        began = monotonic()
        fleet = [start(number, db, folder, arguments) for number in range(workers)]
        try:
            third = arguments.portals // 3
            wait(lambda: done(database) >= third)
            memory = [round(tree(process.pid) / 1e6) for process in fleet]
            running = set(owned(database))
            killed = time()
            kill_tree(fleet[0])
            wait(lambda: done(database) == arguments.portals)
            seconds = monotonic() - began
        finally:
            stop(fleet)
        took = takeovers(Path(folder), killed)
        return {
            "workers": workers,
            "portals": arguments.portals,
            "pages": arguments.pages,
            "seconds": round(seconds, 1),
            "running at the kill": len(running),
            "taken over": len(took),
            "first taken over after s": round(min(took.values()), 1) if took else None,
            "last taken over after s": round(max(took.values()), 1) if took else None,
            "memory of a worker MB": memory,
            **sizes(database, Path(folder), arguments.portals),
            **checked(database),
            **repeated(counts(server), set(took)),
        }


def plan(database: Database, arguments: argparse.Namespace) -> None:
    """A cycle over the portals."""
    crawl = CrawlOptions(
        max_pages=arguments.pages, delay=arguments.delay, concurrency=1, allow_private=True, timeout=30, retries=1
    )
    database.migrate()
    with database.session() as session:
        numbers = range(arguments.portals)
        urls = (f"http://{address_of(number)}:{arguments.port}/index.html" for number in numbers)
        import_portals(session, (PortalRecord(url, url, "city", "ESP") for url in urls))
        begin_cycle(session, "bench", CycleSettings(crawl=crawl, tries=1), Choice())


def start(number: int, db: str, folder: str, arguments: argparse.Namespace) -> subprocess.Popen[bytes]:
    """A worker that logs to a file beside the data."""
    words = ["worker", "--db", db, "--data", folder, "--log", "json", "--concurrency", str(arguments.concurrency)]
    words += ["--heartbeat", str(arguments.heartbeat), "--processes", "1"]
    with (Path(folder) / f"worker-{number}.log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", "losi", *words], cwd=ROOT, stdout=log, stderr=log)


@contextmanager
def fresh(server: URL) -> Iterator[URL]:
    """A database of its own."""
    name = f"losi_bench_{os.getpid()}"
    engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield server.set(database=name)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def wait(met: Callable[[], bool], seconds: float = 600) -> None:
    """Until it is so."""
    end = monotonic() + seconds
    while not met():
        if monotonic() > end:
            raise TimeoutError("the workers did not get there")
        sleep(0.2)


def done(database: Database) -> int:
    """Portals that are done."""
    with database.reader() as session:
        query = (
            select(func.count()).select_from(CyclePortal).where(CyclePortal.state.in_(("done", "failed", "waiting")))
        )
        return session.scalar(query) or 0


def owned(database: Database) -> list[int]:
    """Portals under way."""
    with database.reader() as session:
        return list(session.scalars(select(CyclePortal.portal_id).where(CyclePortal.state == "running")))


def tree(pid: int) -> int:
    """Resident bytes of a process and its children."""
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """kill -9, the readers beside it too, as when a machine goes."""
    children = psutil.Process(process.pid).children(recursive=True)
    for one in (psutil.Process(process.pid), *children):
        one.kill()
    process.wait()


def stop(fleet: list[subprocess.Popen[bytes]]) -> None:
    """Ends the workers that still run."""
    for process in fleet:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in fleet:
        process.wait(60)


def takeovers(folder: Path, killed: float) -> dict[int, float]:
    """Seconds from the kill until portals were taken over, by portal, from the workers' logs."""
    found = {}
    for path in folder.glob("worker-*.log"):
        for line in path.read_text().splitlines():
            said = json.loads(line) if line.startswith("{") else {}
            if str(said.get("message", "")).startswith("took portal"):
                found[int(said["portal"])] = datetime.fromisoformat(said["time"]).timestamp() - killed
    return found


def checked(database: Database) -> dict[str, int]:
    """What must be nought: portals not visited exactly once, captures that occur twice in a run."""
    with database.reader() as session:
        runs = Counter(session.scalars(select(Run.portal_id)))
        ended = Counter(session.scalars(select(Run.portal_id).where(Run.outcome.is_not(None))))
        planned = set(session.scalars(select(CyclePortal.portal_id)))
        query = select(Capture.run_id).group_by(Capture.run_id, Capture.url).having(func.count() > 1)
        twice = len(list(session.scalars(query)))
    return {
        "portals not finished exactly once": sum(runs[one] != 1 or ended[one] != 1 for one in planned),
        "captures twice in a run": twice,
    }


def sizes(database: Database, folder: Path, portals: int) -> dict[str, int]:
    """Bytes a portal in the database, indexes included, and a page in the archives."""
    with database.reader() as session:
        pages = session.scalar(select(func.sum(Run.pages))) or 1
        held = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    kept = sum(path.stat().st_size for path in folder.rglob("*.warc.gz"))
    return {
        "pages read": pages,
        "bytes a portal in the database": round((held - _EMPTY) / portals),
        "bytes a page in the archives": round(kept / pages),
    }


def repeated(asked: dict[str, int], taken: set[int]) -> dict[str, float]:
    """Requests for what had been asked before, a portal, at those that were taken over and at the others.

    An undisturbed visit repeats some too: the probe of the transport asks for the front page.
    """
    extra: Counter[str] = Counter()
    for key, count in asked.items():
        extra[key.partition(" ")[0]] += count - 1
    ours = {address_of(number - 1) for number in taken}
    others = [count for address, count in extra.items() if address not in ours and address != "127.0.0.1"]
    return {
        "repeated at a portal taken over, at most": max((extra[address] for address in ours), default=0),
        "repeated at another, at most": max(others, default=0),
    }


if __name__ == "__main__":
    main()
