"""Who may: what routes depend on to know who asks, and to let through only those who may."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Form, Header, Request

from review.context import Context
from review.errors import Forbidden, NotSignedIn
from review.service.accounts import RANK
from review.service.sessions import Viewer, account_of_token, note_use, session_of
from review.wording import N_

SECURE_COOKIE, PLAIN_COOKIE = "__Host-losi", "losi"


def context_of(request: Request) -> Context:
    """The app's context."""
    context: Context = request.app.state.review
    return context


def cookie_name(request: Request) -> str:
    """The session cookie's name; over HTTPS one that browsers tie to this host."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def visitor(request: Request) -> Viewer | None:
    """Who asks, by API token or session cookie; None if nobody we know."""
    context, now = context_of(request), context_of(request).clock()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(cookie_name(request), "")
    if not token and not cookie:
        return None
    with context.database.reader() as session:
        if token:
            return account_of_token(session, token.strip(), now) if scheme.lower() == "bearer" else None
        found = session_of(session, cookie, context.settings, now)
    if found is not None and found.stale:
        with context.database.session() as session:
            note_use(session, found, now)
    return found


def signed_in(found: Annotated[Viewer | None, Depends(visitor)]) -> Viewer:
    """Who asks; raises `NotSignedIn`."""
    if found is None:
        raise NotSignedIn(N_("please log in"))
    return found


def at_least(role: str) -> Callable[[Viewer], Viewer]:
    """A dependency that lets through this role and those above it; raises `Forbidden`."""

    def check(viewer: Annotated[Viewer, Depends(signed_in)]) -> Viewer:
        if RANK[viewer.role] < RANK[role]:
            raise Forbidden(N_("this is for the role %(role)s"), role=role)
        return viewer

    return check


def from_form(viewer: Annotated[Viewer, Depends(signed_in)], csrf: Annotated[str, Form(max_length=200)] = "") -> None:
    """Refuses a form that does not carry the session's CSRF token."""
    _compare(viewer, csrf)


def from_script(
    request: Request,
    viewer: Annotated[Viewer, Depends(signed_in)],
    x_csrf_token: Annotated[str, Header(max_length=200)] = "",
) -> None:
    """Refuses a change over a session whose header lacks the CSRF token; a program's token needs none."""
    if viewer.key and request.method not in ("GET", "HEAD"):
        _compare(viewer, x_csrf_token)


def _compare(viewer: Viewer, token: str) -> None:
    if not viewer.csrf or not hmac.compare_digest(viewer.csrf.encode(), token.encode("utf-8", "replace")):
        raise Forbidden(N_("this form is not, or no longer, yours"), N_("load the page again"))


App = Annotated[Context, Depends(context_of)]
AnyUser = Annotated[Viewer, Depends(signed_in)]
Assessor = Annotated[Viewer, Depends(at_least("assessor"))]
Supervisor = Annotated[Viewer, Depends(at_least("supervisor"))]
Admin = Annotated[Viewer, Depends(at_least("admin"))]
IF_SIGNED_IN = Depends(signed_in)
IF_SUPERVISOR = Depends(at_least("supervisor"))
IF_ADMIN = Depends(at_least("admin"))
