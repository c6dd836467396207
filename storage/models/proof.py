"""What was seen and what follows from it: captures, observations, findings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigInt, PageText, UTCDateTime, words
from storage.words import CaptureKind, FindingState, ObservationKind, Polarity


class Capture(Base):
    """One fetched thing, number `seq` of its run, and where its WARC record lies.

    `file` is relative to the run's archive folder; `offset` and `record_length` are bytes in it, `length` is
    the body's. `url_key` is a 64-bit hash of `url` that is indexed in its place: PostgreSQL's index entries
    hold 2.7 KB.
    """

    __tablename__ = "captures"
    __table_args__ = (words("kind", CaptureKind), Index(None, "run_id", "url_key"))

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(PageText)
    url_key: Mapped[int] = mapped_column(BigInteger)
    target: Mapped[str | None] = mapped_column(PageText)
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(PageText)
    content_type: Mapped[str | None] = mapped_column(PageText)
    digest: Mapped[str] = mapped_column(String(80))
    length: Mapped[int] = mapped_column(BigInteger)
    truncated: Mapped[str | None] = mapped_column(String(20))
    fetched_at: Mapped[datetime] = mapped_column(UTCDateTime)
    file: Mapped[str] = mapped_column(PageText)
    offset: Mapped[int] = mapped_column(BigInteger)
    record_length: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str | None] = mapped_column(PageText)
    title: Mapped[str | None] = mapped_column(PageText)
    kind: Mapped[CaptureKind] = mapped_column(String(20))


class Observation(Base):
    """One piece of proof for or against a feature; without `capture_seq` it speaks of the whole portal."""

    __tablename__ = "observations"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "capture_seq"], ["captures.run_id", "captures.seq"], ondelete="CASCADE"),
        words("kind", ObservationKind),
        words("polarity", Polarity),
        CheckConstraint("strength BETWEEN 0 AND 1", name="strength"),
        Index(None, "run_id", "feature"),
        Index(None, "run_id", "capture_seq"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    capture_seq: Mapped[int | None]
    feature: Mapped[str] = mapped_column(String(100))
    detector: Mapped[str] = mapped_column(String(100))
    detector_version: Mapped[str] = mapped_column(String(40))
    kind: Mapped[ObservationKind] = mapped_column(String(20))
    strength: Mapped[float]
    polarity: Mapped[Polarity] = mapped_column(String(20))
    quote: Mapped[str | None] = mapped_column(PageText)
    selector: Mapped[str | None] = mapped_column(PageText)
    start_offset: Mapped[int | None]
    end_offset: Mapped[int | None]
    href: Mapped[str | None] = mapped_column(PageText)
    why: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Finding(Base):
    """The conclusion on one feature of one portal in one run."""

    __tablename__ = "findings"
    __table_args__ = (
        words("state", FindingState),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        Index(None, "run_id", "feature", unique=True),
        Index(None, "feature", "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    feature: Mapped[str] = mapped_column(String(100))
    state: Mapped[FindingState] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(PageText)
    confidence: Mapped[float | None]
    explanation: Mapped[str] = mapped_column(PageText, default="")
    searched: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    against: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    detectors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
