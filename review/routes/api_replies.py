"""The right of reply in the JSON API, version 1: links for portals' owners, and what they contest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Depends

from review.access import IF_SUPERVISOR, App, Supervisor, from_script
from review.inputs import ContestBody, Id
from review.service import replies

router = APIRouter(dependencies=[Depends(from_script)])


@dataclass(frozen=True, slots=True)
class Link:
    """A link for a portal's owner."""

    id: int
    path: str
    expires: datetime


@router.post("/sheets/{sheet}/reply-link")
def make_link(context: App, viewer: Supervisor, sheet: Id) -> Link:
    """A link for the portal's owner."""
    with context.database.session() as session:
        link = replies.make_link(session, sheet, viewer.name, context.clock(), context.settings)
        return Link(link.id, replies.link_path(context.signer, link), link.expires)


@router.get("/sheets/{sheet}/reply-links", dependencies=[IF_SUPERVISOR])
def read_links(context: App, sheet: Id) -> list[replies.LinkRow]:
    """The links for the portal's owner that are good."""
    with context.database.reader() as session:
        return replies.links(session, sheet, context.clock())


@router.post("/sheets/{sheet}/reply-links/{link}/revoke")
def revoke_link(context: App, viewer: Supervisor, sheet: Id, link: Id) -> list[replies.LinkRow]:
    """Makes a link for the portal's owner useless; gives those that are still good."""
    with context.database.session() as session:
        replies.revoke_link(session, sheet, link, viewer.name, context.clock())
        return replies.links(session, sheet, context.clock())


@router.get("/contests", dependencies=[IF_SUPERVISOR])
def read_contests(context: App) -> list[replies.ContestRow]:
    """What portals' owners contest."""
    with context.database.reader() as session:
        return replies.contests(session)


@router.post("/contests/{contest}/close")
def close_contest(context: App, viewer: Supervisor, contest: Id, body: ContestBody) -> list[replies.ContestRow]:
    """Accepts or rejects a contest; gives those still open."""
    with context.database.session() as session:
        replies.close_contest(session, contest, body.accept, body.answer, viewer.id, viewer.name, context.clock())
        return replies.contests(session, open_only=True)
