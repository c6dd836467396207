"""The numbers of a sentence are written in one way, however large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.cycle.redetect import Redetected
from crawler.cycle.status import CycleStatus
from losi.cycle_tables import status_lines
from losi.rerun_tables import CycleSummary

STATUS = CycleStatus(
    "2026", "losi-2024", False, True, 2500, 1200, 61000, 71000, {"running": 1300, "done": 1200}, {}, {}, (), 1234.5,
    None, None, 1100,
)  # fmt: skip


def test_the_status_of_a_large_cycle() -> None:
    assert list(status_lines(STATUS)) == [
        "cycle 2026 (losi-2024), being crawled: 1,200 of 2,500 portals read",
        "portals   1,300 running, 1,200 done; 1,100 of those running are read, and being measured",
        "pages     61,000 in 71,000 requests, 1,234.5 a second now",
    ]


def test_the_status_of_a_small_one() -> None:
    small = replace(STATUS, portals=1, read=1, states={"done": 1}, pages=1, requests=1, rate=0.0, measured=0)
    assert list(status_lines(small))[1:] == ["portals   1 done", "pages     1 in 1 request, 0.0 a second now"]


def test_the_summary_of_a_pass_over_a_large_cycle(capsys: pytest.CaptureFixture[str]) -> None:
    summary = CycleSummary("2026")
    summary.add(Redetected(1, 61000, 0, 96000, ()))
    summary.show()
    assert "61,000 pages read again" in capsys.readouterr().out
    summary.show()
    assert "0 findings in all, of 96,000" in capsys.readouterr().out
