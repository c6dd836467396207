"""A survey cycle at a glance: how far the portals of each region are, what is in the way, which detectors moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from review.agreement import Share, difference
from review.errors import NotFound
from review.publish.scope import Scope, Visit, visits
from review.wording import N_
from storage.models import Card, Cycle, Observation, Run, Sheet

TROUBLE = ("blocked", "unreachable", "no_portal")
MOVED = 0.10
"""A detector's alarm: it fires on this share of portals more or less than before, and chance does not explain it."""
_PROOF = 0.5


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One cycle in the list."""

    id: int
    name: str
    edition: str
    created: datetime
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class RegionRow:
    """The portals of one M49 region (empty for portals without a country), counted by the visit that counts."""

    region: str
    portals: int
    open: int
    read: int
    blocked: int
    unreachable: int
    cards: int
    settled: int

    @property
    def finished(self) -> int:
        """Portals whose visit has ended, well or not."""
        return self.portals - self.open


@dataclass(frozen=True, slots=True)
class Trouble:
    """A portal that could not be read, and why."""

    portal: int
    name: str
    url: str
    country: str | None
    outcome: str
    cause: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class FireRow:
    """On how many of the portals read a detector found proof, in this cycle and in the one before."""

    detector: str
    now: Share
    before: Share | None
    moved: float | None
    low: float | None
    high: float | None

    @property
    def alarm(self) -> bool:
        """Whether it moved by more than chance and more than `MOVED`."""
        if self.moved is None or self.low is None or self.high is None:
            return False
        return abs(self.moved) >= MOVED and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class CycleView:
    """A cycle, its regions, its troubles, its detectors; `before` is the cycle that it is compared with."""

    cycle: CycleRow
    before: CycleRow | None
    regions: tuple[RegionRow, ...]
    troubles: tuple[Trouble, ...]
    fires: tuple[FireRow, ...]


def cycles(session: Session) -> list[CycleRow]:
    """All cycles, the newest first."""
    return [_row(found) for found in session.scalars(select(Cycle).order_by(Cycle.id.desc()))]


def cycle_view(session: Session, cycle_id: int, today: date) -> CycleView:
    """One cycle against the one before of the same edition; raises `NotFound`."""
    found = session.get(Cycle, cycle_id)
    if found is None:
        raise NotFound(N_("there is no such cycle"))
    earlier = select(Cycle).where(Cycle.edition == found.edition, Cycle.id < found.id).order_by(Cycle.id.desc())
    before = session.scalar(earlier.limit(1))
    rows = _visits(session, found, today)
    return CycleView(
        _row(found),
        None if before is None else _row(before),
        _regions(rows, _cards(session, found.id)),
        _troubles(session, rows),
        _fires(session, rows, [] if before is None else _visits(session, before, today)),
    )


def _visits(session: Session, cycle: Cycle, today: date) -> list[Visit]:
    return list(visits(session, Scope(cycle.id, cycle.name, cycle.edition, today)))


def _row(found: Cycle) -> CycleRow:
    return CycleRow(found.id, found.name, found.edition, found.created, found.closes)


def _cards(session: Session, cycle_id: int) -> dict[int, tuple[int, int]]:
    """Cards, and those settled, by portal."""
    query = (
        select(Sheet.portal_id, func.count(), func.count(Card.verdict))
        .join(Card, Card.sheet_id == Sheet.id)
        .where(Sheet.cycle_id == cycle_id)
        .group_by(Sheet.portal_id)
    )
    return {portal: (cards, settled) for portal, cards, settled in session.execute(query)}


def _regions(rows: Iterable[Visit], cards: dict[int, tuple[int, int]]) -> tuple[RegionRow, ...]:
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for visit in rows:
        outcomes[visit.place.region][visit.outcome or "open"] += 1
        for place, count in enumerate(cards.get(visit.portal, (0, 0))):
            sums[visit.place.region][place] += count
    return tuple(
        RegionRow(
            region,
            sum(told.values()),
            told["open"],
            told["ok"] + told["partial"],
            told["blocked"],
            told["unreachable"] + told["no_portal"],
            *sums[region],
        )
        for region, told in sorted(outcomes.items(), key=lambda item: (not item[0], item[0]))
    )


def _troubles(session: Session, rows: Iterable[Visit]) -> tuple[Trouble, ...]:
    bad = [visit for visit in rows if visit.outcome in TROUBLE]
    query = select(Run.id, Run.reason).where(Run.id.in_([visit.run for visit in bad]))
    reasons = dict(session.execute(query).all())
    found = [
        Trouble(v.portal, v.name, v.url, v.country or None, v.outcome or "", v.cause or None, reasons.get(v.run or 0))
        for v in bad
    ]
    return tuple(sorted(found, key=lambda each: (each.outcome, each.cause or "", each.name)))


def _fires(session: Session, rows: Iterable[Visit], earlier: Iterable[Visit]) -> tuple[FireRow, ...]:
    now, before = _fired(session, rows), _fired(session, earlier)
    before = before if before[""] else {}
    found = [_fire(name, now.get(name), before.get(name), now, before) for name in sorted({*now, *before} - {""})]
    return tuple(sorted(found, key=lambda row: (not row.alarm, -abs(row.moved or 0.0), row.detector)))


def _fire(name: str, hits: int | None, then: int | None, now: dict[str, int], before: dict[str, int]) -> FireRow:
    share = Share(hits or 0, now[""])
    earlier = Share(then or 0, before[""]) if before else None
    interval = difference(share, earlier) if earlier else None
    if earlier is None or interval is None or share.value is None or earlier.value is None:
        return FireRow(name, share, earlier, None, None, None)
    return FireRow(name, share, earlier, share.value - earlier.value, *interval)


def _fired(session: Session, rows: Iterable[Visit]) -> dict[str, int]:
    """Portals with proof by detector; under the empty name, portals read in all."""
    read = [visit.run for visit in rows if visit.outcome in ("ok", "partial")]
    query = (
        select(Observation.detector, func.count(distinct(Observation.run_id)))
        .where(Observation.run_id.in_(read), Observation.polarity == "for", Observation.strength >= _PROOF)
        .group_by(Observation.detector)
    )
    return {"": len(read)} | dict(session.execute(query).all())
