"""What people see of a crawl while it goes on: which stage it is in, and how far."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from crawler.progress import READING, Progress, Step
from losi.crawl_progress import drawn, lines

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


@pytest.fixture
def told() -> tuple[list[str], Callable[[float, Progress], None]]:
    """Lines, and a function that tells a moment of the crawl at a time."""
    written: list[str] = []
    now = [100.0]
    tell = lines(written.append, lambda: now[0])

    def say(when: float, progress: Progress) -> None:
        now[0] = 100.0 + when
        tell(progress)

    return written, say


def test_a_line_is_written_now_and_then(told: tuple[list[str], Callable[[float, Progress], None]]) -> None:
    written, say = told
    for when in range(0, 25, 3):
        say(when, at(pages=when))
    assert written == [
        "pages 12 of 200, 7 settled, 3 waiting, 25 s",
        "pages 24 of 200, 7 settled, 3 waiting, 25 s",
    ]


def test_a_line_tells_that_a_long_stage_begins(told: tuple[list[str], Callable[[float, Progress], None]]) -> None:
    written, say = told
    for step in (
        READING,
        Step("rendering"),
        READING,
        Step("probing"),
        Step("measuring", 0, 5),
        Step("measuring", 1, 5),
    ):
        say(1.0, at(step))
    say(2.0, at(Step("concluding")))
    say(3.0, at(Step("picturing", 0, 40)))
    say(4.0, at(Step("picturing", 1, 40)))
    say(13.5, at(Step("picturing", 20, 40), seconds=40))
    assert written == [
        "asking about encryption, 25 s",
        "measuring in the browser 0 of 5, 25 s",
        "picturing the proof 0 of 40, 25 s",
        "picturing the proof 20 of 40, 40 s",
    ]
