"""How much a crawl of some breadth misses: whole archived sites, crawled with budgets of so many pages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.isotonic import IsotonicRegression

from detectors.calibration import interpolate

DEPTHS = (1, 5, 10, 25, 50, 100, 200)
PRIOR_WEIGHT = 50.0
"""The hand-set chance counts as so many features, about a site of them: the features of one site hang together."""
_ALL = 100_000
_FEWEST_LEFT = 1.5
"""A depth is measured on a site only if the site has so many times more pages."""


@dataclass(frozen=True, slots=True)
class Misses:
    """Per depth: features that the exhaustive crawls found, and how many of them were not found at that depth."""

    found: Mapping[int, int]
    missed: Mapping[int, int]


def measure(sites: Sequence[tuple[str, Path]]) -> Misses:
    """Replays each site (start address, archive) once in full and once per depth that is far smaller than the site."""
    found = dict.fromkeys(DEPTHS, 0)
    missed = dict.fromkeys(DEPTHS, 0)
    for start, archive in sites:
        pages, whole = crawl(start, archive, _ALL)
        for depth in DEPTHS:
            if depth * _FEWEST_LEFT <= pages:
                _, part = crawl(start, archive, depth)
                found[depth] += len(whole)
                missed[depth] += len(whole - part)
    return Misses(found, missed)


def crawl(start: str, archive: Path, pages: int) -> tuple[int, frozenset[str]]:
    """Pages read and features present in a replay with a budget of so many pages; raises CalledProcessError."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "losi", "check", start, "--data", folder, "--replay", str(archive)]
        command += ["--no-browser", "--max-pages", str(pages), "--json", "-"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    document = json.loads(done.stdout)
    present = frozenset(f["feature"] for f in document["findings"] if f["state"] == "present")
    return int(document["run"]["pages"]), present


def fit(misses: Misses, depths: Sequence[int], hand: Sequence[float]) -> list[float]:
    """The chance per depth, pooled with the hand-set one and made to fall with the depth."""
    prior = np.array([interpolate(depth, depths, hand) for depth in DEPTHS])
    found = np.array([misses.found[depth] for depth in DEPTHS])
    missed = np.array([misses.missed[depth] for depth in DEPTHS])
    pooled = (missed + PRIOR_WEIGHT * prior) / (found + PRIOR_WEIGHT)
    model = IsotonicRegression(increasing=False, y_min=0.01, y_max=0.95)
    falling = model.fit_transform(np.log(DEPTHS), pooled, sample_weight=found + PRIOR_WEIGHT)
    return [round(float(value), 3) for value in falling]
