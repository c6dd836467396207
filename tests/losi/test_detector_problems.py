"""A detector that cannot be used is told of once, with the mend; never by a log line beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Losi = Callable[..., Any]
SKIPPED = (
    "detector plug-in broken (broken_detector:Broken) skipped: cannot start; "
    "install a mended version of losi-broken, or remove it: pip uninstall losi-broken"
)
FAILING = """
from detectors.base import PageDetector

class Failing(PageDetector):
    name = "failing"
    features = ("park.bench",)

    def observe(self, page):
        raise ValueError("no bench")
"""


@pytest.fixture
def plugins(tmp_path: Path) -> str:
    """A folder for PYTHONPATH with an installed package of two plug-ins: one does not load, one fails on every page."""
    folder = tmp_path / "site"
    info = folder / "losi_broken-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: losi-broken\nVersion: 1.0\n", encoding="utf-8")
    points = "broken = broken_detector:Broken\nfailing = failing_detector:Failing\n"
    (info / "entry_points.txt").write_text(f"[losi.detectors]\n{points}", encoding="utf-8")
    (folder / "broken_detector.py").write_text("raise RuntimeError('cannot start')", encoding="utf-8")
    (folder / "failing_detector.py").write_text(FAILING, encoding="utf-8")
    return os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])


def test_a_check_tells_it_among_its_problems(losi: Losi, plugins: str, tmp_path: Path) -> None:
    words = ("check", "--demo", "--max-pages", "3", "--json", "run.json", "--report", "run.html")
    done = losi(*words, "--processes", "1", PYTHONPATH=plugins)
    assert done.code == 0
    assert "detector" not in done.err
    told = [line.removeprefix("problem   ") for line in done.out.splitlines() if line.startswith("problem")]
    (failure,) = [line for line in told if line != SKIPPED]
    assert told.count(SKIPPED) == 1
    assert failure.startswith("detector failing failed on https://")
    assert failure.endswith(" more pages)")
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["run"]["problems"] == told


@pytest.mark.parametrize("processes", ["1", "2"])
def test_many_saved_pages(losi: Losi, plugins: str, tmp_path: Path, processes: str) -> None:
    (tmp_path / "page.html").write_text("<h1>Budget", encoding="utf-8")
    rows = [{"id": str(n), "file": "page.html", "url": f"https://villa.example/{n}"} for n in range(3)]
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = losi("inspect", "--manifest", "pages.jsonl", "--out", "seen.jsonl", "-j", processes, PYTHONPATH=plugins)
    assert done.code == 0
    assert done.lines[0] == f"losi: {SKIPPED}"
    assert len(done.lines) == 2
    assert done.lines[1].startswith("losi: detector failing failed on https://villa.example/")


def test_one_page(losi: Losi, plugins: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>Budget", encoding="utf-8")
    done = losi("inspect", "page.html", "--url", "https://villa.example/", PYTHONPATH=plugins)
    assert done.lines == [
        f"losi: {SKIPPED}",
        "losi: detector failing failed on https://villa.example/: ValueError('no bench')",
    ]
