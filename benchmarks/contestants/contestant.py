"""A crawler that takes part in `benchmarks.crawl`: the command that crawls a site, and what it needs first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measured import ROOT

TOOLS = ROOT / ".tools" / "contestants"
"""Where contestants that are not part of this project's environment are installed."""


class AbsentError(Exception):
    """A contestant that cannot run here; the message says why, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Course:
    """The site to crawl: its front page, its number of pages, requests under way at a time, an empty folder to use."""

    url: str
    pages: int
    concurrency: int
    folder: Path


def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Contestant:
    """`does` is what is done with each page beside following its links.

    `prepare` installs what is missing and raises `AbsentError` if it cannot; its time is not counted.
    """

    key: str
    title: str
    does: str
    command: Callable[[Course], list[str]]
    prepare: Callable[[], None] = _nothing
