"""What a web server was asked for, by its own log: the same count for every client, whatever the client says."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

_ANSWERED = re.compile(r'"GET (?P<path>\S+) [^"]*" (?P<status>\d{3}) ')


class AccessLog:
    """The log that nginx, or Python's http.server, writes to `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begun = 0
        path.touch()

    def begin(self) -> None:
        """Forgets the requests until now."""
        self._begun = self.path.stat().st_size

    def asked(self) -> Counter[str]:
        """How often each path was asked for since `begin`, whatever the answer was."""
        return Counter(path for path, _ in self._lines())

    def fetched(self) -> Counter[str]:
        """How often each path was answered with 200 since `begin`."""
        return Counter(path for path, status in self._lines() if status == "200")

    def _lines(self) -> list[tuple[str, str]]:
        with self.path.open("rb") as log:
            log.seek(self._begun)
            text = log.read().decode("utf-8", "replace")
        return [(found["path"], found["status"]) for found in _ANSWERED.finditer(text)]
