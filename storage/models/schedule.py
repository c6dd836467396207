"""What many machines need to know of a cycle: when its portals are handed out, and which may have killed a worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, PageText, UTCDateTime
from storage.models.survey import Cycle


class Schedule(Base):
    """When the portals of a cycle are handed to workers.

    `cron` is five fields in UTC; NULL means once, now. `months` bounds it to the time before the cycle closes. With
    `again`, portals that are done are visited anew each time. `portals` is a filter as typed. `fired` is when it last
    began: from then on what is due is handed out.
    """

    __tablename__ = "schedules"
    __table_args__ = (CheckConstraint("months > 0", name="months"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    cron: Mapped[str | None] = mapped_column(String(200))
    months: Mapped[int | None]
    again: Mapped[bool] = mapped_column(default=False)
    portals: Mapped[str] = mapped_column(PageText, default="")
    created: Mapped[datetime] = mapped_column(UTCDateTime)
    fired: Mapped[datetime | None] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()


class Suspect(Base):
    """A portal of a cycle during whose visit a worker's process died, and how often that happened."""

    __tablename__ = "suspects"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True)
    deaths: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
