"""A survey cycle on loopback addresses: speed beside the politeness bound, memory, crashes, and the rerun.

    python -m benchmarks.cycle [--portals 386] [--pages 30] [--delay 1] [--concurrency 60] [--json FILE]
    python -m benchmarks.cycle --crash [--portals 40] [--kills 10]
    python -m benchmarks.cycle --rerun       the detectors once more over the archives of the cycle just crawled
    python -m benchmarks.cycle --browser [--portals 12] [--pages 5] [--kill-browser 3]
    python -m benchmarks.cycle --lists 500 5000      import, plan and crawl lists of tiny portals; what the memory does
    python -m benchmarks.cycle --rerun-pages 20000   the detectors over a quarter, a half and all of so many pages

The politeness bound is the time in which nobody could do it faster: every portal's requests, one each `delay` seconds,
with so many portals at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any

import psutil
from sqlalchemy import func, select

from benchmarks.cycle_browser import BrowserKiller, told_by_browser
from benchmarks.many_sites import address_of, counts, portals
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle
from crawler.settings import CrawlOptions
from storage.archive import ArchiveReader
from storage.database import Database
from storage.models import Capture, CyclePortal, Finding
from storage.records import PortalRecord
from storage.repository import import_portals

ROOT = Path(__file__).resolve().parents[1]
PORT = 18_080


def main() -> None:
    """Reads the arguments; measures; prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portals", type=int, default=386)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--concurrency", type=int, default=60)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--crash", action="store_true", help="kill -9 again and again, and compare")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rerun", action="store_true", help="time losi detect --cycle afterwards")
    parser.add_argument("--browser", action="store_true", help="measure and picture in one browser for all portals")
    parser.add_argument("--kill-browser", type=int, default=0, help="so many times, every 15 seconds")
    parser.add_argument("--lists", type=int, nargs="*", help="lists of so many tiny portals")
    parser.add_argument("--rerun-pages", type=int, help="the detectors over so many archived pages")
    parser.add_argument("--processes-rerun", type=int, default=0, help="for --rerun-pages; 0: all processors")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measured(arguments, Path(folder))
    print(json.dumps(report, indent=2))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


def measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """What the chosen mode measures."""
    from benchmarks.cycle_lists import lists
    from benchmarks.cycle_rerun import rerun_pages

    if options.rerun_pages:
        return rerun_pages(options, folder)
    if options.lists is not None:
        with portals(options.port, 2, tiny=True):
            return lists(options, folder)
    with portals(options.port, options.pages) as server:
        return (crash if options.crash else speed)(options, folder, server)


def prepare(folder: Path, name: str, options: argparse.Namespace) -> None:
    """A cycle over the portals."""
    crawl = CrawlOptions(
        max_pages=options.pages,
        delay=options.delay,
        concurrency=1,
        allow_private=True,
        timeout=30,
        retries=1,
        browser=options.browser,
    )
    with Database(folder / "losi.db") as database:
        database.migrate()
        with database.session() as session:
            records = (
                PortalRecord(f"http://{address_of(number)}:{options.port}/index.html", f"Villa {number}", "city", "ESP")
                for number in range(options.portals)
            )
            import_portals(session, records)
            begin_cycle(session, name, CycleSettings(crawl=crawl, tries=1), Choice())


