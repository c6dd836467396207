"""Schedules are kept, listed, printed for cron and systemd, and do what they say."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests.losi.conftest import run
from tests.storage.conftest import empty_postgresql, postgresql

__all__ = ["empty_postgresql", "postgresql"]
Losi = Callable[..., Any]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cycle over one portal that nobody can reach, open long from now; tests copy it."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "one.csv").write_text("url,name,kind\nhttp://127.0.0.1:9/,Nowhere,city\n", encoding="utf-8")
    words = ("--closes", "2099-08-31", "--tries", "1", "--allow-private", "--delay", "0", "--timeout", "2")
    for command in (("portals", "import", "one.csv"), ("cycle", "new", "2099 % survey", *words)):
        assert run(sys.executable, "-m", "losi", *command, cwd=folder).code == 0
    return folder


@pytest.fixture
def planned(losi: Losi, plan: Path, tmp_path: Path) -> Losi:
    """A folder with that cycle."""
    shutil.copytree(plan, tmp_path, dirs_exist_ok=True)
    return losi


def test_schedules_are_added_listed_and_removed(planned: Losi) -> None:
    added = planned(
        "schedule", "add", "2099 % survey", "--every", "monday", "--at", "06:00", "--months", "4", "--again"
    )
    assert added.out == "schedule 1: 0 6 * * 1, next 2099-05-04 06:00 UTC\n", "the first within the months"
    assert planned("schedule", "add", "2099 % survey", "--cron", "*/30 2-4 * * *", "--portals", "kind=city").code == 0
    kept = json.loads(planned("schedule", "list", "--json", "-").out)["schedules"]
    assert [one["cron"] for one in kept] == ["0 6 * * 1", "*/30 2-4 * * *"]
    assert kept[0]["next"] == "2099-05-04T06:00:00+00:00"
    assert planned("schedule", "remove", "1").code == 0
    assert "2099" in planned("schedule", "list").out
    assert planned("schedule", "remove", "1").code == 1


@pytest.mark.parametrize(
    "words",
    [(), ("--cron", "every day"), ("--every", "monday", "--cron", "0 6 * * 1"), ("--every", "monday", "--at", "25:00")],
)
def test_what_cannot_be_kept_is_refused(planned: Losi, words: tuple[str, ...]) -> None:
    refused = planned("schedule", "add", "2099 % survey", *words)
    assert (refused.code, len(refused.lines)) == (2, 1)


def test_a_time_that_no_day_has_is_told(planned: Losi) -> None:
    refused = planned("schedule", "add", "2099 % survey", "--every", "monday", "--at", "25:00")
    assert refused.lines[0].startswith("losi: '25:00' is no time of day; for example: --every monday --at 06:00")


def test_lines_for_cron(planned: Losi) -> None:
    assert planned("schedule", "--print-cron").code == 1
    planned("schedule", "add", "2099 % survey", "--every", "monday", "--at", "06:00", "--months", "4")
    lines = planned("schedule", "--print-cron").out.splitlines()
    assert lines[1] == "CRON_TZ=UTC"
    assert lines[2] == "# schedule 1: cycle 2099 survey, from 2099-04-30, to 2099-08-31"
    assert re.fullmatch(r"0 6 \* \* 1 \S.* schedule run 1 --data /\S+ >> /\S+/schedule\.log 2>&1", lines[3])


def test_a_file_of_the_working_folder_is_named_whole(planned: Losi, tmp_path: Path) -> None:
    (database,) = (path.relative_to(tmp_path) for path in tmp_path.rglob("losi.db"))
    url = f"sqlite:///{database}"
    planned("schedule", "add", "2099 % survey", "--every", "day", "--db", url)
    assert f" --db sqlite:///{tmp_path / database} " in planned("schedule", "--print-cron", "--db", url).out


def test_units_of_systemd(planned: Losi, tmp_path: Path) -> None:
    planned("schedule", "add", "2099 % survey", "--every", "monday", "--at", "06:00")
    printed = planned("schedule", "--print-systemd").out
    parts = re.split(r"^# /etc/systemd/system/(\S+)\n", printed, flags=re.MULTILINE)[1:]
    units = dict(zip(parts[::2], parts[1::2], strict=True))
    assert sorted(units) == ["losi-schedule-1.service", "losi-schedule-1.timer"]
    user = re.search(r"^User=(.+)$", units["losi-schedule-1.service"], re.MULTILINE)
    assert user is not None
    assert user[1] == pwd.getpwuid(os.geteuid()).pw_name, "the files stay those of whoever keeps the schedule"
    assert "OnCalendar=Mon *-*-* 06:00:00 UTC" in units["losi-schedule-1.timer"]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here, so the units were not verified")
    for name, unit in units.items():
        (tmp_path / name).write_text(unit)
    command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("form", ["cron", "systemd"])
@pytest.mark.parametrize("hidden", ["postgres:s%40cret@{query}", "postgres@{query}&password=s%40cret"])
def test_no_password_is_printed(losi: Losi, tmp_path: Path, empty_postgresql: URL, form: str, hidden: str) -> None:
    where = f"/{empty_postgresql.database}?host={empty_postgresql.query['host']}"
    url = f"postgresql://{hidden.format(query=where)}"
    (tmp_path / "one.csv").write_text("url\nhttp://127.0.0.1:9/\n", encoding="utf-8")
    for words in (
        ("portals", "import", "one.csv"),
        ("cycle", "new", "2099", "--allow-private"),
        ("schedule", "add", "2099", "--every", "day"),
    ):
        assert losi(*words, "--db", url).code == 0
    printed = losi("schedule", f"--print-{form}", "--db", url).out
    assert "cret" not in printed
    first, second, *_ = printed.splitlines()
    assert first == "# where workers (losi worker) run, they keep the schedules anyway, and nothing of this is needed"
    assert second.endswith(f" in the line *:*:{empty_postgresql.database}:postgres:PASSWORD")
    (named,) = re.findall(r" --db (.+?)(?: >>|$)", printed, re.MULTILINE)
    done = losi("schedule", "run", "1", "--db", shlex.split(re.sub(r"\\%|%%", "%", named))[0])
    assert (done.code, done.out) == (0, "cycle 2099: 1 portal queued for workers\n")


def test_a_schedule_crawls_here_with_sqlite(planned: Losi) -> None:
    planned("schedule", "add", "2099 % survey", "--every", "day")
    done = planned("schedule", "run", "1")
    assert (done.code, done.out.split(",")[0]) == (0, "cycle 2099 % survey: 1 visit")
    assert planned("schedule", "run", "1").out.split(",")[0] == "cycle 2099 % survey: 0 visits"
    planned("schedule", "add", "2099 % survey", "--every", "day", "--again")
    assert planned("schedule", "run", "2").out.split(",")[0] == "cycle 2099 % survey: 1 visit"
    planned("schedule", "add", "2099 % survey", "--every", "day", "--months", "1")
    assert planned("schedule", "run", "3").out == "schedule 3: the cycle 2099 % survey is not open now\n"


def test_what_waits_is_tried_again_while_the_schedule_runs(planned: Losi) -> None:
    words = ("--tries", "2", "--retry-hours", "0.0003", "--allow-private", "--delay", "0", "--timeout", "2")
    planned("cycle", "new", "patient", *words)
    planned("schedule", "add", "patient", "--every", "day")
    done = planned("schedule", "run", "1")
    first, second = done.out.splitlines()
    assert re.fullmatch(r"cycle patient: 1 visit, .* s; the rest is tried again from 20\d\d-\S+ \d\d:\d\d UTC", first)
    assert (done.code, second.split(",")[0], second.rpartition("; ")[2]) == (0, "cycle patient: 1 visit", "done")


def test_hours_that_no_calendar_has_are_refused(planned: Losi) -> None:
    refused = planned("cycle", "new", "late", "--retry-hours", "1e9")
    assert (refused.code, len(refused.lines)) == (2, 1)


def test_workers_need_postgresql(planned: Losi) -> None:
    for words in (("worker", "--once"), ("schedule", "start", "2099 % survey")):
        refused = planned(*words)
        assert (refused.code, len(refused.lines)) == (1, 1)
        assert "need PostgreSQL" in refused.err


def test_archives_go_and_come_back(planned: Losi, tmp_path: Path) -> None:
    planned("schedule", "add", "2099 % survey", "--every", "day")
    planned("schedule", "run", "1")
    assert planned("archives", "push", "away").out.startswith("Archives in away: 1; ")
    folders = list(tmp_path.rglob("data/archive/run-*")) or list(tmp_path.rglob("losi-data/archive/run-*"))
    shutil.rmtree(folders[0])
    assert planned("archives", "pull", "away").out.startswith("Archives here: 1; ")
    assert folders[0].is_dir()
    shutil.rmtree(folders[0])
    shutil.rmtree(tmp_path / "away")
    lost = planned("archives", "pull", "away")
    assert (lost.code, lost.lines[0]) == (1, "losi: away holds no archive/run-000001")
