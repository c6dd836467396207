"""What changed between two cycles, finding by finding, and why: the site, the crawl, a detector or a lexicon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from crawler.rerun import rerun, unread
from detectors.inspector import Inspector
from detectors.lexicon_set import lexicon_prints
from storage.errors import StorageError
from storage.models import Capture, CyclePortal, Finding, Portal, Run
from storage.repository import cycle_runs, findings, get_cycle, get_run
from storage.rows import url_key
from survey.questionnaire import UnknownEditionError, load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.cycle.plan import Choice
    from crawler.rerun import RerunResult
    from storage.database import Database

Cause = Literal["site", "crawl", "detector", "lexicon"]
_ENOUGH = 3
"""Places of proof that are looked at in the other cycle's archive."""


@dataclass(frozen=True, slots=True)
class FindingChange:
    """How a finding differs between the visits that count. `now_of_then` is what today's detectors say of the earlier
    archive (empty where it cannot be read); `causes` has one cause, or two where both the program and the portal
    changed. A positive that became a negative is `confirmed` when another visit of the later cycle says the same."""

    feature: str
    before: str
    after: str
    now_of_then: str
    causes: tuple[Cause, ...]
    why: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class PortalChanges:
    """The changed findings of one portal; `problem` says why they could not be compared.

    `findings` of the later visit were compared; `editions` are those that the two visits answered.
    """

    portal_id: int
    url: str
    name: str
    country: str
    runs: tuple[int, int]
    findings: int
    changes: tuple[FindingChange, ...]
    problem: str = ""
    editions: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class CycleDiff:
    """Two cycles compared; portals that only one has a visit of are only counted.

    `all_features`: features that the editions do not ask for were compared too.
    """

    before: str
    after: str
    only_before: int
    only_after: int
    portals: tuple[PortalChanges, ...]
    all_features: bool = False


def diff_cycles(
    database: Database,
    before: str,
    after: str,
    chosen: Choice,
    *,
    data_dir: Path,
    inspector: Inspector | None = None,
    all_features: bool = False,
) -> CycleDiff:
    """Compares the visits that count of two cycles, on the features that their editions ask for, or on all.

    Raises `StorageError` for an unknown cycle.
    """
    inspector = inspector or Inspector.default()
    with database.reader() as session:
        first, second = get_cycle(session, before), get_cycle(session, after)
        then, now = (dict(_counted(session, cycle.id, chosen)) for cycle in (first, second))
    both = sorted(then.keys() & now.keys())
    made = tuple(
        _portal(database, portal, (then[portal], now[portal]), data_dir, inspector, all_features) for portal in both
    )
    return CycleDiff(before, after, len(then.keys() - now.keys()), len(now.keys() - then.keys()), made, all_features)


def _counted(session: Session, cycle_id: int, chosen: Choice) -> Iterator[tuple[int, int]]:
    query = select(CyclePortal.portal_id, CyclePortal.counted_id).where(
        CyclePortal.cycle_id == cycle_id,
        CyclePortal.counted_id.is_not(None),
        CyclePortal.portal_id.in_(chosen.query()),
    )
    for portal, run in session.execute(query):
        if run is not None:
            yield portal, run


def _portal(
    database: Database, portal_id: int, runs: tuple[int, int], data_dir: Path, inspector: Inspector, every: bool
) -> PortalChanges:
    with database.reader() as session:
        portal = session.get_one(Portal, portal_id)
        first, second = (get_run(session, run) for run in runs)
        then, now = ({row.feature: row for row in findings(session, run)} for run in runs)
        asked = None if every else _asked(first.edition, second.edition)
        compared = [key for key in sorted(then.keys() | now.keys()) if asked is None or key in asked]
        changed = [key for key in compared if _state(then.get(key)) != _state(now.get(key))]
        again, problem = _reread(database, runs[0], inspector, data_dir) if changed else (None, "")
        view = _View(session, first, second, again)
        changes = tuple(view.change(key, then.get(key), now.get(key)) for key in changed)
        return PortalChanges(
            portal_id, portal.url, portal.name, portal.country or "", runs, sum(key in now for key in compared),
            changes, problem, (first.edition, second.edition),
        )  # fmt: skip


def _asked(*editions: str) -> frozenset[str] | None:
    """The features that any of the editions asks for; None where one is not known here, so that nothing is left out."""
    try:
        return frozenset(key for edition in editions for key in load(edition).features)
    except UnknownEditionError:
        return None


def _reread(database: Database, run_id: int, inspector: Inspector, data_dir: Path) -> tuple[RerunResult | None, str]:
    """What today's detectors find in the earlier archive; None and the reason where it cannot be read,
    or not all of it: what is lost would be taken for what detectors changed."""
    fresh = Inspector(inspector.detectors, inspector.lexicons)
    try:
        found = rerun(database, run_id, fresh, data_dir=data_dir)
        return (None, unread(found.missing, False)) if found.missing else (found, "")
    except StorageError as error:
        return None, str(error)


