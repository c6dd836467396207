"""A survey cycle's status for people and programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from losi.terminal import printable, table
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.cycle.status import CycleStatus

_OPEN = ("running", "pending", "waiting", "confirming")
_STATES = (*_OPEN, "done", "failed")


def status_document(status: CycleStatus) -> dict[str, Any]:
    """The status as JSON."""
    regions = [{**asdict(region), "open": region.open} for region in status.regions]
    due = status.due.isoformat() if status.due is not None else None
    return {"schema": 1, **asdict(status), "regions": regions, "due": due, "measured": _measured(status)}


def status_view(status: CycleStatus) -> RenderableType:
    """The status as tables."""
    parts: list[RenderableType] = [Text(line) for line in status_lines(status)]
    for title, counts in (("Failed", status.failed), ("To be tried again", status.passing)):
        if counts:
            parts += [Text(f"\n{title}", "bold"), _counts("cause", counts)]
    if status.errors:
        parts += [Text("\nErrors of this program", "bold"), _errors(status)]
    regions = table("", ("region", "portals", "read", "failed", "open"), right=("portals", "read", "failed", "open"))
    for region in status.regions:
        numbers = (region.portals, region.read, region.failed, region.open)
        regions.add_row(region.region or "(none)", *map(str, numbers))
    return Group(*parts, Text("\nRegions", "bold"), regions)


def status_lines(status: CycleStatus) -> Iterator[str]:
    """The status in words."""
    read = f"{status.read:,} of {count_of(status.portals, 'portal')} read"
    yield f"cycle {status.name} ({status.edition}), {_doing(status)}: {read}"
    number = _measured(status)
    measured = f"; {number:,} of those running are read, and being measured" if number else ""
    told = ", ".join(f"{status.states[state]:,} {state}" for state in _STATES if state in status.states)
    yield f"portals   {told}{measured}"
    yield f"pages     {status.pages:,} in {count_of(status.requests, 'request')}, {status.rate:,.1f} a second now"
    if status.left:
        yield f"left      about {timedelta(seconds=round(status.left))}"
    if status.due is not None:
        yield f"again     from {status.due:%Y-%m-%d %H:%M} UTC"


def _measured(status: CycleStatus) -> int:
    """Those of the running portals that are measured; the crawl told it a moment before the portals were counted."""
    return min(status.measured, status.states.get("running", 0))


def _doing(status: CycleStatus) -> str:
    """What happens to the cycle; one with nothing left is finished, whatever its crawl's last sign of life says."""
    if not any(status.states.get(state) for state in _OPEN):
        return "finished" if status.portals else "without portals"
    return "paused" if status.paused else "being crawled" if status.crawling else "not being crawled"


def _errors(status: CycleStatus) -> RenderableType:
    """What went wrong at the first portals that failed for good, and how to have them visited again."""
    made = table("", ("portal", "error"))
    for each in status.errors:
        made.add_row(Text(printable(each.url)), Text(printable(each.note)))
    return Group(made, Text(f"when that is mended: losi cycle reopen {status.name}"))


def _counts(name: str, counts: Mapping[str, int]) -> RenderableType:
    made = table("", (name, "portals"), right=("portals",))
    for key, number in counts.items():
        made.add_row(key, str(number))
    return made
