"""A filter that names no portal is refused before anything is done, whatever the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Losi = Callable[..., Any]

COMMANDS = (
    "cycle add 2026",
    "cycle crawl 2026",
    "cycle reopen 2026",
    "schedule add 2026 --every day",
    "diff --cycle 2026 2026",
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", ["contry=PER", "country=CHL"])
def test_a_filter_that_names_nothing_is_refused(offline: Losi, tmp_path: Path, command: str, text: str) -> None:
    (tmp_path / "list.csv").write_text("url,name,country\na.example,A,PER\n")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026")
    done = offline(*command.split(), "--portals", text)
    assert (done.code, done.out, len(done.lines)) == (1, "", 1)
    assert done.lines[0].startswith("losi: no portal")
    assert f" fits {text!r}; losi portals list shows" in done.lines[0]


def test_portals_outside_the_cycle_do_not_count(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("url,name,country\na.example,A,PER\nb.example,B,CHL\n")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026", "--portals", "country=PER")
    done = offline("cycle", "crawl", "2026", "--portals", "country=CHL")
    assert done.err.startswith("losi: no portal of the cycle 2026 fits 'country=CHL'; ")
    assert offline("cycle", "add", "2026", "--portals", "country=CHL").out == "cycle 2026: 1 portal added\n"
