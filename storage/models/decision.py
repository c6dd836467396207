"""What people decide: answers to a questionnaire, and the chain of reviews that changed them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigInt, PageText, UTCDateTime, words
from storage.words import Act, FindingState, Verdict

GENESIS = "0" * 64
"""What stands for the hash before the first row of the chain."""


class Answer(Base):
    """The answer to one indicator (`code`) for one run.

    `state` and `confidence` are the program's; `value` is the points proposed, and from the first review on
    the points decided.
    """

    __tablename__ = "answers"
    __table_args__ = (
        words("state", FindingState),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        Index(None, "run_id", "edition", "code", unique=True),
        Index(None, "portal_id", "edition", "code"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"))
    edition: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    state: Mapped[FindingState] = mapped_column(String(20))
    value: Mapped[float | None]
    confidence: Mapped[float | None]
    evidence_url: Mapped[str | None] = mapped_column(PageText)

    reviews: Mapped[list[Review]] = relationship(back_populates="answer", order_by="Review.id")


class Review(Base):
    """One decision of one person on one answer; the database refuses to change or delete rows.

    `number` counts the chain without gaps; `hash` seals the row together with `previous`, the hash of the row
    before (see `storage.repository.chain`). `shown` says whether the program's suggestion was in view. `key` is the
    sender's name for the change, so that what is sent twice is done once; it is no part of the seal.
    """

    __tablename__ = "reviews"
    __table_args__ = (words("act", Act), words("verdict", Verdict), UniqueConstraint("account_id", "key"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[int] = mapped_column(BigInt, unique=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id", ondelete="RESTRICT"), index=True)
    card_id: Mapped[int | None] = mapped_column(ForeignKey("cards.id", ondelete="RESTRICT"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="RESTRICT"), index=True)
    who: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    act: Mapped[Act] = mapped_column(String(20))
    verdict: Mapped[Verdict | None] = mapped_column(String(20))
    shown: Mapped[bool | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    comment: Mapped[str | None] = mapped_column(PageText)
    proof: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(80))

    answer: Mapped[Answer] = relationship(back_populates="reviews")


class ChainHead(Base):
    """The last row of the chain of reviews; whoever adds one holds the lock on this single row."""

    __tablename__ = "chain_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInt)
    hash: Mapped[str] = mapped_column(String(64))
