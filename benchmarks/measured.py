"""What a command costs from start to end: time, processor time, memory of the whole process tree. POSIX only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread, Timer
from time import perf_counter
from types import TracebackType

import psutil

ROOT = Path(__file__).resolve().parents[1]
EVERY = 0.1
"""Seconds between two looks at the memory."""

LIMIT = 3600.0
"""Seconds after which a command is killed."""


class FailedError(Exception):
    """A command that failed or was killed; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall time and processor time in seconds; resident memory of all processes together in MB (10^6 bytes).

    `halfway_mb` is the highest in the first half of the time: memory that does not grow has about the peak by then.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    halfway_mb: float


def run(command: Sequence[str], said: Path, limit: float = LIMIT) -> Cost:
    """Runs a command from the repository's folder, its output in the file `said`. Raises FailedError."""
    with said.open("wb") as output:
        began = perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=_as_installed(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        with Memory(process.pid) as memory, _ended(process.pid, limit):
            _, status, used = os.wait4(process.pid, 0)
        seconds = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(f"ended with {process.returncode} after {seconds:.0f} s: {end_of(said)}")
    return Cost(seconds, used.ru_utime + used.ru_stime, memory.peak(), memory.peak(seconds / 2))


def _as_installed() -> dict[str, str]:
    """The environment, in which Python may keep what it has compiled, as it does for installed packages."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def end_of(said: Path) -> str:
    """The last of what a command said."""
    return said.read_text(encoding="utf-8", errors="replace")[-1500:].strip()


class Memory:
    """Watches the resident memory of a process and all below it while the block runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = Event()
        self._samples: list[tuple[float, float]] = []
        self._watch = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Memory:
        self._watch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._watch.join()

    def peak(self, until: float = float("inf")) -> float:
        """The highest sum in MB in the first `until` seconds."""
        return max((mb for at, mb in self._samples if at <= until), default=0.0)

    def _look(self) -> None:
        began = perf_counter()
        while True:
            self._samples.append((perf_counter() - began, sum(map(_resident, tree(self._pid))) / 1e6))
            if self._ended.wait(EVERY):
                return


def tree(pid: int) -> list[psutil.Process]:
    """A process and all below it; empty when it has ended."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0


@contextmanager
def _ended(pid: int, limit: float) -> Iterator[None]:
    """Kills the process tree if the block takes longer than `limit` seconds, or is broken off."""
    timer = Timer(limit, _kill, (pid,))
    timer.start()
    try:
        yield
    except BaseException:
        _kill(pid)
        raise
    finally:
        timer.cancel()


def _kill(pid: int) -> None:
    for process in tree(pid):
        process.kill()
