"""What a crawl may use up, and what it has used."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.settings import CrawlOptions


@dataclass(slots=True)
class Budget:
    """Counts pages, requests, bytes and seconds against the options. `reserved` pages are on their way."""

    options: CrawlOptions
    clock: Callable[[], float] = monotonic
    pages: int = 0
    reserved: int = 0
    requests: int = 0
    bytes: int = 0
    documents: int = 0
    external: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self.clock() - self.started

    @property
    def spent(self) -> str:
        """Which limit is reached, in words; empty while there is room."""
        options = self.options
        if self.pages >= options.max_pages:
            return f"{options.max_pages} pages"
        if self.requests >= options.request_limit:
            return f"{options.request_limit} requests"
        if self.bytes >= options.max_bytes:
            return f"{options.max_bytes / 1e6:.0f} MB"
        if self.seconds >= options.max_seconds:
            return f"{options.max_seconds:g} seconds"
        return ""

    @property
    def has_room(self) -> bool:
        """Whether one more page may be asked for."""
        return self.pages + self.reserved < self.options.max_pages and not self.spent
