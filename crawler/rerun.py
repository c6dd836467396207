"""Detectors over a run's archive: the pages the live run read, through the same code, under the same certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import select

from crawler.answers import answers
from crawler.garbage import paused
from crawler.gone import Gone
from crawler.runlog import Sightings, finding_record
from crawler.settings import CrawlOptions
from detectors.conclude import Finding as Conclusion
from detectors.conclude import SearchCertificate, Tally, conclude
from detectors.facts import PortalFacts
from detectors.inspector import Inspector
from storage.archive import decoded_body
from storage.archive.reader import ArchiveReader
from storage.errors import StorageError
from storage.models import Capture, Finding
from storage.repository import get_run, replace_findings
from storage.repository.runs import refuse_pruned
from survey.features import features
from survey.questionnaire import load

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from detectors.observation import Observation
    from detectors.page import Page
    from storage.database import Database
    from storage.records import ObservationRecord


@dataclass(frozen=True, slots=True)
class Change:
    """How the conclusion on one feature differs from the stored one. `why` names the detectors whose version changed;
    the pages are the same, so nothing else can have changed but lexicons and code."""

    feature: str
    before: str
    after: str
    confidence_before: float | None
    confidence_after: float
    why: str


@dataclass(frozen=True, slots=True)
class RerunResult:
    """What the detectors find on the archived pages now. `missing` counts pages whose capture cannot be read."""

    run_id: int
    edition: str
    pages: int
    findings: tuple[Conclusion, ...]
    changes: tuple[Change, ...]
    missing: int
    problems: tuple[str, ...]


_Concluded = tuple[str, float | None, tuple[tuple[str, str], ...]]
"""State and confidence of a stored finding, and the detectors behind it, by name and version."""


@dataclass(frozen=True, slots=True)
class _Place:
    url: str
    status: int
    content_type: str
    fetched_at: datetime
    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the run's rows say: where its pages lie and how it was concluded."""

    edition: str
    archive: Path
    max_body: int
    certificate: Mapping[str, Any]
    places: Mapping[int, _Place]
    findings: Mapping[str, _Concluded]
    pictures: Mapping[tuple[str, str, str], str]


def rerun(
    database: Database,
    run_id: int,
    inspector: Inspector,
    detectors: Iterable[str] | None = None,
    *,
    data_dir: str | Path,
    store: bool = False,
    located: bool = True,
) -> RerunResult:
    """Inspects a run's archived pages again and compares with the stored findings.

    With `detectors` (names), only the features that these see are concluded anew. `store` puts the new findings and
    answers in the place of the old ones (all detectors only), unless pages are `missing`: what can no more
    be read would become absent. Without `located` observations do not say where on the page they stand, for who wants
    the changes alone. Raises `StorageError` for an unknown or unfinished run or an archive that is gone, LookupError
    for an unknown detector.
    """
    if detectors is not None and store:
        raise ValueError("findings of some detectors alone are not stored: they would stand beside older ones")
    stored = _stored(database, run_id, Path(data_dir))
    wanted = _features(inspector, detectors)
    chosen = _narrowed(inspector, wanted) if detectors is not None else inspector
    reading = _Reading(chosen, stored, keep=store, located=located or store)
    found = tuple(_pictured(finding, stored.pictures) for finding in reading.conclude(wanted))
    if store and not reading.missing:
        _store(database, run_id, stored.edition, found, reading.records)
    changes = tuple(change for finding in found if (change := _change(finding, stored)) is not None)
    return RerunResult(
        run_id, stored.edition, reading.tally.pages, found, changes, reading.missing, tuple(chosen.problems)
    )


def unread(missing: int, store: bool) -> str:
    """What to say of a run of whose pages so many cannot be read."""
    kept = "; nothing of it was stored" if store else ""
    return f"{missing} pages cannot be read from the archive{kept}; restore its folder, and those of earlier runs"


