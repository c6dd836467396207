"""The JSON API, version 1: the same services as the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from review.access import IF_ADMIN, IF_SUPERVISOR, AnyUser, App, Assessor, Supervisor, from_script
from review.context import Context
from review.errors import Forbidden
from review.inputs import (
    MAX_ID,
    AccountBody,
    AssignBody,
    DecisionBody,
    Id,
    SameBody,
    Text,
    UndoBody,
    VerdictBody,
)
from review.service import (
    accounts,
    adjudication,
    assignments,
    cards,
    decisions,
    figures,
    notes,
    proofs,
    queue,
    sheets,
)
from review.service.queue import Filters
from review.service.windows import Window
from review.wording import N_
from storage.repository.chain import ChainReport, verify_chain

router = APIRouter(dependencies=[Depends(from_script)])
After = Annotated[int | None, Query(ge=1, le=MAX_ID)]
Cycle = Annotated[int | None, Query(ge=1, le=MAX_ID)]
Page = Annotated[int, Query(ge=1, le=queue.LIMIT)]


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks."""

    id: int
    name: str
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class Onward:
    """What was decided, and the card to show next (None when the queue is empty)."""

    task: int | None
    stage: int
    review: int
    next: int | None
    card: cards.CardView | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many sheets were newly laid on a desk."""

    sheets: int


@router.get("/me")
def me(viewer: AnyUser) -> Me:
    """Who asks."""
    return Me(viewer.id, viewer.name, viewer.role, viewer.language)


@router.get("/queue")
def read_queue(
    request: Request, context: App, viewer: Assessor, limit: Page = 50, after: After = None
) -> list[queue.TaskRow]:
    """The assessor's cards; query parameters are filters: sheet, criterion, state, low, high, changed, disputed, text,
    stage."""
    with context.database.reader() as session:
        return queue.tasks(session, viewer.id, Filters.of(request.query_params), limit=limit, after=after)


@router.get("/queue/next")
def read_next(request: Request, context: App, viewer: Assessor, after: After = None) -> Onward:
    """The card to decide next, under the same filters."""
    return _onward(context, viewer.id, Filters.of(request.query_params), after, None)


@router.get("/cards/{task}")
def read_card(context: App, viewer: Assessor, task: Id) -> cards.CardView:
    """One card of one's own desk."""
    with context.database.reader() as session:
        return cards.card_view(session, context.signer, viewer.id, task, context.clock())


@router.post("/cards/{task}/decision")
def decide(context: App, viewer: Assessor, task: Id, body: DecisionBody) -> Onward:
    """Stores a decision; gives the next card."""
    filters = Filters.of(body.filters)
    window = Window(body.answered, tuple(body.sent)) if body.answered is not None else None
    decision = decisions.Decision(body.verdict, body.proof, body.url, body.comment, seen=body.seen, window=window)
    with context.database.session() as session:
        done = decisions.decide(
            session,
            viewer.id,
            task,
            decision,
            context.clock(),
            allow_private=context.settings.allow_private,
            key=body.key,
        )
    if not body.onward:
        return Onward(done.task, done.stage, done.review, None, None)
    return _onward(context, viewer.id, filters, task, done)


@router.post("/cards/{task}/same")
def confirm_same(context: App, viewer: Assessor, task: Id, body: SameBody) -> list[decisions.Decided]:
    """Says yes to cards that rest on the same proof."""
    with context.database.session() as session:
        return decisions.confirm_same(
            session, viewer.id, task, body.tasks, context.clock(), seen=body.seen, key=body.key
        )


@router.post("/cards/{task}/reveal")
def reveal(context: App, viewer: Assessor, task: Id) -> cards.CardView:
    """Shows the other assessor's answer; the own one stands from then on."""
    with context.database.session() as session:
        cards.reveal(session, viewer.id, task, context.clock())
    return read_card(context, viewer, task)


@router.post("/undo")
def undo(context: App, viewer: Assessor, body: UndoBody) -> cards.CardView:
    """Takes a decision back; gives its card."""
    with context.database.session() as session:
        window = Window(sent=tuple(body.sent)) if body.sent is not None else None
        task = decisions.undo(session, viewer.id, context.clock(), body.task, window=window, key=body.key)
    return read_card(context, viewer, task)


@router.get("/fetches/{fetch}")
def read_fetch(context: App, viewer: Assessor, fetch: Id) -> proofs.FetchRow:
    """What became of a page that was named as proof."""
    with context.database.reader() as session:
        found = proofs.fetch_row(session, fetch)
    if viewer.role == "assessor" and found.who != viewer.name:
        raise Forbidden(N_("somebody else named this page"))
    return found


