"""What governments say of their own portals: kept beside the findings, never mixed with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigInt, PageText, UTCDateTime


class Claim(Base):
    """The answer that a government gives to one indicator of its portal, in one round (a cycle's number, or 0).

    `source` names the questionnaire that it came with; `given` is the day on it as written there.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("says IN ('yes', 'no')", name="says"),
        UniqueConstraint("portal_id", "edition", "round", "code", "source"),
        Index(None, "round", "portal_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"))
    edition: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    says: Mapped[str] = mapped_column(String(20))
    url: Mapped[str | None] = mapped_column(PageText)
    comment: Mapped[str | None] = mapped_column(PageText)
    source: Mapped[str] = mapped_column(String(200))
    given: Mapped[str | None] = mapped_column(PageText)
    imported: Mapped[datetime] = mapped_column(UTCDateTime)