class _Reading:
    """One pass over the stored pages. `keep`: what is seen becomes `records`; `located`: it says where it stands."""

    def __init__(self, inspector: Inspector, stored: _Stored, *, keep: bool, located: bool) -> None:
        self._inspector = inspector
        self._stored = stored
        self._keep = keep
        self._located = located
        self._external = {int(seq): frozenset(names) for seq, names in stored.certificate["external"].items()}
        self._rendered = {int(seq) for seq in stored.certificate.get("browser", {}).get("rendered", {})}
        self._drawn: dict[str, tuple[str, int]] = {}
        self._sightings = Sightings()
        self.tally = Tally(features())
        self.records: list[ObservationRecord] = []
        self.missing = 0
        self._read()

    def _read(self) -> None:
        with ArchiveReader(self._stored.archive) as reader:
            self._drawn = _drawn_pages(reader) if self._rendered else {}
            for seq in self._stored.certificate["read"]:
                with paused(self._inspector.lexicons):
                    self._read_page(reader, seq)

    def _read_page(self, reader: ArchiveReader, seq: int) -> None:
        page = self._page(reader, seq)
        if page is None:
            self.missing += 1
        else:
            self._take(page, self._inspector.inspect(page))

    def _page(self, reader: ArchiveReader, seq: int) -> Page | None:
        place = self._stored.places.get(seq)
        if place is None:
            return None
        try:
            body, kind = self._document(reader, seq, place)
        except (StorageError, KeyError):
            return None
        return self._inspector.page(
            place.url,
            body,
            status=place.status,
            content_type=kind,
            fetched_at=place.fetched_at,
            capture=seq,
            located=self._located,
        )

    def _document(self, reader: ArchiveReader, seq: int, place: _Place) -> tuple[bytes, str]:
        """What was read of a capture, and its media type: the answer, or what its scripts made of it. Raises
        `StorageError`, KeyError for what the archive does not hold."""
        archived = reader.response(place.file, place.offset)
        if seq not in self._rendered:
            return decoded_body(archived.headers, archived.body, self._stored.max_body).body, place.content_type
        record = reader.record(*self._drawn[archived.capture])
        return record.block, record.headers.get("content-type", place.content_type)

    def _take(self, page: Page, observations: list[Observation]) -> None:
        promised = self._external.get(page.capture or -1)
        if promised is None:
            self.tally.add(page.language, observations)
        else:
            observations = [o for o in observations if o.feature in promised]
            self.tally.note(observations)
        self._record(observations)

    def _record(self, observations: list[Observation]) -> None:
        if self._keep:
            self.records += self._sightings.fresh(observations)

    def conclude(self, wanted: frozenset[str]) -> tuple[Conclusion, ...]:
        """The findings on the wanted features."""
        observations = self._inspector.portal(_facts(self._stored.certificate["facts"]))
        self.tally.note(observations)
        self._record(observations)
        proofs = {key: feature.proof for key, feature in features().items() if key in wanted}
        stored = self._stored.certificate
        gone = Gone(stored.get("gone", ()))
        return conclude(self.tally, _certificate(stored), self._inspector, proofs, gone.is_target_of)


def _drawn_pages(reader: ArchiveReader) -> dict[str, tuple[str, int]]:
    """Where the documents lie that scripts made of pages, by the record of the page; the last of several counts."""
    return {
        item.record.headers.get("warc-refers-to", "").strip("<>"): (item.file, item.record.offset)
        for item in reader.records(keep=0)
        if item.record.kind == "conversion"
    }


def _pictured(finding: Conclusion, pictures: Mapping[tuple[str, str, str], str]) -> Conclusion:
    """The finding with the pictures that were taken of the same proof when the portal was visited."""
    evidence = tuple(o._replace(screenshot=pictures.get((o.feature, o.url, o.quote), "")) for o in finding.evidence)
    return replace(finding, evidence=evidence)


def _features(inspector: Inspector, detectors: Iterable[str] | None) -> frozenset[str]:
    if detectors is None:
        return frozenset(features())
    return frozenset(key for detector in inspector.detectors.only(detectors).all for key in detector.features)


