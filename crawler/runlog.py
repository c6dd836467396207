"""Writes a run down: captures as they come, observations once each, conclusions at the end."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.wire import CUTS
from storage.archive.message import header
from storage.records import AnswerRecord, Attachment, CaptureNote, CaptureRecord, FindingRecord, ObservationRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy import Request

    from crawler.reading import Reading
    from crawler.wire import FetchError, Wire
    from detectors.conclude import Finding, SearchCertificate
    from detectors.observation import Observation
    from storage.archive import RecordPlace
    from storage.recorder import RunRecorder
    from storage.words import CaptureKind

_MAX_SIGHTINGS = 200_000


class Sightings:
    """Observations already kept: the like of one (same words, same target) is kept again only if it is stronger."""

    def __init__(self) -> None:
        self._known: dict[int, float] = {}

    def fresh(self, observations: Iterable[Observation]) -> list[ObservationRecord]:
        """The records of what is new among the observations."""
        return [observation_record(o) for o in observations if self._is_new(o)]

    def _is_new(self, observation: Observation) -> bool:
        key = hash(
            (
                observation.feature,
                observation.detector,
                observation.polarity,
                observation.quote,
                observation.href or observation.url,
            )
        )
        if self._known.get(key, -1.0) >= observation.strength:
            return False
        if len(self._known) < _MAX_SIGHTINGS:
            self._known[key] = observation.strength
        return True


class RunLog:
    """Turns what the crawl meets into records."""

    def __init__(self, recorder: RunRecorder) -> None:
        self._recorder = recorder
        self._sightings = Sightings()
        self.cuts: dict[int, str] = {}

    @property
    def load(self) -> float:
        """How full the recorder's queue is, 0 to 1."""
        return self._recorder.load

    def capture(self, request: Request, url: str, wire: Wire) -> int:
        """Keeps the answer at `url`; gives its number in the run."""
        location = header(wire.headers, "Location") if 300 <= wire.status < 400 else None
        return self._recorder.capture(
            CaptureRecord(
                seq=self._recorder.allot() if wire.number is None else wire.number,
                url=url,
                fetched_at=wire.fetched_at,
                status=wire.status,
                reason=wire.reason,
                headers=wire.headers,
                body=wire.body,
                kind=_kind(request, bool(location)),
                target=location,
                ip=wire.ip,
                truncated=wire.truncated,
                unchanged=wire.unchanged,
                place=wire.kept,
                known=wire.number is not None,
            )
        )

    def cut(self, capture: int, why: str) -> None:
        """Keeps that only a part of an answer can be read."""
        if why in CUTS:
            self.cuts[capture] = why
            self._recorder.note(CaptureNote(capture, truncated=why))

    def failure(
        self, request: Request, error: FetchError, kept: RecordPlace | None = None, number: int | None = None
    ) -> None:
        """Keeps that a request had no answer; `kept` is where the archive says so already, `number` its row's."""
        self._recorder.capture(
            CaptureRecord(
                seq=self._recorder.allot() if number is None else number,
                url=request.url,
                fetched_at=datetime.now(UTC),
                status=None,
                kind=_kind(request, False),
                error=f"{error.cause}: {error}",
                place=kept,
                known=number is not None,
            )
        )

    def embed(self, url: str, wire: Wire) -> int:
        """Keeps what a page embeds, as the browser was given it; gives its number in the run."""
        return self._recorder.capture(
            CaptureRecord(
                seq=self._recorder.allot(),
                url=url,
                fetched_at=wire.fetched_at,
                status=wire.status,
                reason=wire.reason,
                headers=wire.headers,
                body=wire.body,
                kind="embedded",
                target=header(wire.headers, "Location") if 300 <= wire.status < 400 else None,
                ip=wire.ip,
                truncated=wire.truncated,
            )
        )

    def render(self, capture: int, content_type: str, body: bytes, made_at: datetime) -> None:
        """Keeps the document that a page's scripts made of a capture."""
        self._recorder.attach(Attachment(capture, "dom", content_type, body, made_at, conversion=True))

    def flush(self) -> None:
        """Waits until all that was taken so far is stored."""
        self._recorder.flush()

    def page(self, page: Reading, observations: Iterable[Observation]) -> None:
        """Keeps what was read on a page."""
        if page.capture is not None:
            self._recorder.note(CaptureNote(page.capture, page.language, page.title))
        self.observations(observations)

    def observations(self, observations: Iterable[Observation]) -> None:
        """Keeps observations that are new, or stronger than the like of them before."""
        self._recorder.observe(self._sightings.fresh(observations))

    def conclude(self, findings: Iterable[Finding], answers: Iterable[AnswerRecord]) -> None:
        """Keeps findings and pre-filled answers."""
        self._recorder.conclude([finding_record(finding) for finding in findings])
        self._recorder.answer(answers)


def _kind(request: Request, redirect: bool) -> CaptureKind:
    role: str = request.meta.get("role", "page")
    if redirect and role in ("page", "seed", "external", "document"):
        return "redirect"
    return _KINDS.get(role, "response")


_KINDS: dict[str, CaptureKind] = {"robots": "robots", "sitemap": "sitemap", "probe": "probe", "document": "document"}


def observation_record(observation: Observation) -> ObservationRecord:
    """The record of an observation; `why` holds the rule in words, the matched places, the gloss, zone and language."""
    start, end = observation.matched[0] if observation.matched else (None, None)
    why = {
        "rule": observation.why,
        "matched": observation.matched,
        "gloss": observation.gloss,
        "zone": observation.zone,
        "language": observation.language,
        "url": observation.url,
    }
    return ObservationRecord(
        feature=observation.feature,
        detector=observation.detector,
        detector_version=observation.version,
        kind=observation.kind,
        strength=observation.strength,
        capture=observation.capture,
        polarity=observation.polarity,
        quote=observation.quote,
        selector=observation.selector or None,
        start=start,
        end=end,
        href=observation.href or None,
        why={key: value for key, value in why.items() if value},
    )


def finding_record(finding: Finding) -> FindingRecord:
    """The record of a finding, evidence included."""
    return FindingRecord(
        feature=finding.feature,
        state=finding.state,
        reason=finding.reason or None,
        confidence=finding.confidence,
        explanation=finding.explanation,
        searched=_certificate(finding.certificate),
        evidence=[o._asdict() for o in finding.evidence],
        against=[o._asdict() for o in finding.against],
        detectors=[{"name": name, "version": version} for name, version in finding.detectors],
    )


def _certificate(what: SearchCertificate) -> dict[str, Any]:
    """Its fields by name; `asdict` would copy each value, which takes several times as long."""
    return {field.name: getattr(what, field.name) for field in fields(what)}
