"""Shows what a second pass of the detectors over an archive changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.text import Text

from losi.terminal import printable, show, stdout, table
from survey.counts import count_of

if TYPE_CHECKING:
    from crawler.cycle.redetect import Redetected
    from crawler.rerun import Change, RerunResult


def print_rerun(result: RerunResult) -> None:
    """Print the changes of one run, or that there are none."""
    console = stdout()
    same = len(result.findings) - len(result.changes)
    console.print(
        f"run {result.run_id}: {count_of(result.pages, 'page')} read again, {count_of(same, 'finding')} as before",
        style="bold",
    )
    if result.changes:
        made = table("", ("feature", "before", "now", "why"))
        for change in result.changes:
            made.add_row(change.feature, *_states(change), Text(printable(change.why)))
        show(console, made)
    for problem in result.problems:
        console.print(Text(f"problem   {printable(problem)}"))


def rerun_document(result: RerunResult) -> dict[str, Any]:
    """A rerun as JSON."""
    return {
        "run": result.run_id,
        "edition": result.edition,
        "pages": result.pages,
        "missing": result.missing,
        "findings": len(result.findings),
        "changes": [asdict(change) for change in result.changes],
        "problems": list(result.problems),
    }


def _states(change: Change) -> tuple[str, str]:
    before = "" if change.confidence_before is None else f" {change.confidence_before:.2f}"
    return f"{change.before or 'none'}{before}", f"{change.after} {change.confidence_after:.2f}"


class CycleSummary:
    """What a pass over a cycle changed, counted; only the changed findings are kept."""

    def __init__(self, cycle: str) -> None:
        self._cycle = cycle
        self._began = monotonic()
        self._runs: list[dict[str, Any]] = []
        self._kinds: Counter[tuple[str, str, str, str]] = Counter()
        self.runs = self.pages = self.missing = self.findings = 0
        self.problems: list[str] = []

    def add(self, result: Redetected) -> None:
        """Takes the result of one run."""
        self.runs += 1
        self.pages += result.pages
        self.missing += result.missing
        self.findings += result.findings
        if result.problem:
            self.problems.append(f"run {result.run_id}: {result.problem}")
        if result.changes:
            changes = [asdict(change) for change in result.changes]
            self._runs.append({"run": result.run_id, "pages": result.pages, "changes": changes})
        self._kinds.update((c.feature, c.before, c.after, c.why) for c in result.changes if c.before != c.after)

    def document(self) -> dict[str, Any]:
        """The pass as JSON."""
        return {
            "schema": 1,
            "cycle": self._cycle,
            "portals": self.runs,
            "pages": self.pages,
            "missing": self.missing,
            "findings": self.findings,
            "changed": [
                {"feature": feature, "before": before, "after": after, "why": why, "portals": number}
                for (feature, before, after, why), number in self._kinds.most_common()
            ],
            "runs": self._runs,
            "problems": self.problems,
        }

    def show(self) -> None:
        """Print which states changed, on how many portals, and why."""
        console = stdout()
        speed = self.pages / max(monotonic() - self._began, 1e-6)
        console.print(
            f"cycle {self._cycle}: {count_of(self.runs, 'portal')}, {count_of(self.pages, 'page')} read again "
            f"({speed:,.0f} a second)"
        )
        made = table("Changed states", ("feature", "before", "now", "portals", "why"), right=("portals",))
        for (feature, before, after, why), number in self._kinds.most_common():
            made.add_row(feature, before or "none", after, str(number), Text(printable(why)))
        if self._kinds:
            show(console, made)
        moved = sum(len(run["changes"]) for run in self._runs)
        console.print(
            f"{count_of(self._kinds.total(), 'state')} changed, {count_of(moved, 'finding')} in all, of "
            f"{self.findings:,}"
        )
