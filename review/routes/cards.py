"""The assessor's pages: desk, queue, card, decision, undo, search."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from review.access import AnyUser, App, Assessor, from_form
from review.context import Context
from review.inputs import MAX_ID, Id, Number, Text
from review.pages import render
from review.service import assignments, cards, decisions, queue, replies, sheets
from review.service.queue import STAGES, Filters
from review.service.windows import Window
from survey.questionnaire import load

router = APIRouter()
HOMES = {"owner": "/own", "supervisor": "/sheets", "admin": "/sheets"}
FORM = [Depends(from_form)]
After = Annotated[int | None, Query(ge=1, le=MAX_ID)]
LISTED = 50
"""Cards on one page of the desk's list."""


@router.get("/")
def home(viewer: AnyUser) -> Response:
    """The page that the role works from."""
    return RedirectResponse(HOMES.get(viewer.role, "/desk"), 303)


@router.get("/desk")
def desk(request: Request, context: App, viewer: Assessor, after: After = None) -> Response:
    """What lies on the desk, with due dates and progress, and a page of the list that the filters give."""
    filters = Filters.of(request.query_params)
    with context.database.reader() as session:
        rows = assignments.progress(session, context.clock(), viewer.id)
        found = queue.tasks(session, viewer.id, filters, limit=LISTED + 1, after=after)
        kinds = sorted({sheets.sheet(session, row.sheet).edition for row in rows})
    criteria = list(dict.fromkeys(criterion for edition in kinds for criterion in load(edition).criteria))
    return render(
        request,
        "desk.html",
        viewer,
        rows=rows,
        tasks=found[:LISTED],
        more=urlencode({**filters.query(), "after": found[LISTED - 1].task}) if len(found) > LISTED else "",
        filters=filters,
        criteria=criteria,
        stages=tuple(STAGES),
        query=urlencode(filters.query()),
    )


@router.get("/next")
def next_card(request: Request, context: App, viewer: Assessor) -> Response:
    """On to the next card of the queue."""
    filters = Filters.of(request.query_params)
    with context.database.reader() as session:
        found = queue.next_task(session, viewer.id, filters)
    return _to(found, filters)


@router.get("/find")
def find(q: Text = "") -> Response:
    """Cards whose question or portal holds the words."""
    return RedirectResponse(f"/desk?{urlencode({'text': q[:200], 'stage': 'all'})}", 303)


@router.get("/cards/{task}")
def card_page(request: Request, context: App, viewer: Assessor, task: Id) -> Response:
    """One card."""
    filters = Filters.of(request.query_params)
    with context.database.reader() as session:
        view = cards.card_view(session, context.signer, viewer.id, task, context.clock())
    return render(
        request,
        "card.html",
        viewer,
        card=view,
        filters=filters,
        query=urlencode(filters.query()),
        criteria=load(view.indicator.edition).criteria,
        stages=tuple(STAGES),
    )


@router.post("/cards/{task}", dependencies=FORM)
def decide(
    request: Request,
    context: App,
    viewer: Assessor,
    task: Id,
    verdict: Annotated[Text, Form()],
    proof: Annotated[Text, Form()] = "",
    url: Annotated[Text, Form()] = "",
    comment: Annotated[Text, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
    answered: Annotated[int | None, Form()] = None,
) -> Response:
    """Stores a decision and goes on."""
    filters = Filters.of(request.query_params)
    number = int(proof) if proof.isascii() and proof.isdigit() and len(proof) == 1 else None
    window = Window(answered) if answered is not None else None
    decision = decisions.Decision(verdict, number, url or None, comment, seen=seen, window=window)
    with context.database.session() as session:
        decisions.decide(
            session, viewer.id, task, decision, context.clock(), allow_private=context.settings.allow_private
        )
    return _onward(context, viewer.id, filters, task)


@router.post("/cards/{task}/same", dependencies=FORM)
def same(
    request: Request,
    context: App,
    viewer: Assessor,
    task: Id,
    others: Annotated[list[Number], Form(max_length=200)],
    seen: Annotated[int | None, Form()] = None,
) -> Response:
    """Confirms the cards that rest on the same proof."""
    with context.database.session() as session:
        decisions.confirm_same(session, viewer.id, task, others, context.clock(), seen=seen)
    return _to(task, Filters.of(request.query_params))


@router.post("/cards/{task}/reveal", dependencies=FORM)
def reveal(request: Request, context: App, viewer: Assessor, task: Id) -> Response:
    """Shows the other assessor's answer."""
    with context.database.session() as session:
        cards.reveal(session, viewer.id, task, context.clock())
    return _to(task, Filters.of(request.query_params))


@router.post("/desk/{sheet}/reveal", dependencies=FORM)
def reveal_sheet(context: App, viewer: Assessor, sheet: Id) -> Response:
    """Shows the other assessor's answers to a finished sheet, and lists where they differ."""
    with context.database.session() as session:
        cards.reveal_sheet(session, viewer.id, sheet, context.clock())
    return RedirectResponse(f"/desk?sheet={sheet}&disputed=1&stage=all", 303)


@router.post("/undo", dependencies=FORM)
def undo(request: Request, context: App, viewer: Assessor) -> Response:
    """Takes the last decision back and shows its card."""
    with context.database.session() as session:
        task = decisions.undo(session, viewer.id, context.clock())
    return _to(task, Filters.of(request.query_params))


@router.get("/own")
def own(request: Request, context: App, viewer: AnyUser) -> Response:
    """An owner's portals and their sheets."""
    with context.database.reader() as session:
        rows = sheets.sheets(session, sheets.SheetFilter(owner=viewer.id))
    return render(request, "own.html", viewer, rows=rows)


@router.post("/own/{sheet}", dependencies=FORM)
def own_sheet(context: App, viewer: AnyUser, sheet: Id) -> Response:
    """The findings on an owner's portal, behind a link of their own."""
    with context.database.session() as session:
        link = replies.own_link(session, sheet, viewer.id, viewer.name, context.clock(), context.settings)
        path = replies.link_path(context.signer, link)
    return RedirectResponse(path, 303)


def _onward(context: Context, account: int, filters: Filters, after: int) -> Response:
    with context.database.reader() as session:
        found = queue.next_task(session, account, filters, after)
    return _to(found, filters)


def _to(task: int | None, filters: Filters) -> Response:
    query = urlencode(filters.query())
    place = "/desk" if task is None else f"/cards/{task}"
    return RedirectResponse(f"{place}?{query}" if query else place, 303)
