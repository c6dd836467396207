"""The right of reply: a link for a portal's owner, the findings behind it, what is contested, and what comes of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.errors import Conflict, NotFound, Refused
from review.security.signing import Signer
from review.service.adjudication import adjudicate
from review.service.cards import PortalView, Proof, card, ground_of, portal_view
from review.service.decisions import comment_of
from review.service.notes import close as close_note
from review.service.proofs import FetchRow, ask, fetch_row
from review.service.sheets import sheet
from review.settings import ReviewSettings
from review.wording import N_
from storage.models import Card, Contest, Finding, Membership, Note, Portal, ProofFetch, ReplyLink, Sheet
from storage.repository.sheets import findings_by_feature
from survey.questionnaire import load

PURPOSE = "reply"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ContestRow:
    """A contested finding and what came of it.

    `result`: the state that was contested, and once the page was looked at the states of its features before and there.
    """

    id: int
    card: int
    sheet: int
    portal: str
    edition: str
    code: str
    title: str
    who: str
    comment: str | None
    made: datetime
    state: str
    result: Mapping[str, Any]
    fetch: FetchRow
    answer: str | None
    closed: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that is good, for supervisors; its address is not told again."""

    id: int
    made_by: str
    made: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class ReplyCard:
    """One finding as the portal's owner sees it: no assessor, no verdict."""

    code: str
    criterion: str
    title: str
    counts_as_yes: str
    state: str
    confidence: float | None
    proofs: tuple[Proof, ...]
    searched: Mapping[str, Any]
    contests: tuple[ContestRow, ...]


@dataclass(frozen=True, slots=True)
class ReplyView:
    """What a reply link shows."""

    link: int
    sheet: int
    edition: str
    portal: PortalView
    expires: datetime
    cards: tuple[ReplyCard, ...]


def make_link(session: Session, sheet_id: int, who: str, now: datetime, settings: ReviewSettings) -> ReplyLink:
    """A link to a sheet's findings, good for `reply_days`."""
    sheet(session, sheet_id)
    expires = (now + timedelta(days=settings.reply_days)).replace(microsecond=0)
    link = ReplyLink(sheet_id=sheet_id, made_by=who, created=now, expires=expires)
    session.add(link)
    session.flush()
    return link


def own_link(
    session: Session, sheet_id: int, account_id: int, who: str, now: datetime, settings: ReviewSettings
) -> ReplyLink:
    """The link to an owner's own portal; raises `NotFound` for a portal that they do not speak for."""
    if session.get(Membership, (account_id, sheet(session, sheet_id).portal_id)) is None:
        raise NotFound(N_("there is no such sheet"))
    query = select(ReplyLink).where(
        ReplyLink.sheet_id == sheet_id,
        ReplyLink.made_by == who,
        ReplyLink.revoked.is_(None),
        ReplyLink.expires > now + timedelta(days=1),
    )
    found = session.scalar(query.order_by(ReplyLink.id.desc()).limit(1))
    return found if found is not None else make_link(session, sheet_id, who, now, settings)


def link_path(signer: Signer, link: ReplyLink) -> str:
    """The path that carries the link's signature."""
    return f"/reply/{signer.sign(PURPOSE, str(link.id), link.expires)}"


def open_link(session: Session, signer: Signer, signed: str, now: datetime) -> ReplyLink:
    """The link that a path carries; raises `NotFound` if it is not good, or revoked."""
    link = session.get(ReplyLink, int(signer.read(PURPOSE, signed, now)))
    if link is None or link.revoked is not None:
        raise NotFound(N_("this link is not good, or no longer"), N_("ask for a new one"))
    return link


def links(session: Session, sheet_id: int, now: datetime) -> list[LinkRow]:
    """The links to a sheet that are good, newest first; raises `NotFound`."""
    sheet(session, sheet_id)
    good = (ReplyLink.sheet_id == sheet_id, ReplyLink.revoked.is_(None), ReplyLink.expires > now)
    found = session.scalars(select(ReplyLink).where(*good).order_by(ReplyLink.id.desc()))
    return [LinkRow(link.id, link.made_by, link.created, link.expires) for link in found]


def revoke_link(session: Session, sheet_id: int, link_id: int, who: str, now: datetime) -> None:
    """Makes a link to a sheet useless; what was contested through it stays. Raises `NotFound`."""
    link = session.get(ReplyLink, link_id)
    if link is None or link.sheet_id != sheet_id:
        raise NotFound(N_("there is no such link"))
    link.revoked = link.revoked or now
    log.warning("%s revoked the reply link %s of sheet %s", who, link_id, sheet_id)


