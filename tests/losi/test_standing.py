"""A check that was broken off takes no place: lists, exports and scores stay with the run that read the portal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.settings import CrawlOptions
from losi.choices import consenting_host
from losi.errors import Misuse
from losi.standing import told_after_check
from storage.database import Database
from storage.repository import find_cycle, finish_run, get_run, start_run

Losi = Callable[..., Any]


@pytest.fixture
def again(checked: Any, tmp_path: Path) -> Path:
    """The folder of the bundled portal's check, and of a second one that was interrupted after a page."""
    data = tmp_path / "losi-data"
    shutil.copytree(checked.data, data)
    add_run(data, "partial", cause="interrupted", pages=1)
    return data


def add_run(data: Path, outcome: Any, **values: Any) -> int:
    """A further run over the only portal; its number."""
    with Database(data / "losi.db") as database, database.session() as session:
        first = get_run(session, 1)
        run = start_run(session, first.portal_id, first.edition).id
        finish_run(session, run, outcome, **values)
        return run


def told(data: Path, run: int) -> str:
    """What a check says in the end."""
    with Database(data / "losi.db") as database, database.reader() as session:
        return told_after_check(session, run)


def test_the_list_shows_the_run_that_stands_and_what_came_after(again: Path, offline: Losi) -> None:
    (portal,) = json.loads(offline("portals", "list", "--json", "-").out)["portals"]
    assert (portal["run"], portal["outcome"], portal["cause"]) == (1, "ok", "")
    assert portal["later"] == {"run": 2, "outcome": "partial", "cause": "interrupted"}
    assert "ok; run 2 since: partial (interrupted)" in " ".join(offline("portals", "list").out.split())


def test_exports_and_scores_stay_with_it(again: Path, offline: Losi) -> None:
    for chosen in ((), ("--portal", "1")):
        done = offline("export", "json", *chosen, "-")
        (run,) = json.loads(done.out)["runs"]
        assert run["run"]["id"] == 1
    assert "run 2 since ended partial (interrupted): --run 2" in done.err
    (run,) = json.loads(offline("export", "json", "--run", "2", "-").out)["runs"]
    assert (run["run"]["id"], run["run"]["cause"]) == (2, "interrupted")
    (row,) = json.loads(offline("score", "--json", "-").out)["portals"]
    assert (row["run"], row["status"]) == (1, "assessed")


def test_a_check_says_which_run_stands(again: Path) -> None:
    assert told(again, 1) == ""
    said = told(again, 2)
    assert said.startswith("run 1 of ")
    assert said.endswith("still stands for this portal, since it read more of it; --run 2 chooses this one")
    trial = add_run(again, "ok", cause="budget", pages=3)
    assert told(again, trial).endswith(f"since it read more of it; --run {trial} chooses this one")
    small = add_run(again, "ok", pages=3)
    assert told(again, small).startswith("this run takes the place of run 1 of ")
    assert told(again, small).endswith("which saw more; --run 1 chooses that one")
    assert told(again, add_run(again, "ok", pages=3)) == ""


def test_consent_is_given_for_a_host(offline: Losi, tmp_path: Path) -> None:
    assert consenting_host("https://www.town.example:8443/a?b") == "town.example"
    assert consenting_host("Town.Example") == "town.example"
    with pytest.raises(Misuse):
        consenting_host("mailto:mayor@town.example")
    assert offline("portals", "import", "--bundled").code == 0
    made = offline("cycle", "new", "2026", "--ignore-robots-of", "www.a.example", "--ignore-robots-of", "b.example")
    assert made.code == 0
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.reader() as session:
        cycle = find_cycle(session, "2026")
        assert cycle is not None
        assert CrawlOptions(**cycle.settings["crawl"]).robots_agreed == ("a.example", "b.example")


def test_a_check_records_that_robots_txt_was_ignored(offline: Losi, tmp_path: Path) -> None:
    done = offline("check", "--demo", "--max-pages", "2", "--ignore-robots", "--no-browser")
    assert done.code == 0
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.reader() as session:
        run = get_run(session, 1)
        assert len(run.settings["robots_agreed"]) == 1
        assert run.certificate["robots_ignored"]["requests"] == 0