def _narrowed(inspector: Inspector, wanted: frozenset[str]) -> Inspector:
    """The detectors that see any of the wanted features: a conclusion rests on all of them."""
    names = [detector.name for detector in inspector.detectors.all if wanted & set(detector.features)]
    return Inspector(inspector.detectors.only(names), inspector.lexicons)


def _stored(database: Database, run_id: int, data_dir: Path) -> _Stored:
    with database.reader() as session:
        run = get_run(session, run_id)
        if run.outcome is None or "read" not in run.certificate or run.archive is None:
            raise StorageError(f"run {run_id} did not end, so nothing was concluded", "check the portal again")
        refuse_pruned(run, data_dir / run.archive)
        max_body = CrawlOptions.model_construct(**run.settings).max_body  # another release may know other options
        return _Stored(
            run.edition,
            data_dir / run.archive,
            max_body,
            dict(run.certificate),
            _places(session, run_id),
            _concluded(session, run_id),
            _pictures(session, run_id) if run.certificate.get("browser", True) else {},
        )


def _places(session: Session, run_id: int) -> dict[int, _Place]:
    wanted = (Capture.url, Capture.status, Capture.content_type, Capture.fetched_at, Capture.file, Capture.offset)
    rows = session.execute(select(Capture.seq, *wanted).where(Capture.run_id == run_id))
    return {
        seq: _Place(url, status or 0, kind or "", moment, file, offset)
        for seq, url, status, kind, moment, file, offset in rows
    }


def _concluded(session: Session, run_id: int) -> dict[str, _Concluded]:
    wanted = select(Finding.feature, Finding.state, Finding.confidence, Finding.detectors)
    rows = session.execute(wanted.where(Finding.run_id == run_id))
    return {
        feature: (state, confidence, tuple((d["name"], d["version"]) for d in made_by))
        for feature, state, confidence, made_by in rows
    }


def _pictures(session: Session, run_id: int) -> dict[tuple[str, str, str], str]:
    """The pictures of proof, by feature, page and words; a run without a browser has none."""
    rows = session.execute(select(Finding.feature, Finding.evidence).where(Finding.run_id == run_id))
    return {
        (feature, proof["url"], proof["quote"]): str(proof["screenshot"])
        for feature, evidence in rows
        for proof in evidence
        if proof.get("screenshot")
    }


def _certificate(stored: Mapping[str, Any]) -> SearchCertificate:
    languages = tuple((str(code), int(count)) for code, count in stored["languages"])
    return SearchCertificate(
        stored["pages"],
        languages,
        stored["exhausted"],
        stored["sitemap"],
        tuple(stored["site_search"]),
        stored["left"],
        stored["outcome"],
        stored["cause"],
        tuple((feature, followed, left) for feature, followed, left in stored.get("likely", ())),
    )


def _facts(stored: Mapping[str, Any]) -> PortalFacts:
    return _adapter().validate_python(stored)


@cache
def _adapter() -> TypeAdapter[PortalFacts]:
    """Made once: that takes as long as reading a page."""
    return TypeAdapter(PortalFacts)


def _change(finding: Conclusion, stored: _Stored) -> Change | None:
    state, confidence, made_by = stored.findings.get(finding.feature, ("", None, ()))
    if state == finding.state and confidence is not None and abs(confidence - finding.confidence) < 5e-4:
        return None
    return Change(
        finding.feature, state, finding.state, confidence, finding.confidence, _why(made_by, finding.detectors)
    )


def _why(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> str:
    old, new = dict(before), dict(after)
    said = [f"{name} {old[name]} -> {new[name]}" for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    said += [f"{name} is new" for name in sorted(new.keys() - old.keys())]
    said += [f"{name} is gone" for name in sorted(old.keys() - new.keys())]
    return "; ".join(said) or "same detector versions: a lexicon or the way of concluding changed"


def _store(
    database: Database, run_id: int, edition: str, found: tuple[Conclusion, ...], records: list[ObservationRecord]
) -> None:
    with database.session() as session:
        replace_findings(
            session,
            run_id,
            [finding_record(finding) for finding in found],
            list(answers(load(edition), found)),
            records,
        )