def reply_view(session: Session, signer: Signer, link: ReplyLink, now: datetime) -> ReplyView:
    """The findings behind a link, and what was contested."""
    found = sheet(session, link.sheet_id)
    contested = contests(session, sheet_id=found.id)
    known = {found.run_id: findings_by_feature(session, found.run_id)}
    cards = session.scalars(select(Card).where(Card.sheet_id == found.id).order_by(Card.position))
    return ReplyView(
        link.id,
        found.id,
        found.edition,
        portal_view(session, found),
        link.expires,
        tuple(_reply_card(session, signer, each, found, contested, known.get(each.run_id), now) for each in cards),
    )


def contest(
    session: Session,
    link: ReplyLink,
    code: str,
    url: str,
    comment: str | None,
    who: str,
    now: datetime,
    settings: ReviewSettings,
) -> Contest:
    """Contests the finding on one question with a page that shows otherwise; that page is fetched and looked at.

    Raises `NotFound` for an unknown question, `Conflict` when too many were contested, `Refused` for a bad address.
    """
    found = session.scalar(select(Card).where(Card.sheet_id == link.sheet_id, Card.code == code[:40]))
    if found is None:
        raise NotFound(N_("the questionnaire has no such question"))
    made = session.scalar(select(func.count()).select_from(Contest).where(Contest.link_id == link.id)) or 0
    if made >= settings.contests:
        raise Conflict(N_("as many findings were contested as this link allows"), N_("write to whoever sent it"))
    name = " ".join(who.split())[:200]
    if not name:
        raise Refused(N_("say who contests the finding"))
    fetch = ask(session, found.id, url, f"reply {link.id}", now, allow_private=settings.allow_private)
    made_now = Contest(
        link_id=link.id,
        card_id=found.id,
        fetch_id=fetch.id,
        who=name,
        comment=comment_of(comment),
        made=now,
        state="received",
        result={"contested": found.state},
    )
    session.add(made_now)
    session.flush()
    details = {"contest": made_now.id, "url": fetch.url, "who": name}
    session.add(Note(card_id=found.id, at=now, kind="contested", details=details))
    return made_now


def contests(session: Session, *, sheet_id: int | None = None, open_only: bool = False) -> list[ContestRow]:
    """Contested findings (of one sheet), newest first."""
    query = (
        select(Contest, Card, Sheet, Portal)
        .join(Card, Card.id == Contest.card_id)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .join(Portal, Portal.id == Sheet.portal_id)
        .order_by(Contest.id.desc())
    )
    query = query if sheet_id is None else query.where(Card.sheet_id == sheet_id)
    query = query.where(Contest.closed.is_(None)) if open_only else query
    return [_row(session, found, on, sheet_, portal) for found, on, sheet_, portal in session.execute(query)]


def close_contest(
    session: Session, contest_id: int, accept: bool, answer: str | None, account_id: int, who: str, now: datetime
) -> None:
    """Accepts a contest, which adjudicates the card against the contested finding, or rejects it with a reason.

    Raises `NotFound`, `Conflict` if it is closed, `Refused` for a rejection without a reason.
    """
    found = session.get(Contest, contest_id, with_for_update=True)
    if found is None:
        raise NotFound(N_("there is no such contest"))
    if found.closed is not None:
        raise Conflict(N_("this contest is closed"))
    reason = comment_of(answer)
    if not accept and reason is None:
        raise Refused(N_("a rejection needs a reason"))
    if accept:
        state = found.result.get("contested") or card(session, found.card_id).state
        verdict = "no" if state == "present" else "yes"
        said, page = reason or f"contest {found.id} accepted", session.get_one(ProofFetch, found.fetch_id)
        adjudicate(session, account_id, found.card_id, verdict, said, now, page=page)
    found.state = "accepted" if accept else "rejected"
    found.answer, found.closed, found.closed_by = reason, now, who
    for note in session.scalars(select(Note).where(Note.card_id == found.card_id, Note.kind == "contested")):
        if note.details.get("contest") == found.id:
            close_note(session, note.id, who, now)


def _reply_card(
    session: Session,
    signer: Signer,
    each: Card,
    found: Sheet,
    contested: list[ContestRow],
    known: dict[str, Finding] | None,
    now: datetime,
) -> ReplyCard:
    asked = load(found.edition).indicator(each.code)
    ground = ground_of(session, signer, each, found, now, known)
    mine = tuple(row for row in contested if row.card == each.id)
    return ReplyCard(
        each.code,
        each.criterion,
        asked.title,
        asked.counts_as_yes,
        each.state,
        each.confidence,
        ground.proofs,
        ground.searched,
        mine,
    )


def _row(session: Session, found: Contest, contested: Card, on: Sheet, portal: Portal) -> ContestRow:
    return ContestRow(
        found.id,
        contested.id,
        on.id,
        portal.name,
        on.edition,
        contested.code,
        load(on.edition).indicator(contested.code).title,
        found.who,
        found.comment,
        found.made,
        found.state,
        found.result,
        fetch_row(session, found.fetch_id),
        found.answer,
        found.closed,
        found.closed_by,
    )
