"""Sessions of browsers and tokens of programs: who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from review.errors import NotFound, Refused
from review.security.tokens import TOKEN_START, fresh, key_of
from review.settings import ReviewSettings
from review.wording import N_
from storage.models import Account, ApiToken, LoginSession
from storage.words import Role

SEEN_STEP = timedelta(seconds=60)
"""How finely it is noted when a session was last used."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking. `csrf` must come with every change; empty for a program with a token. `stale`: note its use."""

    id: int
    name: str
    role: Role
    language: str
    csrf: str = ""
    key: str = ""
    stale: bool = False


def start_session(session: Session, account: Account, settings: ReviewSettings, now: datetime) -> str:
    """The cookie of a new session."""
    token = fresh()
    session.execute(delete(LoginSession).where(LoginSession.expires < now))
    expires = now + timedelta(seconds=settings.lifetime)
    session.add(
        LoginSession(key=key_of(token), account_id=account.id, csrf=fresh(), created=now, seen=now, expires=expires)
    )
    return token


def session_of(session: Session, token: str, settings: ReviewSettings, now: datetime) -> Viewer | None:
    """Whose session this cookie is; None if it has ended or never was."""
    query = select(LoginSession, Account).join(Account, Account.id == LoginSession.account_id)
    row = session.execute(query.where(LoginSession.key == key_of(token))).one_or_none()
    if row is None:
        return None
    login, account = row
    if not account.active or now >= login.expires or now - login.seen > timedelta(seconds=settings.idle):
        return None
    stale = now - login.seen > SEEN_STEP
    return Viewer(account.id, account.name, account.role, account.language, login.csrf, login.key, stale)


def note_use(session: Session, viewer: Viewer, now: datetime) -> None:
    """Notes that the session is in use."""
    login = session.get(LoginSession, viewer.key)
    if login is not None:
        login.seen = now


def end_session(session: Session, key: str) -> None:
    """Logs a browser out."""
    session.execute(delete(LoginSession).where(LoginSession.key == key))


def make_token(session: Session, account_id: int, label: str, settings: ReviewSettings, now: datetime) -> str:
    """A new API token, shown this once."""
    if not 0 < len(label.strip()) <= 200:
        raise Refused(N_("a token needs a label of 1 to 200 characters"), N_("say what uses it"))
    token = TOKEN_START + fresh()
    expires = now + timedelta(days=settings.token_days)
    session.add(ApiToken(account_id=account_id, key=key_of(token), label=label.strip(), created=now, expires=expires))
    return token


def account_of_token(session: Session, token: str, now: datetime) -> Viewer | None:
    """Whose API token this is; None if it is not good."""
    query = select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
    row = session.execute(query.where(ApiToken.key == key_of(token))).one_or_none()
    if row is None or now >= row[0].expires or not row[1].active:
        return None
    account = row[1]
    return Viewer(account.id, account.name, account.role, account.language)


def tokens_of(session: Session, account_id: int) -> list[ApiToken]:
    """The tokens of an account, newest first."""
    query = select(ApiToken).where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc())
    return list(session.scalars(query))


def revoke_token(session: Session, account_id: int, token_id: int) -> None:
    """Makes a token useless; raises `NotFound` if it is not the account's."""
    token = session.get(ApiToken, token_id)
    if token is None or token.account_id != account_id:
        raise NotFound(N_("there is no such token"))
    session.delete(token)
