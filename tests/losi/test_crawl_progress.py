"""What people see of a crawl while it goes on: which stage it is in, and how far."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from crawler.progress import READING, Progress, Step
from losi.crawl_progress import crawl_progress, drawn

URL = "https://villa.example/[a]"


def at(step: Step = READING, **numbers: Any) -> Progress:
    given = {"pages": 17, "limit": 200, "queued": 3, "requests": 20, "bytes": 9, "seconds": 25.4, "settled": 7}
    return Progress(url=URL, step=step, **(given | numbers))


STAGES = [
    (at(), ["pages", "17/200", "7 settled, 3 waiting, " + URL]),
    (at(Step("rendering", 2)), ["pages", "17/200", "page 3 in the browser, " + URL]),
    (at(Step("probing")), ["asking about encryption", URL]),
    (at(Step("measuring", 2, 5)), ["measuring in the browser", "2/5", URL]),
    (at(Step("validating")), ["checking the markup", URL]),
    (at(Step("concluding")), ["concluding", URL]),
    (at(Step("picturing", 12, 40)), ["picturing the proof", "12/40", URL]),
]


@pytest.mark.parametrize(
    ("progress", "words"), STAGES, ids=lambda value: getattr(value, "step", None) and value.step.stage
)
def test_the_bar_tells_the_stage_and_its_count(progress: Progress, words: list[str]) -> None:
    console = Console(width=160, file=StringIO(), force_terminal=True, color_system=None)
    with drawn(200, console) as show:
        show(progress)
        assert isinstance(console.file, StringIO)
        console.file.truncate(0)
    last = console.file.getvalue()
    assert [word for word in words if word not in last] == []
    assert ("17/200" in last) == ("17/200" in words)


def test_no_line_is_written_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with crawl_progress(200) as show:
        assert show is None
    assert capsys.readouterr() == ("", "")
