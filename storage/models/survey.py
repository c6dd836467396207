"""Who is looked at and when: portals, survey cycles, runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, PageText, UTCDateTime, words
from storage.words import CycleState, Outcome, PortalKind, RunKind


class Portal(Base):
    """The official web portal of a city or a country; `country` is ISO 3166-1 alpha-3.

    A city state has one address in both roles, so URL and kind together name a portal. `region` is a part of the
    country; `edition` the questionnaire that this portal answers, where that is not the cycle's. New cycles leave out
    what is `retired`.
    """

    __tablename__ = "portals"
    __table_args__ = (words("kind", PortalKind), UniqueConstraint("url", "kind"), Index(None, "country", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    name: Mapped[str] = mapped_column(PageText)
    country: Mapped[str | None] = mapped_column(String(3))
    kind: Mapped[PortalKind] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(PageText)
    region: Mapped[str | None] = mapped_column(PageText)
    edition: Mapped[str | None] = mapped_column(String(40))
    trust: Mapped[str | None] = mapped_column(PageText)
    source: Mapped[str | None] = mapped_column(PageText)
    verified: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired: Mapped[datetime | None] = mapped_column(UTCDateTime)

    runs: Mapped[list[Run]] = relationship(back_populates="portal", passive_deletes=True)


class Cycle(Base):
    """One round of a survey over many portals, under one edition of the questionnaire a kind of portal.

    `settings` are the options of its crawls, `paused` asks whoever crawls it to stop, `pulse` is what it last said.
    """

    __tablename__ = "cycles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    edition: Mapped[str] = mapped_column(String(40))
    created: Mapped[datetime] = mapped_column(UTCDateTime)
    closes: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    pulse: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    runs: Mapped[list[Run]] = relationship(back_populates="cycle", passive_deletes=True)


class Run(Base):
    """One visit to one portal; `outcome` is NULL while it goes on (or if it was killed).

    `archive` is the path of the run's archive folder, relative to the data folder; `writer` names who stores what the
    run finds: whoever goes on with it takes its place, and what an earlier one still has is refused.
    """

    __tablename__ = "runs"
    __table_args__ = (
        words("kind", RunKind),
        words("outcome", Outcome),
        Index(None, "portal_id", "started"),
        Index(None, "cycle_id", "outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id", ondelete="SET NULL"))
    edition: Mapped[str] = mapped_column(String(40))
    kind: Mapped[RunKind] = mapped_column(String(20))
    started: Mapped[datetime] = mapped_column(UTCDateTime)
    finished: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(String(20))
    cause: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(PageText)
    pages: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    archive: Mapped[str | None] = mapped_column(PageText)
    software: Mapped[str | None] = mapped_column(String(100))
    certificate: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    writer: Mapped[str | None] = mapped_column(String(32))

    portal: Mapped[Portal] = relationship(back_populates="runs")
    cycle: Mapped[Cycle | None] = relationship(back_populates="runs")


class CyclePortal(Base):
    """Where a portal stands in a cycle.

    `run_id` is the visit under way, or the last one; `counted_id` the visit whose findings count, once there is one.
    `tries` counts visits that came to an end. What `waiting` (after a failure that may pass) and `confirming` (a
    negative that flips an earlier positive) wait for is `due`. `pages` and `requests` are the progress of the visit.
    """

    __tablename__ = "cycle_portals"
    __table_args__ = (words("state", CycleState), Index(None, "cycle_id", "state"), Index(None, "run_id"))

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True)
    edition: Mapped[str] = mapped_column(String(40))
    state: Mapped[CycleState] = mapped_column(String(20), default="pending")
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime | None] = mapped_column(UTCDateTime)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    counted_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    cause: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(PageText)
    pages: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
