"""Long lists of small portals: import, plan and crawl, as users do it, and what the memory does between two lengths."""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.cycle import ROOT, start, states_of, stored_pages, watch
from benchmarks.many_sites import address_of

LENGTHS = (500, 5000)
_LIMITS = ("--max-pages", "2", "--delay", "0.2", "--max-seconds", "120", "--tries", "1", "--allow-private")


def lists(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Each length in a folder of its own; `memory_ratio` is the peak of the longest crawl over that of the shortest."""
    lengths = sorted(options.lists or LENGTHS)
    measured = [_one(length, options, folder / str(length)) for length in lengths]
    peaks = [one["crawl"]["peak_mb"] for one in measured]
    return {
        "lists": measured,
        "memory_ratio": round(peaks[-1] / peaks[0], 3),
        "load_average": os.getloadavg()[0],
    }


def _one(length: int, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True)
    file = folder / "portals.csv"
    _write(file, length, options.port)
    data = ("--data", str(folder))
    imported = _timed(["portals", "import", str(file), *data])
    planned = _timed(["cycle", "new", "cycle", "--portals", "kind=city", *_LIMITS, *data])
    began = monotonic()
    process = start(folder, "cycle", options)
    peak, used = watch(process)
    wall = monotonic() - began
    crawled = {
        "seconds": round(wall, 1),
        "portals_per_second": round(length / wall, 1),
        "pages": stored_pages(folder),
        "peak_mb": round(peak / 2**20),
        "processor_seconds": round(used, 1),
        "exit_code": process.returncode,
        "states": states_of(folder),
    }
    return {"portals": length, "import": imported, "plan": planned, "crawl": crawled}


def _write(file: Path, length: int, port: int) -> None:
    """The list of a country's municipalities."""
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["name", "country", "url", "kind", "language", "region"])
        for number in range(length):
            url = f"http://{address_of(number)}:{port}/index.html"
            rows.writerow([f"Villa {number}", "ESP", url, "city", "es", f"Provincia {number % 50}"])


def _timed(words: list[str]) -> dict[str, float]:
    began = monotonic()
    process = subprocess.Popen([sys.executable, "-m", "losi", *words], cwd=ROOT, stdout=subprocess.DEVNULL)
    peak, _ = watch(process)
    if process.returncode:
        raise SystemExit(f"losi {' '.join(words)} ended with {process.returncode}")
    return {"seconds": round(monotonic() - began, 1), "peak_mb": round(peak / 2**20)}
