"""Who may do what: accounts, their sessions, tokens and portals, and failed logins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigInt, UTCDateTime, words
from storage.words import Role


class Account(Base):
    """A person who may log in: by password (argon2), by an OIDC `issuer` and `subject`, or not at all.

    `totp_secret` is set once a second factor was confirmed; `totp_step` is the last time step used, so that
    no code works twice.
    """

    __tablename__ = "accounts"
    __table_args__ = (words("role", Role), UniqueConstraint("issuer", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[Role] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    issuer: Mapped[str | None] = mapped_column(String(500))
    subject: Mapped[str | None] = mapped_column(String(500))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_step: Mapped[int] = mapped_column(BigInt, default=0)
    language: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime] = mapped_column(UTCDateTime)


class LoginSession(Base):
    """A browser that is logged in; `key` is the SHA-256 of its cookie. `csrf` must come with every change."""

    __tablename__ = "login_sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UTCDateTime)
    seen: Mapped[datetime] = mapped_column(UTCDateTime)
    expires: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class ApiToken(Base):
    """A key to the JSON API; `key` is the SHA-256 of the token, which is shown once."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(UTCDateTime)
    expires: Mapped[datetime] = mapped_column(UTCDateTime)
    used: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Membership(Base):
    """A portal that an account of the role `owner` speaks for."""

    __tablename__ = "memberships"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True)


class Attempt(Base):
    """A failed login or another rate-limited act; `key` is a hash of whose."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
