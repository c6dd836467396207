"""Silences Scrapy's line per page: progress and the archive tell the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class QuietLogFormatter(LogFormatter):
    """Formats no line for a crawled page."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        """Nothing: this tells Scrapy to log no line."""
        return None  # type: ignore[return-value]
