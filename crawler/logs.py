"""How the program logs: lines for people or JSON for machines, with cycle, portal and run; Scrapy's line per page is
silenced, since progress and the archive tell the same."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TextIO

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response

_BOUND: ContextVar[dict[str, Any] | None] = ContextVar("bound", default=None)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "spider"}
_QUIET = {
    "procrastinate": logging.WARNING,
    "procrastinate.worker": logging.ERROR,
    "psycopg.pool": logging.ERROR,
    "scrapy": logging.WARNING,
}


class QuietLogFormatter(LogFormatter):
    """Formats no line for a crawled page."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        """Nothing: this tells Scrapy to log no line."""
        return None  # type: ignore[return-value]


def bind(**values: Any) -> None:
    """Adds facts (`cycle`, `portal`, `run`) to all lines that this task logs from now on, and those it starts."""
    _BOUND.set({**(_BOUND.get() or {}), **values})


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time` (UTC), `level`, `logger`, `message`, what was bound, `extra`, `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD and name != "bound"}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "bound", {}),
            **extra,
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class PlainFormatter(logging.Formatter):
    """A line for people: time, level, message, and in brackets what was bound."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        bound = " ".join(f"{name}={value}" for name, value in getattr(record, "bound", {}).items())
        line = super().format(record)
        return f"{line} [{bound}]" if bound else line


def set_up_logging(form: Literal["plain", "json"], stream: TextIO | None = None) -> None:
    """Has everything from INFO on logged to `stream` (stderr), once; libraries only from WARNING on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_with_bound)
    plain = PlainFormatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("crawler", "losi", "storage"):
        logging.getLogger(name).setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def _with_bound(record: logging.LogRecord) -> bool:
    """Notes what is bound where the line was logged; every record passes."""
    if not hasattr(record, "bound"):
        record.bound = _BOUND.get() or {}
    return True
