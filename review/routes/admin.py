"""The admin's pages: accounts, assignments."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from review import jobs
from review.access import IF_ADMIN, IF_SUPERVISOR, Admin, App, Supervisor, from_form
from review.context import Context
from review.errors import Conflict, NotFound, Refused, ReviewError
from review.inputs import AssignForm, Id, Number, Shown, Text
from review.pages import place_in, refusal, render
from review.security.passwords import generated
from review.service import accounts, assignments, sheets
from review.service.sessions import Viewer
from review.wording import N_

router = APIRouter(prefix="/admin")
log = logging.getLogger(__name__)
FORM = [Depends(from_form)]
InView = Annotated[Shown, Query()]
LISTED = 100
"""Desks, or sheets that lack an assessor, on one page."""


@router.get("/accounts")
def account_list(request: Request, context: App, viewer: Admin) -> Response:
    """All accounts."""
    with context.database.reader() as session:
        rows = accounts.accounts(session)
    return render(request, "accounts.html", viewer, rows=rows, made=None)


@router.post("/accounts", dependencies=FORM)
def add_account(
    request: Request,
    context: App,
    viewer: Admin,
    name: Annotated[Text, Form()],
    role: Annotated[Text, Form()],
    language: Annotated[Text, Form()] = "en",
) -> Response:
    """A new account; its password is made here and shown once."""
    password = generated()
    with context.database.session() as session:
        accounts.create_account(session, name, role, context.clock(), password=password, language=language)
    with context.database.reader() as session:
        rows = accounts.accounts(session)
    return render(request, "accounts.html", viewer, rows=rows, made=(name, password))


@router.post("/accounts/{account}", dependencies=FORM)
def change_account(
    context: App,
    viewer: Admin,
    account: Id,
    role: Annotated[Text, Form()] = "",
    active: Annotated[Text, Form()] = "",
) -> Response:
    """Another role, or closed or open."""
    with context.database.session() as session:
        opened = None if not active else active == "yes"
        found = accounts.change_account(session, account, role=role or None, active=opened)
    log.warning("%s made %s %s, %s", viewer.name, found.name, found.role, "open" if found.active else "closed")
    return RedirectResponse("/admin/accounts", 303)


@router.post("/accounts/{account}/password", dependencies=FORM)
def reset_password(request: Request, context: App, viewer: Admin, account: Id) -> Response:
    """A new password, made here and shown once."""
    password = generated()
    with context.database.session() as session:
        accounts.set_password(session, account, password)
        name = accounts.account(session, account).name
    log.warning("%s gave %s a new password", viewer.name, name)
    with context.database.reader() as session:
        rows = accounts.accounts(session)
    return render(request, "accounts.html", viewer, rows=rows, made=(name, password))


@router.post("/accounts/{account}/factor", dependencies=FORM)
def drop_factor(context: App, viewer: Admin, account: Id) -> Response:
    """Turns off the second factor of somebody who lost it."""
    with context.database.session() as session:
        found = accounts.account(session, account)
        accounts.lost_totp(session, found)
    log.warning("%s turned off the second factor of %s", viewer.name, found.name)
    return RedirectResponse("/admin/accounts", 303)


@router.post("/accounts/{account}/portals", dependencies=[IF_ADMIN, *FORM])
def add_portal(context: App, account: Id, portal: Annotated[Number, Form()]) -> Response:
    """Lets an owner speak for a portal."""
    with context.database.session() as session:
        accounts.add_portal(session, account, portal)
    return RedirectResponse("/admin/accounts", 303)


@router.get("/assignments")
def assignment_list(request: Request, context: App, viewer: Supervisor, shown: InView) -> Response:
    """Who has what, and how far it is."""
    return _assignments(request, context, viewer, shown)


@router.post("/assignments", dependencies=FORM)
def assign(
    request: Request, context: App, viewer: Supervisor, shown: InView, laid: Annotated[AssignForm, Form()]
) -> Response:
    """Lays sheets on a desk: those ticked, or all that lack an assessor in a country or language. What was filled in is
    not lost where it is refused."""
    try:
        with context.database.session() as session:
            chosen = list(laid.sheet)
            if laid.country or laid.language:
                wanted = sheets.SheetFilter(laid.country or None, laid.language or None, unassigned=True)
                chosen += sheets.matching(session, wanted)
            if not chosen:
                raise Refused(
                    N_("nothing to assign"), N_("tick sheets, or name a country or language that lacks assessors")
                )
            assignments.assign(session, laid.account, chosen, due_date(laid.due), context.clock(), context.settings)
    except (Conflict, NotFound, Refused) as error:
        return _assignments(request, context, viewer, shown, laid, error)
    return _to_assignments(shown)


@router.post("/assignments/{assignment}/due", dependencies=[IF_SUPERVISOR, *FORM])
def move_due(context: App, assignment: Id, shown: InView, due: Annotated[Text, Form()] = "") -> Response:
    """Another due date, or none."""
    with context.database.session() as session:
        assignments.move_due(session, assignment, due_date(due))
    return _to_assignments(shown)


@router.post("/assignments/{assignment}/remove", dependencies=[IF_SUPERVISOR, *FORM])
def unassign(context: App, assignment: Id, shown: InView) -> Response:
    """Takes a sheet from a desk."""
    with context.database.session() as session:
        assignments.unassign(session, assignment)
    return _to_assignments(shown)


@router.post("/open", dependencies=[IF_SUPERVISOR, *FORM])
def open_sheets(
    context: App,
) -> Response:
    """Opens sheets for runs that ended since."""
    jobs.open_all(context)
    return RedirectResponse("/sheets", 303)


def _assignments(
    request: Request,
    context: Context,
    viewer: Viewer,
    shown: Shown,
    laid: AssignForm | None = None,
    error: ReviewError | None = None,
) -> Response:
    """The page of assignments; `laid` is what was filled in, and `error` why it was not taken."""
    wanted = sheets.SheetFilter(shown.country or None, shown.language or None, unassigned=True, text=shown.text or None)
    with context.database.reader() as session:
        desks, lacking = assignments.count(session, shown.assessor), sheets.count(session, wanted)
        places = {"first": place_in(desks, shown.first, LISTED), "waiting": place_in(lacking, shown.waiting, LISTED)}
        shown = shown.model_copy(update=places)
        values = {
            "rows": assignments.progress(session, context.clock(), shown.assessor, start=shown.first, limit=LISTED),
            "desks": desks,
            "people": [row for row in accounts.accounts(session) if row.active and row.role != "owner"],
            "waiting": sheets.sheets(session, wanted, start=shown.waiting, limit=LISTED),
            "lacking": lacking,
        }
    told = {"shown": shown, "listed": LISTED, "typed": laid, "query": urlencode(shown.query)}
    why, status = (refusal(request, viewer, error), error.status) if error else ("", 200)
    return render(request, "assignments.html", viewer, status=status, refused=why, **values, **told)


def _to_assignments(shown: Shown) -> Response:
    query = urlencode(shown.query)
    return RedirectResponse(f"/admin/assignments?{query}" if query else "/admin/assignments", 303)


def due_date(text: str) -> datetime | None:
    """The end of a day such as 2027-05-31, in UTC; raises `Refused`."""
    if not text.strip():
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text.strip()).date(), time(23, 59, 59), UTC)
    except ValueError as error:
        raise Refused(N_("%(text)r is no date"), N_("write it as 2027-05-31"), text=text[:40]) from error
