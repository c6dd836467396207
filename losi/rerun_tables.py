"""Shows what a second pass of the detectors over an archive changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from losi.terminal import printable, show, stdout, table

if TYPE_CHECKING:
    from crawler.rerun import Change, RerunResult


def print_rerun(result: RerunResult) -> None:
    """Print the changes of one run, or that there are none."""
    console = stdout()
    same = len(result.findings) - len(result.changes)
    console.print(f"run {result.run_id}: {result.pages} pages read again, {same} findings as before", style="bold")
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
