"""One browser for all portals of a cycle: its processes counted, now and then killed, and what it did all the same."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

import psutil
from sqlalchemy import func, select

from storage.database import Database
from storage.models import Finding, Run

_KILL_EVERY = 15.0


class BrowserKiller:
    """Counts the browser's processes, and kills it now and then."""

    def __init__(self, pid: int, kills: int) -> None:
        self._pid, self._wanted = pid, kills
        self._next = monotonic() + _KILL_EVERY
        self._seen: dict[int, psutil.Process] = {}
        self.kills = self.most = 0

    def look(self, family: list[psutil.Process]) -> None:
        """Takes the processes that run now."""
        browser = [one for one in family if "chrom" in one.name()]
        self._seen.update({one.pid: one for one in browser})
        self.most = max(self.most, len(browser))
        if browser and self.kills < self._wanted and monotonic() >= self._next:
            mine = {one.pid for one in browser}
            for one in browser:
                if one.ppid() not in mine:
                    one.kill()
            self.kills += 1
            self._next = monotonic() + _KILL_EVERY

    def left(self) -> int:
        """Processes of the browser that outlived the crawl."""
        return sum(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in self._seen.values())


def told_by_browser(folder: Path) -> dict[str, Any]:
    """Visits that measured in the browser, pictures, and what failed there."""
    with Database(folder / "losi.db") as database, database.reader() as session:
        kept = [run.certificate for run in session.scalars(select(Run))]
        query = select(func.count()).select_from(Finding).where(Finding.state == "unknown", Finding.reason == "tool")
        return {
            "visits": len(kept),
            "pages": sum(one.get("browser", {}).get("pages", 0) for one in kept),
            "failed": sum(one.get("browser", {}).get("failed", 0) for one in kept),
            "pictures": sum(1 for _ in (folder / "screenshots").glob("*/*.webp")),
            "unknown_tool": session.scalar(query) or 0,
            "problems": sorted({problem for one in kept for problem in one.get("problems", ())})[:10],
        }
