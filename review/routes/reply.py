"""The right of reply: what a portal's owner sees without an account, and can contest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import App, visitor
from review.context import Context
from review.errors import Conflict, Refused
from review.inputs import Text
from review.pages import refusal, render
from review.service import replies
from review.service.sessions import Viewer

router = APIRouter(prefix="/reply/{signed}")
Reader = Annotated[Viewer | None, Depends(visitor)]
"""Whoever opens the link: most have no account; who has one reads it in their language, with their menu."""


@router.get("")
def findings(request: Request, context: App, viewer: Reader, signed: Text) -> Response:
    """The findings behind a link."""
    return _findings(request, context, viewer, signed)


@router.get("/contest")
def back(signed: Text) -> Response:
    """Where a form that was refused is loaded again."""
    return RedirectResponse(f"/reply/{signed}", 303)


@router.post("/contest")
def contest(
    request: Request,
    context: App,
    viewer: Reader,
    signed: Text,
    code: Annotated[Text, Form()],
    url: Annotated[Text, Form()],
    who: Annotated[Text, Form()],
    comment: Annotated[Text, Form()] = "",
) -> Response:
    """Contests one finding with a page; what is refused stays in the form. The link itself is the permission: there is
    no session to ride on."""
    now = context.clock()
    try:
        with context.database.session() as session:
            link = replies.open_link(session, context.signer, signed, now)
            replies.contest(session, link, code, url, comment, who, now, context.settings)
    except (Conflict, Refused) as error:
        typed = {"code": code, "url": url, "who": who, "comment": comment, "why": refusal(request, viewer, error)}
        return _findings(request, context, viewer, signed, status=error.status, refused=typed)
    return RedirectResponse(f"/reply/{signed}#question-{code}" if code.isalnum() else f"/reply/{signed}", 303)


def _findings(
    request: Request,
    context: Context,
    viewer: Viewer | None,
    signed: str,
    *,
    status: int = 200,
    refused: Mapping[str, str] | None = None,
) -> Response:
    """The findings; `refused` is what was typed into the form of one of them, and why it was not taken."""
    now = context.clock()
    with context.database.reader() as session:
        link = replies.open_link(session, context.signer, signed, now)
        view = replies.reply_view(session, context.signer, link, now)
    return render(request, "reply.html", viewer, status=status, view=view, signed=signed, refused=refused)
