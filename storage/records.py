"""What a crawl hands to storage: plain frozen records, checked when they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from storage.archive.revisit import Original, Sameness
from storage.archive.writer import RecordPlace
from storage.words import CaptureKind, FindingState, ObservationKind, Polarity, PortalKind

Json = Mapping[str, Any]
Headers = Sequence[tuple[bytes, bytes]]


_CAPTURES: tuple[str, ...] = get_args(CaptureKind)
_OBSERVATIONS: tuple[str, ...] = get_args(ObservationKind)
_POLARITIES: tuple[str, ...] = get_args(Polarity)
_PORTALS: tuple[str, ...] = get_args(PortalKind)
_STATES: tuple[str, ...] = get_args(FindingState)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")


def _share(name: str, value: float | None) -> None:
    if value is not None and not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value!r}; it must lie in 0..1")


def _short(name: str, value: str, limit: int) -> None:
    if not 0 < len(value) <= limit or "\x00" in value:
        raise ValueError(f"{name} must have 1 to {limit} characters")


def _aware(name: str, value: datetime | None) -> None:
    if value is not None and value.utcoffset() is None:
        raise ValueError(f"{name} has no time zone")


@dataclass(frozen=True, slots=True)
class PortalRecord:
    """A portal as a list names it. `verified` is when a person last checked that the URL is the portal."""

    url: str
    name: str
    kind: PortalKind
    country: str | None = None
    language: str | None = None
    region: str | None = None
    edition: str | None = None
    trust: str | None = None
    source: str | None = None
    verified: datetime | None = None

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, _PORTALS)
        if self.country is not None and len(self.country) != 3:
            raise ValueError(f"country is {self.country!r}; it must be an ISO 3166-1 code of three letters")
        _aware("verified", self.verified)
        if not self.url or len(self.url.encode("utf-8", "replace")) > 2000:
            raise ValueError("the URL of a portal must have 1 to 2000 bytes")


@dataclass(frozen=True, slots=True)
class Unchanged:
    """That a page is as in the record `original`, with the answer that said so (of which the body is not kept)."""

    original: Original
    why: Sameness
    status: int
    reason: str = ""
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One fetched thing, as received.

    `headers` and `body` are the bytes off the wire, Content-Encoding kept. `target` is where a redirect leads. A fetch
    that got no answer has `status` None and the cause in `error`. `truncated` is WARC's word for a body that was cut
    (`length`, `time`, `disconnect`, `unspecified`); the row may come to say `damaged` too. Of an `unchanged` page the
    head and body are those of its original. What lies in the archive already (before a crash) has its `place`; it gets
    a row unless it is `known`.
    """

    seq: int
    url: str
    fetched_at: datetime
    status: int | None = 200
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    kind: CaptureKind = "response"
    target: str | None = None
    content_type: str | None = None
    language: str | None = None
    title: str | None = None
    ip: str | None = None
    truncated: str | None = None
    error: str | None = None
    unchanged: Unchanged | None = None
    place: RecordPlace | None = None
    known: bool = False

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, _CAPTURES)
        _aware("fetched_at", self.fetched_at)
        if self.status is None and not self.error:
            raise ValueError("a capture without a status needs the error that prevented it")


@dataclass(frozen=True, slots=True)
class CaptureNote:
    """What was learnt about capture `seq` when it was unpacked or its page was parsed; None: nothing. `truncated` is
    why only a part of it can be read, where that is not by WARC's word (`damaged`, or `length` once it is unpacked)."""

    seq: int
    language: str | None = None
    title: str | None = None
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file derived from capture `seq`, such as a screenshot (`name` "view"). A `conversion` is the same page in
    another form, such as its rendered DOM ("dom")."""

    seq: int
    name: str
    content_type: str
    body: bytes
    made_at: datetime
    conversion: bool = False

    def __post_init__(self) -> None:
        _aware("made_at", self.made_at)


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """One piece of proof for or against a feature; `capture` is a `seq`, None for the portal as a whole.

    `start` and `end` are character offsets in the page's text; `strength` lies in 0..1.
    """

    feature: str
    detector: str
    detector_version: str
    kind: ObservationKind
    strength: float
    capture: int | None = None
    polarity: Polarity = "for"
    quote: str | None = None
    selector: str | None = None
    start: int | None = None
    end: int | None = None
    href: str | None = None
    why: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, _OBSERVATIONS)
        _one_of("polarity", self.polarity, _POLARITIES)
        _short("feature", self.feature, 100)
        _short("detector", self.detector, 100)
        _short("detector_version", self.detector_version, 40)
        _share("strength", self.strength)


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """The conclusion on one feature in one run; `explanation` says in words what it rests on."""

    feature: str
    state: FindingState
    reason: str | None = None
    confidence: float | None = None
    explanation: str = ""
    searched: Json = field(default_factory=dict)
    evidence: Sequence[Json] = ()
    against: Sequence[Json] = ()
    detectors: Sequence[Json] = ()

    def __post_init__(self) -> None:
        _short("feature", self.feature, 100)
        _one_of("state", self.state, _STATES)
        _share("confidence", self.confidence)


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """The pre-filled answer to one indicator (`code`) of one edition; `value` is the points it scores."""

    edition: str
    code: str
    state: FindingState
    value: float | None = None
    confidence: float | None = None
    evidence_url: str | None = None

    def __post_init__(self) -> None:
        _short("edition", self.edition, 40)
        _short("code", self.code, 40)
        _one_of("state", self.state, _STATES)
        _share("confidence", self.confidence)


Record = CaptureRecord | CaptureNote | Attachment | ObservationRecord | FindingRecord | AnswerRecord