def _state(finding: Finding | None) -> str:
    return finding.state if finding is not None else ""


class _View:
    """Two visits to one portal, and the earlier one read anew."""

    def __init__(self, session: Session, then: Run, now: Run, again: RerunResult | None) -> None:
        self._session = session
        self._then = then
        self._now = now
        self._again = {finding.feature: finding for finding in again.findings} if again is not None else {}
        self._others = [run.id for run in cycle_runs(session, now.cycle_id or 0, now.portal_id) if run.id != now.id]
        prints: dict[str, str] = then.certificate.get("lexicons", {})
        self._words = sorted(code for code, value in lexicon_prints(prints).items() if prints.get(code) != value)

    def change(self, feature: str, then: Finding | None, now: Finding | None) -> FindingChange:
        """The change on one feature, explained."""
        reread = self._again.get(feature)
        middle = reread.state if reread is not None else ""
        causes: list[Cause] = []
        why: list[str] = []
        if middle and middle != _state(then):
            cause, reason = self._program(then, reread.detectors if reread is not None else ())
            causes.append(cause)
            why.append(reason)
        if not middle or middle != _state(now):
            cause, reason = self._portal(then, now)
            causes.append(cause)
            why.append(reason)
        return FindingChange(
            feature,
            _state(then),
            _state(now),
            middle,
            tuple(causes),
            "; ".join(why),
            self._confirmed(feature, then, now),
        )

    def _program(self, then: Finding | None, detectors: tuple[tuple[str, str], ...]) -> tuple[Cause, str]:
        """What changed in the program, since the pages are the same."""
        old = {item["name"]: item["version"] for item in then.detectors} if then is not None else {}
        new = dict(detectors)
        said = [
            f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]
        if said:
            return "detector", "detectors changed: " + ", ".join(said)
        if self._words:
            return "lexicon", "lexicons changed: " + ", ".join(self._words)
        return "detector", f"the way of concluding changed ({self._then.software} -> this version)"

    def _portal(self, then: Finding | None, now: Finding | None) -> tuple[Cause, str]:
        """Whether the pages changed, or other pages were read: told by the pages that carry the proof."""
        if _state(now) == "present":
            return self._proof(now, then, self._then, "the page that proves it was read before and did not show it")
        if _state(then) == "present":
            return self._proof(then, now, self._now, "the page that proved it was read again and shows it no more")
        reason = now.reason if now is not None and now.reason else _state(now) or "no finding"
        return (
            "crawl",
            f"the later visit searched differently: {reason}, {self._now.pages} pages ({self._then.pages} before)",
        )

    def _proof(self, finding: Finding | None, missed: Finding | None, other: Run, seen: str) -> tuple[Cause, str]:
        """Why the other visit missed what proves the finding. Where it says absent, it took all that it read for whole;
        else a page that was cut may hold the proof in its rest."""
        evidence = finding.evidence[:_ENOUGH] if finding is not None else []
        urls = [str(proof["url"]) for proof in evidence if proof.get("url")]
        answers = {url: self._answer(other.id, url) for url in urls}
        read = set(other.certificate.get("read", ()))
        again = {url: [row for row in rows if row.seq in read] for url, rows in answers.items()}
        for url, rows in again.items():
            if any(_state(missed) == "absent" or not row.truncated for row in rows):
                return "site", f"{seen}: {url}"
        for url, rows in answers.items():
            gone = next((row for row in rows if row.status in (301, 302, 303, 307, 308, 404, 410)), None)
            if gone is not None:
                return "site", f"{url} answered HTTP {gone.status}"
        part = next((url for url, rows in again.items() if rows), "")
        if part:
            return "crawl", f"only a part of it came in the other visit: {part}"
        if not urls:
            return "site", "it was measured on the portal as a whole"
        if other.certificate.get("exhausted"):
            return "site", f"the portal was read to its end without {urls[0]}"
        return "crawl", f"{urls[0]} was not read in the other visit ({other.pages} pages, {other.outcome})"

    def _answer(self, run_id: int, url: str) -> list[Capture]:
        query = select(Capture).where(Capture.run_id == run_id, Capture.url_key == url_key(url))
        return list(self._session.scalars(query))

    def _confirmed(self, feature: str, then: Finding | None, now: Finding | None) -> bool:
        if (_state(then), _state(now)) != ("present", "absent"):
            return True
        query = select(Finding.run_id).where(
            Finding.run_id.in_(self._others), Finding.feature == feature, Finding.state == "absent"
        )
        return self._session.scalar(query) is not None
