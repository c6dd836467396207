"""Programs that copy a site to disk: HTTrack, and wget, which has one request under way at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from benchmarks.contestants.contestant import AbsentError, Contestant, Course


def httrack(course: Course) -> list[str]:
    """HTTrack without its limits of speed and size, and without the cache for later updates."""
    free = ["--disable-security-limits", "--max-rate=0", "--connection-per-second=0", f"--sockets={course.concurrency}"]
    quiet = ["--quiet", "--do-not-log", "--index=0", "--cache=0"]
    return ["httrack", course.url, "-O", str(course.folder), *free, *quiet]


def wget(course: Course) -> list[str]:
    """wget without an end of depth."""
    return ["wget", "--mirror", "--no-verbose", "--no-host-directories", "-P", str(course.folder), course.url]


def needs(program: str) -> Callable[[], None]:
    """Raises `AbsentError` unless the program is there."""

    def prepare() -> None:
        if shutil.which(program) is None:
            raise AbsentError(f"{program} is not installed: sudo apt install {program}")

    return prepare


CONTESTANTS = (
    Contestant("httrack", "HTTrack", "saves files", httrack, needs("httrack")),
    Contestant("wget", "wget, one connection", "saves files", wget, needs("wget")),
)