@router.get("/assignments")
def read_assignments(context: App, viewer: Assessor) -> list[assignments.Progress]:
    """Progress: one's own, or everybody's for a supervisor."""
    own = viewer.id if viewer.role == "assessor" else None
    with context.database.reader() as session:
        return assignments.progress(session, context.clock(), own)


@router.post("/assignments", dependencies=[IF_SUPERVISOR])
def assign(context: App, body: AssignBody) -> Assigned:
    """Lays sheets on an assessor's desk."""
    due = body.due.replace(tzinfo=UTC) if body.due is not None and body.due.tzinfo is None else body.due
    with context.database.session() as session:
        chosen = list(body.sheets)
        if body.country or body.language or body.kind or body.cycle:
            wanted = sheets.SheetFilter(body.country, body.language, body.kind, body.cycle, unassigned=True)
            chosen += sheets.matching(session, wanted)
        return Assigned(assignments.assign(session, body.account, chosen, due, context.clock(), context.settings))


@router.get("/sheets", dependencies=[IF_SUPERVISOR])
def read_sheets(
    context: App, country: Text = "", language: Text = "", kind: Text = "", cycle: Cycle = None
) -> list[sheets.SheetRow]:
    """Sheets under review."""
    with context.database.reader() as session:
        return sheets.sheets(session, sheets.SheetFilter(country or None, language or None, kind or None, cycle))


@router.get("/sheets/{sheet}/cards", dependencies=[IF_SUPERVISOR])
def read_sheet(context: App, sheet: Id) -> list[sheets.CardRow]:
    """The cards of a sheet with their verdicts."""
    with context.database.reader() as session:
        return sheets.sheet_cards(session, sheet)


@router.get("/disputes")
def read_disputes(
    context: App, viewer: Supervisor, limit: Page = 50, after: After = None
) -> list[adjudication.DisputeRow]:
    """Cards that wait for a supervisor."""
    with context.database.reader() as session:
        return adjudication.disputes(session, viewer.id, limit=limit, after=after)


@router.get("/disputes/{card}")
def read_dispute(context: App, viewer: Supervisor, card: Id) -> adjudication.DisputeView:
    """A card with both answers."""
    with context.database.reader() as session:
        return adjudication.dispute_view(session, context.signer, viewer.id, card, context.clock())


@router.post("/disputes/{card}/decision")
def adjudicate(context: App, viewer: Supervisor, card: Id, body: VerdictBody) -> decisions.Decided:
    """Decides a card."""
    with context.database.session() as session:
        return adjudication.adjudicate(
            session, viewer.id, card, body.verdict, body.comment, context.clock(), seen=body.seen
        )


@router.get("/notes", dependencies=[IF_SUPERVISOR])
def read_notes(context: App, everything: bool = False) -> list[notes.NoteRow]:
    """What changed after people decided."""
    with context.database.reader() as session:
        return notes.notes(session, open_only=not everything)


@router.get("/agreement", dependencies=[IF_SUPERVISOR])
def read_agreement(context: App, cycle: Cycle = None) -> figures.AgreementReport:
    """How far assessors agree, by indicator."""
    with context.database.reader() as session:
        return figures.agreement(session, cycle_id=cycle)


@router.get("/bias", dependencies=[IF_SUPERVISOR])
def read_bias(context: App, cycle: Cycle = None) -> figures.BiasReport:
    """How far assessors follow the suggestion when they see it."""
    with context.database.reader() as session:
        return figures.automation_bias(session, cycle_id=cycle)


@router.get("/audit", dependencies=[IF_SUPERVISOR])
def read_audit(context: App) -> ChainReport:
    """The chain of decisions, checked from end to end."""
    with context.database.reader() as session:
        return verify_chain(session)


@router.get("/accounts", dependencies=[IF_ADMIN])
def read_accounts(context: App) -> list[Me]:
    """All accounts."""
    with context.database.reader() as session:
        return [Me(row.id, row.name, row.role, row.language) for row in accounts.accounts(session)]


@router.post("/accounts", status_code=201, dependencies=[IF_ADMIN])
def add_account(context: App, body: AccountBody) -> Me:
    """A new account."""
    with context.database.session() as session:
        made = accounts.create_account(
            session, body.name, body.role, context.clock(), password=body.password, language=body.language
        )
        return Me(made.id, made.name, made.role, made.language)


def _onward(
    context: Context, account: int, filters: Filters, after: int | None, done: decisions.Decided | None = None
) -> Onward:
    """The next card whole, so that the page needs no further request."""
    with context.database.reader() as session:
        found = queue.next_task(session, account, filters, after)
        view = None if found is None else cards.card_view(session, context.signer, account, found, context.clock())
    if done is None:
        return Onward(after, 0, 0, found, view)
    return Onward(done.task, done.stage, done.review, found, view)
