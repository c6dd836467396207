"""One's own account: password, language, second factor, API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import AnyUser, App, from_form
from review.context import Context
from review.errors import NotSignedIn
from review.inputs import Id, Text
from review.pages import render
from review.security import totp
from review.service import accounts, sessions
from review.service.sessions import Viewer
from review.wording import N_

router = APIRouter(prefix="/account")
FORM = [Depends(from_form)]


@router.get("")
def account_page(request: Request, context: App, viewer: AnyUser) -> Response:
    """The account's settings."""
    return _page(request, context, viewer)


@router.post("/password", dependencies=FORM)
def change_password(
    context: App, viewer: AnyUser, current: Annotated[Text, Form()], new: Annotated[Text, Form()]
) -> Response:
    """A new password; everybody who was logged in with the old one is out."""
    _confirm(context, viewer, current, N_("the current password is not right"))
    with context.database.session() as session:
        accounts.set_password(session, viewer.id, new)
    return RedirectResponse("/login", 303)


@router.post("/language", dependencies=FORM)
def change_language(context: App, viewer: AnyUser, language: Annotated[Text, Form()]) -> Response:
    """Another language of the interface."""
    with context.database.session() as session:
        accounts.set_language(session, viewer.id, language)
    return RedirectResponse("/account", 303)


@router.post("/totp", dependencies=FORM)
def turn_totp_on(
    context: App,
    viewer: AnyUser,
    secret: Annotated[str, Form(pattern=r"^[A-Z2-7]{32}$")],
    code: Annotated[Text, Form()],
) -> Response:
    """Turns the second factor on."""
    with context.database.session() as session:
        accounts.confirm_totp(session, viewer.id, secret, code, context.clock())
    return RedirectResponse("/account", 303)


@router.post("/totp/off", dependencies=FORM)
def turn_totp_off(context: App, viewer: AnyUser, password: Annotated[Text, Form()]) -> Response:
    """Turns the second factor off."""
    _confirm(context, viewer, password, N_("the password is not right"))
    with context.database.session() as session:
        accounts.drop_totp(session, viewer.id)
    return RedirectResponse("/account", 303)


@router.post("/tokens", dependencies=FORM)
def add_token(request: Request, context: App, viewer: AnyUser, label: Annotated[Text, Form()]) -> Response:
    """A new API token, shown once."""
    with context.database.session() as session:
        token = sessions.make_token(session, viewer.id, label, context.settings, context.clock())
    return _page(request, context, viewer, token)


@router.post("/tokens/{token}/revoke", dependencies=FORM)
def revoke_token(context: App, viewer: AnyUser, token: Id) -> Response:
    """Makes a token useless."""
    with context.database.session() as session:
        sessions.revoke_token(session, viewer.id, token)
    return RedirectResponse("/account", 303)


def _confirm(context: Context, viewer: Viewer, typed: str, refusal: str) -> None:
    """Lets through whoever types the own password; raises `NotSignedIn`, once the failure is counted, and `TooMany`."""
    now = context.clock()
    with context.database.reader() as session:
        right = accounts.own_password_right(session, viewer.id, typed, context.settings, now)
    with context.database.session() as session:
        accounts.count_own_password(session, viewer.id, context.settings, now, right=right)
    if not right:
        raise NotSignedIn(refusal)


def _page(request: Request, context: Context, viewer: Viewer, token: str | None = None) -> Response:
    with context.database.reader() as session:
        found = accounts.account(session, viewer.id)
        tokens = sessions.tokens_of(session, viewer.id)
    secret = totp.fresh_secret()
    return render(
        request,
        "account.html",
        viewer,
        account=found,
        tokens=tokens,
        made=token,
        secret=secret,
        address=totp.address(found.name, secret),
    )
