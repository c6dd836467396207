"""Time spent on one kind of work, where several of them may be under way at once."""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Stopwatch:
    """Runs while at least one `with` block of it is open; `seconds` is the sum so far."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._open = self._halts = 0
        self._since = 0.0
        self._sum = 0.0

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return self._sum + (self._clock() - self._since if self._open and not self._halts else 0.0)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Stands still meanwhile: time that is counted as other work."""
        self._halt()
        self._halts += 1
        try:
            yield
        finally:
            self._halts -= 1
            self._since = self._clock()

    def _halt(self) -> None:
        if self._open and not self._halts:
            self._sum += self._clock() - self._since

    def __enter__(self) -> Self:
        if not self._open:
            self._since = self._clock()
        self._open += 1
        return self

    def __exit__(self, *exception: object) -> None:
        if self._open == 1:
            self._halt()
        self._open -= 1
