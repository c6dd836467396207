"""What lies on an assessor's desk: sheets of cards, who is to decide them, and notes on what changed since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigInt, PageText, UTCDateTime, words
from storage.words import CardStatus, Change, FindingState, NoteKind, Verdict


class Sheet(Base):
    """The questionnaire of one portal under review; `assessors` is how many must decide each card (1 or 2).

    `run_id` is the run whose answers are suggested. `round` is the cycle's number, 0 for runs without a cycle.
    """

    __tablename__ = "sheets"
    __table_args__ = (
        CheckConstraint("assessors BETWEEN 1 AND 2", name="assessors"),
        UniqueConstraint("portal_id", "edition", "round"),
        Index(None, "round", "portal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id", ondelete="SET NULL"))
    round: Mapped[int]
    edition: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    assessors: Mapped[int] = mapped_column(default=2)
    opened: Mapped[datetime] = mapped_column(UTCDateTime)


class Card(Base):
    """One question of a sheet: the program's suggestion and, once settled, the people's `verdict`.

    The suggestion is that of run `run_id`, and stays once somebody has decided; `answer_id` is the answer of the
    sheet's newest run, which takes the verdict. `proof_key` is a hash of the best proof: cards of a sheet with the
    same key rest on the same proof.
    `change` compares with the sheet of the cycle before.
    """

    __tablename__ = "cards"
    __table_args__ = (
        words("state", FindingState),
        words("status", CardStatus),
        words("change", Change),
        words("verdict", Verdict),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        UniqueConstraint("sheet_id", "code"),
        Index(None, "sheet_id", "position"),
        Index(None, "status", "sheet_id", "position"),
        Index(None, "sheet_id", "proof_key"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    criterion: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    state: Mapped[FindingState] = mapped_column(String(20))
    confidence: Mapped[float | None]
    evidence_url: Mapped[str | None] = mapped_column(PageText)
    proof_key: Mapped[str | None] = mapped_column(String(32))
    change: Mapped[Change] = mapped_column(String(20))
    status: Mapped[CardStatus] = mapped_column(String(20), default="open")
    verdict: Mapped[Verdict | None] = mapped_column(String(20))
    settled: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Assignment(Base):
    """A sheet on an assessor's desk until `due`."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("account_id", "sheet_id"), Index(None, "account_id", "due", "sheet_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="RESTRICT"))
    due: Mapped[datetime | None] = mapped_column(UTCDateTime)
    made: Mapped[datetime] = mapped_column(UTCDateTime)


class Task(Base):
    """One card for one assessor. `stage` is 0 open, 1 skipped, 2 decided (without a `verdict`: by a supervisor, so that
    the assessor is asked no more); `hidden` keeps the suggestion out of view.

    `suggested` is the answer that the program suggested when the assessor decided; `revealed` is when the
    assessor saw the other's answer, from when on the own one stands.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        words("verdict", Verdict),
        words("suggested", Verdict),
        CheckConstraint("stage BETWEEN 0 AND 2", name="stage"),
        UniqueConstraint("card_id", "account_id"),
        Index(None, "account_id", "stage", "sheet_id", "position"),
        Index(None, "account_id", "sheet_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"))
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="RESTRICT"))
    position: Mapped[int]
    hidden: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[int] = mapped_column(default=0)
    verdict: Mapped[Verdict | None] = mapped_column(String(20))
    suggested: Mapped[Verdict | None] = mapped_column(String(20))
    decided: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revealed: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Note(Base):
    """Something about a card that a supervisor should look at; it never changes the card by itself."""

    __tablename__ = "notes"
    __table_args__ = (words("kind", NoteKind), Index(None, "closed", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[NoteKind] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    closed: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(200))
