"""The supervisor's pages: sheets, disagreements, notes, contests, agreement, audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from review.access import IF_SUPERVISOR, App, Supervisor, from_form
from review.context import Context
from review.errors import Conflict, Refused, ReviewError
from review.inputs import MAX_ID, Id, Text
from review.pages import place_in, refusal, render
from review.service import adjudication, cards, figures, notes, replies, sheets
from review.service.sessions import Viewer
from storage.repository.chain import verify_chain

router = APIRouter()
FORM = [Depends(from_form)]
After = Annotated[int | None, Query(ge=1, le=MAX_ID)]
LISTED = 50
"""Disagreements, or notes, on one page."""
SHEETS = 100
"""Sheets on one page."""
Start = Annotated[int, Query(ge=0, le=MAX_ID)]
BACK = ("sheet", "notes", "contests")
"""Lists that lead to a card, and to which its verdict leads back."""


@router.get("/sheets")
def all_sheets(
    request: Request,
    context: App,
    viewer: Supervisor,
    country: Text = "",
    language: Text = "",
    kind: Text = "",
    text: Text = "",
    start: Start = 0,
) -> Response:
    """A page of the sheets under review."""
    wanted = sheets.SheetFilter(country or None, language or None, kind or None, text=text or None)
    with context.database.reader() as session:
        count = sheets.count(session, wanted)
        start = place_in(count, start, SHEETS)
        rows = sheets.sheets(session, wanted, start=start, limit=SHEETS)
    query = {"country": country, "language": language, "kind": kind, "text": text}
    part = {"start": start, "count": count, "listed": SHEETS}
    return render(request, "sheets.html", viewer, rows=rows, wanted=wanted, query=query, part=part)


@router.get("/sheets/{sheet}")
def one_sheet(request: Request, context: App, viewer: Supervisor, sheet: Id) -> Response:
    """One sheet, card by card."""
    return _sheet(request, context, viewer, sheet)


@router.post("/sheets/{sheet}/reply", dependencies=FORM)
def reply_link(request: Request, context: App, viewer: Supervisor, sheet: Id) -> Response:
    """A new link for the portal's owner, shown once."""
    with context.database.session() as session:
        link = replies.make_link(session, sheet, viewer.name, context.clock(), context.settings)
        path = replies.link_path(context.signer, link)
    return _sheet(request, context, viewer, sheet, f"{str(request.base_url).rstrip('/')}{path}")


@router.post("/sheets/{sheet}/reply/{link}/revoke", dependencies=FORM)
def revoke_link(context: App, viewer: Supervisor, sheet: Id, link: Id) -> Response:
    """Makes a link for the portal's owner useless."""
    with context.database.session() as session:
        replies.revoke_link(session, sheet, link, viewer.name, context.clock())
    return RedirectResponse(f"/sheets/{sheet}", 303)


@router.get("/disputes")
def all_disputes(request: Request, context: App, viewer: Supervisor, after: After = None) -> Response:
    """A page of the cards that wait for a supervisor."""
    with context.database.reader() as session:
        rows = adjudication.disputes(session, viewer.id, limit=LISTED + 1, after=after)
    more = rows[LISTED - 1].card if len(rows) > LISTED else None
    return render(request, "disputes.html", viewer, rows=rows[:LISTED], more=more)


@router.get("/disputes/{card}")
def one_dispute(
    request: Request, context: App, viewer: Supervisor, card: Id, back: Text = "", at: After = None
) -> Response:
    """A card with both answers; `back` names the list, and `at` the place in it, to which its verdict leads, if not to
    the next disagreement."""
    return _dispute(request, context, viewer, card, back=(back, at))


