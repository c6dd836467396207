"""Shows how a crawl goes on: a bar on stderr, only when it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from losi.terminal import printable, stderr

if TYPE_CHECKING:
    from rich.console import Console

    from crawler.progress import Progress

Tell = Callable[["Progress"], None]
_WORDS = {
    "probing": "asking about encryption",
    "measuring": "measuring in the browser",
    "validating": "checking the markup",
    "concluding": "concluding",
    "picturing": "picturing the proof",
}


@contextmanager
def crawl_progress(max_pages: int) -> Iterator[Tell | None]:
    """A callback that draws what is being done, how much of it is behind, and with which address; None where stderr is
    no terminal."""
    if sys.stderr.isatty():
        with drawn(max_pages, stderr()) as show:
            yield show
    else:
        yield None


@contextmanager
def drawn(max_pages: int, console: Console) -> Iterator[Tell]:
    """A callback that draws one bar: of pages while they are read, then anew for each stage."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    column = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    rest = TextColumn("{task.description}", markup=False, table_column=column)
    label, count = TextColumn("{task.fields[label]}"), TextColumn("{task.fields[count]}")
    with Bars(
        label, BarColumn(20), count, TimeElapsedColumn(), rest, console=console, transient=True, expand=True
    ) as bars:
        task = bars.add_task("", total=max_pages, label="pages", count=f"0/{max_pages}")

        def show(progress: Progress) -> None:
            label, done, of = _place(progress)
            count = f"{done}/{of}" if of else ""
            words = f"{_beside(progress)}{printable(progress.url)[:60]}"
            bars.update(task, total=of or None, completed=done, description=words, label=label, count=count)

        yield show


def _place(progress: Progress) -> tuple[str, int, int]:
    """What is being done, how much of it is behind, and of how much; 0 where that is not known."""
    step = progress.step
    words = _WORDS.get(step.stage)
    return ("pages", progress.pages, progress.limit) if words is None else (words, step.done, step.of)


def _numbers(progress: Progress) -> str:
    return "" if progress.step.stage in _WORDS else f", {progress.settled} settled, {progress.queued} waiting"


def _beside(progress: Progress) -> str:
    """What stands before the address."""
    if progress.step.stage == "rendering":
        return f"page {progress.step.done + 1} in the browser, "
    return _numbers(progress).removeprefix(", ") + ", " if progress.step.stage == "reading" else ""
