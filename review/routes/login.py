"""Logging in and out."""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import AnyUser, App, cookie_name, from_form, visitor
from review.context import Context
from review.i18n import LANGUAGES
from review.inputs import Text
from review.pages import LANGUAGE_COOKIE, came_from, is_here, render
from review.security.tokens import fresh
from review.service import accounts, sessions
from review.service.sessions import Viewer

router = APIRouter()
FORM_COOKIE = "losi_form"
WANTED_COOKIE = "losi_wanted"
WANTED = 600
"""Seconds in which a login leads back to the page that asked for it."""


@router.get("/login")
def login_page(request: Request, context: App, viewer: Annotated[Viewer | None, Depends(visitor)]) -> Response:
    """The form; whoever is logged in goes on."""
    if viewer is not None:
        return RedirectResponse("/", 303)
    return form(request, context)


@router.post("/login")
def log_in(
    request: Request,
    context: App,
    name: Annotated[Text, Form()],
    password: Annotated[Text, Form()],
    code: Annotated[Text, Form()] = "",
    csrf: Annotated[Text, Form()] = "",
) -> Response:
    """Starts a session."""
    nonce = request.cookies.get(FORM_COOKIE, "")
    if not nonce or not hmac.compare_digest(context.signer.mark("login", nonce).encode(), csrf.encode()):
        return form(request, context, status=403, expired=True)
    now = context.clock()
    address = request.client.host if request.client else ""
    login = accounts.Login(name, password, code, address)
    with context.database.reader() as session:
        right = accounts.password_right(session, login, context.settings, now)
    with context.database.session() as session:
        account = accounts.authenticate(session, login, context.settings, now, right=right)
        token = None if account is None else sessions.start_session(session, account, context.settings, now)
    if token is None:
        return form(request, context, status=401, wrong=True, name=name)
    return welcome(request, context, token)


@router.post("/logout", dependencies=[Depends(from_form)])
def log_out(request: Request, context: App, viewer: AnyUser) -> Response:
    """Ends the session."""
    with context.database.session() as session:
        sessions.end_session(session, viewer.key)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.post("/language")
def choose_language(request: Request, language: Annotated[Text, Form()]) -> Response:
    """The language for somebody who is not logged in."""
    answer = RedirectResponse(came_from(request), 303)
    if language in LANGUAGES:
        secure = request.url.scheme == "https"
        answer.set_cookie(LANGUAGE_COOKIE, language, 31_536_000, secure=secure, httponly=True, samesite="lax")
    return answer


def first(request: Request) -> Response:
    """On to the login; what a person opened, and no script, picture or frame, is remembered."""
    answer = RedirectResponse("/login", 303)
    if request.headers.get("sec-fetch-dest") == "document":
        wanted = quote(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
        secure = request.url.scheme == "https"
        answer.set_cookie(WANTED_COOKIE, wanted, WANTED, path="/login", secure=secure, httponly=True, samesite="lax")
    return answer


def form(
    request: Request,
    context: Context,
    *,
    status: int = 200,
    wrong: bool = False,
    expired: bool = False,
    name: str = "",
) -> Response:
    """The login form, with a token that ties it to this browser."""
    nonce = request.cookies.get(FORM_COOKIE) or fresh()
    answer = render(
        request,
        "login.html",
        status=status,
        wrong=wrong,
        expired=expired,
        name=name,
        form_token=context.signer.mark("login", nonce),
        oidc=context.settings.oidc_name or context.settings.oidc_issuer,
    )
    secure = request.url.scheme == "https"
    answer.set_cookie(FORM_COOKIE, nonce, 3600, path="/login", secure=secure, httponly=True, samesite="strict")
    return answer


def welcome(request: Request, context: Context, token: str) -> Response:
    """On to the page that asked for the login, or the first one, with the session's cookie."""
    wanted = unquote(request.cookies.get(WANTED_COOKIE, ""))
    answer = RedirectResponse(wanted if is_here(wanted) else "/", 303)
    answer.delete_cookie(WANTED_COOKIE, path="/login")
    answer.set_cookie(
        cookie_name(request),
        token,
        context.settings.lifetime,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer
