"""Accounts: making them, logging in, changing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args
from unicodedata import normalize

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from review.errors import Conflict, Forbidden, NotFound, Refused
from review.i18n import LANGUAGES
from review.security import passwords, totp
from review.security.limits import Limit
from review.security.oidc import Identity
from review.settings import ReviewSettings
from review.wording import N_
from storage.models import Account, ApiToken, LoginSession, Membership, Portal
from storage.words import Role

RANK: dict[str, int] = {"owner": 0, "assessor": 1, "supervisor": 2, "admin": 3}
"""Each role may do what the roles below it may; an owner sees only own portals."""


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody typed, and from where."""

    name: str
    password: str
    code: str = ""
    address: str = ""


def create_account(
    session: Session, name: str, role: str, now: datetime, *, password: str | None = None, language: str = "en"
) -> Account:
    """A new account; without a password it can log in through OIDC only. Raises `Conflict`, `Refused`."""
    name = " ".join(name.split())
    if not 0 < len(name) <= 200 or not name.isprintable():
        raise Refused(N_("a name has 1 to 200 characters"))
    if named(session, name) is not None:
        raise Conflict(N_("there is already an account %(name)r"), N_("choose another name"), name=name)
    account = Account(
        name=name,
        role=role_of(role),
        password_hash=None if password is None else passwords.hashed(password),
        language=language_of(language),
        created=now,
        totp_step=0,
        active=True,
    )
    session.add(account)
    session.flush()
    return account


def role_of(text: str) -> Role:
    """The role of this name; raises `Refused`."""
    if text not in get_args(Role):
        raise Refused(N_("%(text)r is no role"), N_("roles are %(roles)s"), text=text, roles=", ".join(get_args(Role)))
    return cast(Role, text)


def language_of(text: str) -> str:
    """The language of the interface; raises `Refused` for one that it does not speak."""
    if text not in LANGUAGES:
        raise Refused(
            N_("the interface does not speak %(text)r"),
            N_("it speaks %(languages)s"),
            text=text,
            languages=", ".join(LANGUAGES),
        )
    return text


def limits(login: Login, settings: ReviewSettings) -> tuple[Limit, Limit]:
    """How often one account and one address may fail."""
    return (
        Limit(f"login {same_name(login.name)}", settings.login_tries, settings.login_window),
        Limit(f"address {login.address}", settings.address_tries, settings.login_window),
    )


def password_right(session: Session, login: Login, settings: ReviewSettings, now: datetime) -> bool:
    """Whether the password is the account's; read-only, as it takes its time. Raises `TooMany`."""
    for limit in limits(login, settings):
        limit.check(session, now)
    found = named(session, login.name)
    return passwords.matches(login.password, found.password_hash if found else None)


def authenticate(
    session: Session, login: Login, settings: ReviewSettings, now: datetime, *, right: bool
) -> Account | None:
    """The account, if the password was `right` and the second factor is; None after counting the failure.

    Raises `TooMany` once the tries are used up, whatever was typed. The caller commits in either case.
    """
    both = limits(login, settings)
    for limit in both:
        limit.claim(session, now)
    found = named(session, login.name)
    if found is None or not right or not found.active or not totp.passes(found, login.code, now):
        for limit in both:
            limit.count(session, now)
        return None
    both[0].clear(session)
    return found


def same_name(name: str) -> str:
    """The form by which names are told apart: spaces, capitals and ways of writing an accent make no difference."""
    return normalize("NFC", " ".join(name.split())).casefold()


def named(session: Session, name: str) -> Account | None:
    """The account of this name, written alike if there is one. Compared here: SQLite knows ASCII's capitals alone."""
    plain, wanted = " ".join(name.split()), same_name(name)
    rows = session.execute(select(Account.id, Account.name))
    found = [(each != plain, number) for number, each in rows if same_name(each) == wanted]
    return session.get(Account, min(found)[1]) if found else None


def of_identity(session: Session, who: Identity, settings: ReviewSettings, now: datetime) -> Account:
    """The account of somebody who came through OIDC; made if `oidc_role` says so. Raises `Forbidden`."""
    query = select(Account).where(Account.issuer == who.issuer, Account.subject == who.subject[:500])
    found = session.scalar(query)
    if found is None:
        if not settings.oidc_role:
            raise Forbidden(N_("you have no account here"), N_("ask an admin for one"))
        found = create_account(session, _free_name(session, who.name), settings.oidc_role, now)
        found.issuer, found.subject = who.issuer, who.subject[:500]
    if not found.active:
        raise Forbidden(N_("this account is closed"), N_("ask an admin"))
    return found


