"""Pages that people name as proof, and the right of reply: links for a portal's owner, and what they contest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigInt, PageText, UTCDateTime, words
from storage.words import ContestState, FetchState


class ProofFetch(Base):
    """A page to be fetched and archived for a card, in a run of the kind `proof`."""

    __tablename__ = "proof_fetches"
    __table_args__ = (words("state", FetchState), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(PageText)
    who: Mapped[str] = mapped_column(String(200))
    asked: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[FetchState] = mapped_column(String(20), default="queued")
    started: Mapped[datetime | None] = mapped_column(UTCDateTime)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"), index=True)
    capture_seq: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(PageText)


class ReplyLink(Base):
    """A signed link to a portal's findings for its owner, good until `expires` or `revoked`."""

    __tablename__ = "reply_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(UTCDateTime)
    expires: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Contest(Base):
    """A finding that the portal's owner contests with a URL, and what came of it.

    `result` holds the state that was contested, and those of the card's features before and on the page named.
    """

    __tablename__ = "contests"
    __table_args__ = (words("state", ContestState), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("reply_links.id", ondelete="SET NULL"), index=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), index=True)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("proof_fetches.id", ondelete="RESTRICT"), index=True)
    who: Mapped[str] = mapped_column(String(200))
    comment: Mapped[str | None] = mapped_column(PageText)
    made: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[ContestState] = mapped_column(String(20), default="received")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answer: Mapped[str | None] = mapped_column(PageText)
    closed: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(200))
