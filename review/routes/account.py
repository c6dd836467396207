"""One's own account: password, language, second factor, API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import AnyUser, App, from_form
from review.context import Context
from review.inputs import Id, Text
from review.pages import render
from review.security import totp
from review.service import accounts, sessions
from review.service.sessions import Viewer

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
    with context.database.session() as session:
        accounts.set_password(session, viewer.id, new, current=current)
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
    with context.database.session() as session:
        accounts.drop_totp(session, viewer.id, password)
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