def _free_name(session: Session, wanted: str) -> str:
    """The name, with a number behind it if somebody has it: names of the provider never take over an account."""
    plain = " ".join("".join(c for c in wanted if c.isprintable()).split())[:180] or "person"
    name, number = plain, 1
    while named(session, name) is not None:
        number += 1
        name = f"{plain} ({number})"
    return name


def account(session: Session, account_id: int) -> Account:
    """The account with this number; raises `NotFound`."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound(N_("there is no such account"))
    return found


def accounts(session: Session) -> list[Account]:
    """All accounts, by name."""
    return list(session.scalars(select(Account).order_by(Account.name)))


def change_account(
    session: Session, account_id: int, *, role: str | None = None, active: bool | None = None
) -> Account:
    """Gives an account another role, closes or opens it; its sessions and tokens end. The last admin stays one:
    of two who change each other at the same moment the second waits, and is judged by what the first has left."""
    session.scalars(_admins().order_by(Account.id).with_for_update()).all()
    found = account(session, account_id)
    if role is not None:
        found.role = role_of(role)
    if active is not None:
        found.active = active
    session.flush()
    if not admins(session):
        raise Conflict(N_("this is the last admin"), N_("make another admin first"))
    forget(session, account_id)
    return found


def admins(session: Session) -> int:
    """How many may administer."""
    return session.scalar(select(func.count()).select_from(_admins().subquery())) or 0


def _admins() -> Select[Account]:
    return select(Account).where(Account.role == "admin", Account.active)


def own_password_right(session: Session, account_id: int, typed: str, settings: ReviewSettings, now: datetime) -> bool:
    """Whether somebody who is logged in typed the own password; read-only, as it takes its time. Raises `TooMany`."""
    _own_limit(account_id, settings).check(session, now)
    return passwords.matches(typed, account(session, account_id).password_hash)


def count_own_password(
    session: Session, account_id: int, settings: ReviewSettings, now: datetime, *, right: bool
) -> None:
    """Counts a wrong one, so that a stolen session guesses no faster than a login, and forgets them after a right one.

    Raises `TooMany` once the tries are used up, whatever was typed. The caller commits before it refuses.
    """
    limit = _own_limit(account_id, settings)
    limit.claim(session, now)
    if right:
        limit.clear(session)
    else:
        limit.count(session, now)


def _own_limit(account_id: int, settings: ReviewSettings) -> Limit:
    return Limit(f"own password {account_id}", settings.login_tries, settings.login_window)


def set_password(session: Session, account_id: int, password: str) -> None:
    """A new password; all sessions and tokens end."""
    account(session, account_id).password_hash = passwords.hashed(password)
    forget(session, account_id)


def forget(session: Session, account_id: int) -> None:
    """Ends all sessions of an account and revokes its tokens."""
    for model in (LoginSession, ApiToken):
        for row in session.scalars(select(model).where(model.account_id == account_id)):
            session.delete(row)


def set_language(session: Session, account_id: int, language: str) -> None:
    """The language in which the account reads the interface."""
    session.execute(update(Account).where(Account.id == account_id).values(language=language_of(language)))


def confirm_totp(session: Session, account_id: int, secret: str, code: str, now: datetime) -> None:
    """Turns the second factor on, once a first code was right; raises `Refused`, and `Conflict` where it is on: with a
    password alone it is turned off."""
    found = account(session, account_id)
    if found.totp_secret is not None:
        raise Conflict(N_("this form is not, or no longer, yours"), N_("load the page again"))
    step = totp.step_of(secret, code, now)
    if step is None:
        raise Refused(N_("the code is not right"), N_("check the clock of the device"))
    found.totp_secret, found.totp_step = secret, step


def drop_totp(session: Session, account_id: int) -> None:
    """Turns the second factor off."""
    account(session, account_id).totp_secret = None


def lost_totp(session: Session, found: Account) -> None:
    """Turns the second factor off for somebody who lost it: sessions and tokens end too. Raises `Conflict` where none
    is on."""
    if found.totp_secret is None:
        raise Conflict(N_("%(name)s has no second factor"), name=found.name)
    drop_totp(session, found.id)
    forget(session, found.id)


def add_portal(session: Session, account_id: int, portal_id: int) -> None:
    """Lets an owner speak for a portal; raises `NotFound`, `Refused`."""
    if account(session, account_id).role != "owner":
        raise Refused(N_("only an account of the role owner speaks for a portal"))
    if session.get(Portal, portal_id) is None:
        raise NotFound(N_("there is no such portal"))
    if session.get(Membership, (account_id, portal_id)) is None:
        session.add(Membership(account_id=account_id, portal_id=portal_id))
