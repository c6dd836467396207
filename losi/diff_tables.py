"""Shows what changed between two cycles."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from losi.terminal import printable, show, stdout, table

if TYPE_CHECKING:
    from crawler.cycle.diff import CycleDiff


def diff_document(diff: CycleDiff) -> dict[str, Any]:
    """The differences as JSON."""
    return {"schema": 1, **asdict(diff), "causes": dict(_causes(diff))}


def print_diff(diff: CycleDiff) -> None:
    """Print every changed finding with its cause, and how many changes each cause has."""
    console = stdout()
    changed = [portal for portal in diff.portals if portal.changes]
    for portal in changed:
        title = f"{printable(portal.name)} ({portal.url}), runs {portal.runs[0]} and {portal.runs[1]}"
        made = table(title, ("feature", diff.before, diff.after, "cause", "why"))
        for change in portal.changes:
            after = change.after if change.confirmed else f"{change.after} (not confirmed)"
            words = Text(printable(change.why))
            made.add_row(change.feature, change.before or "none", after or "none", " + ".join(change.causes), words)
        show(console, made)
        if portal.problem:
            console.print(Text(f"problem   {printable(portal.problem)}\n"))
    total = sum(len(portal.changes) for portal in changed)
    console.print(
        f"{len(diff.portals)} portals compared, {len(changed)} with changes; {total} findings changed"
        f" ({', '.join(f'{number} {cause}' for cause, number in _causes(diff).most_common()) or 'no causes'})"
    )
    console.print(f"only in {diff.before}: {diff.only_before}, only in {diff.after}: {diff.only_after}")


def _causes(diff: CycleDiff) -> Counter[str]:
    return Counter(" + ".join(change.causes) for portal in diff.portals for change in portal.changes)