@router.post("/disputes/{card}", dependencies=FORM)
def adjudicate(
    request: Request,
    context: App,
    viewer: Supervisor,
    card: Id,
    verdict: Annotated[Text, Form()],
    comment: Annotated[Text, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
    back: Annotated[Text, Form()] = "",
    at: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
) -> Response:
    """Decides a card, and on to the next disagreement, or back to where the card was found; a reason that was typed is
    not lost."""
    try:
        with context.database.session() as session:
            adjudication.adjudicate(session, viewer.id, card, verdict, comment, context.clock(), seen=seen)
            following = adjudication.disputes(session, viewer.id, limit=1, after=card)
            sheet = cards.card(session, card).sheet_id
    except (Conflict, Refused) as error:
        return _dispute(request, context, viewer, card, error, comment, back=(back, at))
    lists = {"sheet": f"/sheets/{sheet}#card-{card}", "notes": f"/notes?after={at}" if at else "/notes"}
    lists["contests"] = f"/contests#contest-{at}"
    onward = f"/disputes/{following[0].card}" if following else "/disputes"
    return RedirectResponse(lists.get(back, onward), 303)


@router.get("/notes")
def all_notes(request: Request, context: App, viewer: Supervisor, after: After = None) -> Response:
    """A page of what changed after people decided."""
    with context.database.reader() as session:
        rows = notes.notes(session, limit=LISTED + 1, after=after)
    more = rows[LISTED - 1].id if len(rows) > LISTED else None
    return render(request, "notes.html", viewer, rows=rows[:LISTED], more=more, after=after)


@router.post("/notes/{note}/close", dependencies=FORM)
def close_note(context: App, viewer: Supervisor, note: Id) -> Response:
    """Marks a note as seen to."""
    with context.database.session() as session:
        notes.close(session, note, viewer.name, context.clock())
    return RedirectResponse("/notes", 303)


@router.get("/contests")
def all_contests(request: Request, context: App, viewer: Supervisor) -> Response:
    """What portals' owners contest."""
    return _contests(request, context, viewer)


@router.get("/contests/{contest}", dependencies=[IF_SUPERVISOR])
def one_contest(contest: Id) -> Response:
    """Where a form that was refused is loaded again."""
    return RedirectResponse(f"/contests#contest-{contest}", 303)


@router.post("/contests/{contest}", dependencies=FORM)
def close_contest(
    request: Request,
    context: App,
    viewer: Supervisor,
    contest: Id,
    accept: Annotated[Text, Form()],
    answer: Annotated[Text, Form()] = "",
) -> Response:
    """Accepts or rejects a contest; an answer that was typed is not lost."""
    try:
        with context.database.session() as session:
            replies.close_contest(session, contest, accept == "yes", answer, viewer.id, viewer.name, context.clock())
    except Refused as error:
        typed = {"id": contest, "answer": answer, "why": refusal(request, viewer, error)}
        return _contests(request, context, viewer, error.status, typed)
    return RedirectResponse("/contests", 303)


@router.get("/agreement")
def agreement(request: Request, context: App, viewer: Supervisor) -> Response:
    """How far assessors agree, with each other and with the program."""
    with context.database.reader() as session:
        report, bias = figures.agreement(session), figures.automation_bias(session)
    return render(request, "agreement.html", viewer, report=report, bias=bias)


@router.get("/audit")
def audit(request: Request, context: App, viewer: Supervisor) -> Response:
    """The chain of decisions, checked from end to end."""
    with context.database.reader() as session:
        report = verify_chain(session)
    return render(request, "audit.html", viewer, report=report)


def _dispute(
    request: Request,
    context: Context,
    viewer: Viewer,
    card: int,
    error: ReviewError | None = None,
    typed: str = "",
    *,
    back: tuple[str, int | None],
) -> Response:
    """A card with both answers, and why a verdict on it was refused."""
    with context.database.reader() as session:
        view = adjudication.dispute_view(session, context.signer, viewer.id, card, context.clock())
    why, status = (refusal(request, viewer, error), error.status) if error else ("", 200)
    name = back[0] if back[0] in BACK else "" if view.status == "disputed" else "sheet"
    values = {"card": view, "refused": why, "typed": typed, "back": name, "at": back[1]}
    return render(request, "dispute.html", viewer, status=status, **values)


def _contests(
    request: Request,
    context: Context,
    viewer: Viewer,
    status: int = 200,
    refused: Mapping[str, object] | None = None,
) -> Response:
    """All contests; `refused` is what was typed to answer one of them, and why it was not taken."""
    with context.database.reader() as session:
        rows = replies.contests(session)
    return render(request, "contests.html", viewer, status=status, rows=rows, refused=refused)


def _sheet(request: Request, context: Context, viewer: Viewer, number: int, link: str | None = None) -> Response:
    with context.database.reader() as session:
        rows, found = sheets.sheet_cards(session, number), sheets.sheet_row(session, number)
        links = replies.links(session, number, context.clock())
    return render(request, "sheet.html", viewer, rows=rows, sheet=found, link=link, links=links)
