"""The right of reply: what a portal's owner sees without an account, and can contest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import App
from review.inputs import Text
from review.pages import render
from review.service import replies

router = APIRouter(prefix="/reply/{signed}")


@router.get("")
def findings(request: Request, context: App, signed: Text) -> Response:
    """The findings behind a link."""
    now = context.clock()
    with context.database.reader() as session:
        link = replies.open_link(session, context.signer, signed, now)
        view = replies.reply_view(session, context.signer, link, now)
    return render(request, "reply.html", view=view, signed=signed)


@router.post("/contest")
def contest(
    context: App,
    signed: Text,
    code: Annotated[Text, Form()],
    url: Annotated[Text, Form()],
    who: Annotated[Text, Form()],
    comment: Annotated[Text, Form()] = "",
) -> Response:
    """Contests one finding with a page. The link itself is the permission: there is no session to ride on."""
    now = context.clock()
    with context.database.session() as session:
        link = replies.open_link(session, context.signer, signed, now)
        replies.contest(session, link, code, url, comment, who, now, context.settings)
    return RedirectResponse(f"/reply/{signed}#question-{code}" if code.isalnum() else f"/reply/{signed}", 303)
