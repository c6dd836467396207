"""Logging in through an OpenID Connect provider, where one is configured."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from review.access import App
from review.context import Context
from review.errors import NotFound, NotSignedIn
from review.inputs import Text
from review.routes.login import welcome
from review.security import oidc
from review.service import accounts, sessions
from review.settings import ReviewSettings
from review.wording import N_

router = APIRouter(prefix="/login/oidc")
COOKIE = "losi_oidc"
_PURPOSE = "oidc"
_TIME = timedelta(minutes=10)


@router.get("")
def begin(request: Request, context: App) -> Response:
    """Sends the browser to the provider."""
    trip = oidc.Trip.new()
    answer = RedirectResponse(oidc.authorization_url(_settings(context), _redirect(request), trip), 303)
    value = context.signer.sign(_PURPOSE, str(trip), context.clock() + _TIME)
    secure = request.url.scheme == "https"
    seconds = int(_TIME.total_seconds())
    answer.set_cookie(COOKIE, value, seconds, path="/login/oidc", secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/back")
def come_back(
    request: Request,
    context: App,
    code: Annotated[Text, Query()] = "",
    state: Annotated[Text, Query()] = "",
) -> Response:
    """Takes the provider's answer and starts a session."""
    _settings(context)
    now = context.clock()
    try:
        trip = oidc.Trip.read(context.signer.read(_PURPOSE, request.cookies.get(COOKIE, ""), now))
    except NotFound as error:
        raise NotSignedIn(N_("the login took too long, or was not begun here"), N_("begin again")) from error
    if not code or not hmac.compare_digest(trip.state.encode(), state.encode()):
        return RedirectResponse("/login", 303)
    who = oidc.identity(context.settings, _redirect(request), trip, code, now)
    with context.database.session() as session:
        account = accounts.of_identity(session, who, context.settings, now)
        token = sessions.start_session(session, account, context.settings, now)
    answer = welcome(request, context, token)
    answer.delete_cookie(COOKIE, path="/login/oidc")
    return answer


def _settings(context: Context) -> ReviewSettings:
    if not context.settings.oidc_issuer:
        raise NotFound(N_("single sign-on is not configured"))
    return context.settings


def _redirect(request: Request) -> str:
    return str(request.url_for("come_back"))
