"""Shows how a crawl goes on, on stderr, only when it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.progress import Progress


@contextmanager
def crawl_progress(max_pages: int) -> Iterator[Callable[[Progress], None] | None]:
    """A callback that draws a bar of pages with queue and current address; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    from losi.terminal import printable, stderr

    rest = TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
    columns = (TextColumn("pages"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), rest)
    with Bars(*columns, console=stderr(), transient=True, expand=True) as bars:
        task = bars.add_task("", total=max_pages)

        def show(progress: Progress) -> None:
            words = f"{progress.settled} settled, {progress.queued} waiting, {printable(progress.url)[:60]}"
            bars.update(task, completed=progress.pages, description=words.replace("[", "\\["))

        yield show