def start(folder: Path, name: str, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """`losi cycle crawl` in a process of its own."""
    command = [sys.executable, "-m", "losi", "cycle", "crawl", name, "--data", str(folder)]
    command += ["--concurrency", str(options.concurrency), "--processes", str(options.processes)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def speed(options: argparse.Namespace, folder: Path, server: str) -> dict[str, Any]:
    """One cycle from beginning to end."""
    prepare(folder, "cycle", options)
    began = monotonic()
    process = start(folder, "cycle", options)
    killer = BrowserKiller(process.pid, options.kill_browser)
    peak, seconds_of_processor = watch(process, killer.look)
    wall = monotonic() - began
    asked = requests_of(server)
    bound = politeness_bound(list(asked.values()), options.delay, options.concurrency)
    pages = stored_pages(folder)
    report: dict[str, Any] = {
        "portals": options.portals,
        "exit_code": process.returncode,
        "states": states_of(folder),
        "pages": pages,
        "requests": sum(asked.values()),
        "concurrency": options.concurrency,
        "wall_seconds": round(wall, 1),
        "politeness_bound_seconds": round(bound, 1),
        "wall_over_bound": round(wall / bound, 3),
        "pages_per_second": round(pages / wall, 1),
        "peak_mb": round(peak / 2**20),
        "processor_seconds": round(seconds_of_processor, 1),
        "load_average": os.getloadavg()[0],
    }
    if options.browser:
        report["browser"] = {
            "killed": killer.kills,
            "most_processes": killer.most,
            "left": killer.left(),
            **told_by_browser(folder),
        }
    if options.rerun:
        report["rerun"] = rerun(folder)
    return report


def watch(
    process: subprocess.Popen[bytes], look: Callable[[list[psutil.Process]], None] = lambda _: None
) -> tuple[int, float]:
    """Until the process ends: the peak of its memory and its children's (shared pages once), and processor seconds."""
    peak, used = 0, 0.0
    seen = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            family = [seen, *seen.children(recursive=True)]
            peak = max(peak, sum(one.memory_full_info().pss for one in family))
            used = max(used, sum(sum(one.cpu_times()[:2]) for one in family))
            look(family)
        except psutil.NoSuchProcess:
            pass
        sleep(0.5)
    return peak, used


def requests_of(server: str) -> dict[str, int]:
    """Requests by portal."""
    sums: dict[str, int] = {}
    for key, number in counts(server).items():
        address = key.partition(" ")[0]
        sums[address] = sums.get(address, 0) + number
    return sums


def politeness_bound(requests: list[int], delay: float, concurrency: int) -> float:
    """Seconds that the portals need, so many at a time, each in its turn as soon as another is done."""
    ends: list[float] = []
    for number in requests:
        free = heappop(ends) if len(ends) >= concurrency else 0.0
        heappush(ends, free + max(0, number - 1) * delay)
    return max(ends, default=0.0)


def stored_pages(folder: Path) -> int:
    """Pages read in the visits that count."""
    with Database(folder / "losi.db") as database, database.reader() as session:
        return int(session.scalar(select(func.sum(CyclePortal.pages))) or 0)


def states_of(folder: Path) -> dict[str, int]:
    """Portals by state."""
    with Database(folder / "losi.db") as database, database.reader() as session:
        query = select(CyclePortal.state, func.count()).group_by(CyclePortal.state)
        return dict(session.execute(query).all())


def rerun(folder: Path) -> dict[str, float]:
    """`losi detect --cycle` over what was archived."""
    command = [sys.executable, "-m", "losi", "detect", "--cycle", "cycle", "--data", str(folder), "--json", "-"]
    began = monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    seconds = monotonic() - began
    pages = json.loads(done.stdout)["pages"]
    return {"pages": pages, "seconds": round(seconds, 1), "pages_per_second": round(pages / seconds, 1)}


def crash(options: argparse.Namespace, folder: Path, server: str) -> dict[str, Any]:
    """The same portals undisturbed and killed again and again; each in a folder of its own."""
    whole, broken = folder / "whole", folder / "broken"
    prepare(whole, "cycle", options)
    start(whole, "cycle", options).wait()
    undisturbed = counts(server, forget=True)
    prepare(broken, "cycle", options)
    kills = kill_again_and_again(broken, options)
    disturbed = counts(server)
    repeated: dict[str, int] = {}
    for key, number in disturbed.items():
        address = key.partition(" ")[0]
        repeated[address] = repeated.get(address, 0) + max(0, number - undisturbed.get(key, 0))
    return {
        "portals": options.portals,
        "kills": kills,
        "states": states_of(broken),
        "same_findings": conclusions(whole) == conclusions(broken),
        "same_addresses": undisturbed.keys() == disturbed.keys(),
        "requests": sum(disturbed.values()),
        "repeated": sum(repeated.values()),
        "most_repeated_by_one_portal": max(repeated.values()),
        "repeated_per_portal_and_crash": round(sum(repeated.values()) / options.portals / max(1, kills), 4),
        "archives": check_archives(broken),
    }


def kill_again_and_again(folder: Path, options: argparse.Namespace) -> int:
    """Kills at random moments, then lets it end; how often it was killed while it worked."""
    random = Random(1)
    done = 0
    for _ in range(options.kills):
        process = start(folder, "cycle", options)
        wait_for_work(folder, process)
        try:
            process.wait(random.uniform(0.3, 4.0))
            break
        except subprocess.TimeoutExpired:
            family = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGKILL)
            process.wait()
            psutil.wait_procs(family, timeout=10)
            done += 1
    start(folder, "cycle", options).wait()
    return done


def wait_for_work(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the crawl has begun: its archives grow."""
    before = archived_bytes(folder)
    while process.poll() is None and archived_bytes(folder) <= before:
        sleep(0.1)


def archived_bytes(folder: Path) -> int:
    """Bytes in all archives."""
    return sum(file.stat().st_size for file in (folder / "archive").glob("run-*/*.warc.gz"))


def conclusions(folder: Path) -> dict[tuple[int, str], tuple[str, float | None]]:
    """What was concluded, by portal and feature."""
    with Database(folder / "losi.db") as database, database.reader() as session:
        query = select(CyclePortal.portal_id, Finding.feature, Finding.state, Finding.confidence).join(
            Finding, Finding.run_id == CyclePortal.counted_id
        )
        return {(portal, feature): (state, confidence) for portal, feature, state, confidence in session.execute(query)}


def check_archives(folder: Path) -> dict[str, int]:
    """Whether every record can be read, and every row has its record and every record its row."""
    records = damaged = 0
    for run in sorted((folder / "archive").iterdir()):
        with ArchiveReader(run) as reader:
            records += sum(item.record.kind in ("response", "revisit") for item in reader.records())
            damaged += len(reader.problems)
    with Database(folder / "losi.db") as database, database.reader() as session:
        rows = session.scalar(select(func.count()).select_from(Capture).where(Capture.status.is_not(None))) or 0
    return {"records": records, "damaged": damaged, "rows": rows}


if __name__ == "__main__":
    main()
