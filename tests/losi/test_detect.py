"""A second pass over the archive finds the same; a changed detector explains a changed finding."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.models import Finding, Run

Losi = Callable[..., Any]


@pytest.fixture
def copied(checked: Any, tmp_path: Path) -> Path:
    """A data folder of its own."""
    shutil.copytree(checked.data, tmp_path / "losi-data")
    return tmp_path / "losi-data"


def test_the_same_detectors_find_the_same(checked: Any, offline: Losi) -> None:
    done = offline("detect", "--data", checked.data, "--json", "-")
    assert (done.code, done.err) == (0, "")
    (run,) = json.loads(done.out)["runs"]
    assert (run["changes"], run["missing"]) == ([], 0)
    assert run["pages"] == checked.document["run"]["pages"]
    assert run["findings"] == len(checked.document["findings"])


def test_a_changed_finding_is_shown_with_its_reason_and_stored_on_demand(copied: Path, offline: Losi) -> None:
    with Database(copied / "losi.db") as database, database.session() as session:
        finding = session.query(Finding).filter_by(feature="budget.publication").one()
        name = finding.detectors[0]["name"]
        finding.state = "absent"
        finding.detectors = [{"name": name, "version": "0"}]
    shown = offline("detect")
    line = next(line for line in shown.out.splitlines() if line.startswith("budget.publication"))
    assert "absent" in line
    assert "present" in line
    assert f"{name} 0 -> " in line
    assert "budget.publication" in offline("detect", "--store").out
    assert "budget.publication" not in offline("detect").out


def test_one_detector_alone(checked: Any, offline: Losi) -> None:
    detector = checked.document["findings"][0]["detectors"][0]["name"]
    done = offline("detect", "--data", checked.data, "--detector", detector, "--json", "-")
    (run,) = json.loads(done.out)["runs"]
    assert 0 < run["findings"] < len(checked.document["findings"])
    assert run["changes"] == []


def test_an_unknown_detector_is_wrong_usage(checked: Any, offline: Losi) -> None:
    done = offline("detect", "--data", checked.data, "--detector", "nobody")
    assert done.code == 2
    assert "no such detector: nobody" in done.err


def test_an_edition_of_another_program_is_not_taken_for_a_detector(copied: Path, offline: Losi) -> None:
    with Database(copied / "losi.db") as database, database.session() as session:
        session.query(Run).one().edition = "losi-2099"
    done = offline("detect", "--store")
    assert (done.code, done.out) == (1, "")
    assert len(done.lines) == 1
    assert "unknown edition 'losi-2099'" in done.err
    assert "bring back its questionnaire" in done.err
    assert "please report" not in done.err


def test_a_lost_archive_is_told(copied: Path, offline: Losi) -> None:
    shutil.rmtree(copied / "archive")
    done = offline("detect")
    assert done.code == 1
    assert len(done.lines) == 1


def _states(folder: Path) -> dict[str, str]:
    with Database(folder / "losi.db") as database, database.reader() as session:
        return {finding.feature: finding.state for finding in session.query(Finding)}


@pytest.mark.parametrize("words", [(), ("--run", "1")], ids=str)
def test_what_is_lost_of_an_archive_does_not_become_absent(copied: Path, offline: Losi, words: tuple[str, ...]) -> None:
    before = _states(copied)
    assert "present" in before.values()
    (archive,) = (copied / "archive" / "run-000001").glob("*.warc.gz")
    with archive.open("r+b") as file:
        file.truncate(archive.stat().st_size // 10)
    done = offline("detect", "--store", *words)
    assert done.code == 1
    assert "pages cannot be read from the archive; nothing of it was stored; restore its folder" in done.err
    assert _states(copied) == before
