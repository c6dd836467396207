"""Where a cycle stands: portals by state, failures by cause, regions, speed, and how long the rest may take."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storage.repository import CycleCount, FailedPortal, failed_portals, next_due, tally_cycle
from survey.countries import countries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from storage.models import Cycle

_READ = ("ok", "partial")
_OPEN = ("running", "pending")
_ERRORS = 10
_FRESH = timedelta(seconds=20)
"""A crawl that has said nothing for so long was killed."""


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """Portals of one region: how many there are, are read, failed (for good), and are still open."""

    region: str
    portals: int
    read: int
    failed: int

    @property
    def open(self) -> int:
        """Portals that have not come to an end."""
        return self.portals - self.read - self.failed


@dataclass(frozen=True, slots=True)
class CycleStatus:
    """A cycle at one moment. `states` counts portals by state, `failed` those that count as failed by outcome and
    cause, `passing` those that wait for another try by cause. `rate` is pages a second; `left` seconds until what is
    not waiting may be done, None while it cannot be told; `due` when the next that waits may be visited. `measured` are
    those of the running portals whose pages are read and that are measured and pictured now; `errors` are the first
    portals that failed for good, with what went wrong."""

    name: str
    edition: str
    paused: bool
    crawling: bool
    portals: int
    read: int
    pages: int
    requests: int
    states: dict[str, int]
    failed: dict[str, int]
    passing: dict[str, int]
    regions: tuple[RegionStatus, ...]
    rate: float
    left: float | None
    due: datetime | None
    measured: int = 0
    errors: tuple[FailedPortal, ...] = ()


def cycle_status(
    session: Session, cycle: Cycle, *, by_region: bool = False, now: datetime | None = None
) -> CycleStatus:
    """The status of a cycle. Regions are the UN's (M49); with `by_region`, the portals' own regions of a country."""
    counts = tally_cycle(session, cycle.id)
    states = _sums((count.state, count.portals) for count in counts)
    crawling = _is_crawling(cycle, states, now or datetime.now(UTC))
    rate = float(cycle.pulse.get("rate", 0.0)) if crawling else 0.0
    return CycleStatus(
        cycle.name,
        cycle.edition,
        cycle.paused,
        crawling,
        sum(states.values()),
        sum(count.portals for count in counts if _is_read(count)),
        sum(count.pages for count in counts),
        sum(count.requests for count in counts),
        states,
        _sums((_failure(count), count.portals) for count in counts if _is_failed(count)),
        _sums((count.cause or "", count.portals) for count in counts if count.state == "waiting"),
        _regions(counts, by_region),
        rate,
        _left(counts, states, rate),
        next_due(session, cycle.id),
        int(cycle.pulse.get("measured", 0)) if crawling else 0,
        tuple(failed_portals(session, cycle.id, _ERRORS)) if states.get("failed") else (),
    )


def _is_crawling(cycle: Cycle, states: Mapping[str, int], now: datetime) -> bool:
    """Whether somebody spoke of late. A crawl that ends in order takes its last word back; workers, which stay for the
    next cycle, crawl this one only while one of its portals is open."""
    said = cycle.pulse.get("at")
    if not isinstance(said, str) or abs(now - datetime.fromisoformat(said)) >= _FRESH:
        return False
    return "workers" not in cycle.pulse or bool(cycle.pulse.get("active")) or any(map(states.get, _OPEN))


def _is_read(count: CycleCount) -> bool:
    return count.state == "done" and count.outcome in _READ


def _is_failed(count: CycleCount) -> bool:
    return count.state == "failed" or (count.state == "done" and count.outcome not in _READ)


def _failure(count: CycleCount) -> str:
    outcome = count.outcome or "error"
    return f"{outcome}: {count.cause}" if count.cause and count.cause != outcome else outcome


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for key, number in pairs:
        sums[key] += number
    return dict(sums.most_common())


def _regions(counts: list[CycleCount], by_region: bool) -> tuple[RegionStatus, ...]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    shared = _shared_names(counts) if by_region else frozenset()
    for count in counts:
        row = sums[_region(count, by_region, shared)]
        row[0] += count.portals
        row[1] += count.portals if _is_read(count) else 0
        row[2] += count.portals if _is_failed(count) else 0
    return tuple(RegionStatus(name, *sums[name]) for name in sorted(sums))


def _shared_names(counts: list[CycleCount]) -> frozenset[str]:
    """Names that regions of several countries have."""
    places = {(count.country, count.region) for count in counts if count.region}
    names = Counter(region for _, region in places if region)
    return frozenset(name for name, number in names.items() if number > 1)


def _region(count: CycleCount, by_region: bool, shared: frozenset[str]) -> str:
    if by_region:
        name = count.region or ""
        return f"{name} ({count.country or 'no country'})" if name in shared else name
    known = countries().get(count.country or "")
    return known.region if known is not None else ""


def _left(counts: list[CycleCount], states: dict[str, int], rate: float) -> float | None:
    """Pages still to read, by what the portals read so far had, at the present rate."""
    ended = states.get("done", 0)
    rest = states.get("pending", 0) + states.get("running", 0)
    if not rest:
        return 0.0
    if not ended or rate <= 0:
        return None
    mean = sum(count.pages for count in counts if count.state == "done") / ended
    under_way = sum(count.pages for count in counts if count.state == "running")
    return round(max(0.0, rest * mean - under_way) / rate, 1)
