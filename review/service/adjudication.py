"""Disagreements: what two assessors said, and what a supervisor makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from review.errors import Conflict, Forbidden, Refused
from review.security.signing import Signer
from review.service.cards import (
    Ground,
    IndicatorView,
    PortalView,
    card,
    ground_of,
    indicator_view,
    portal_view,
)
from review.service.decisions import Decided, comment_of, conclude, verdict_of
from review.service.proofs import FetchRow, fetches
from review.service.queue import LIMIT
from review.wording import N_
from storage.models import Account, Card, Portal, ProofFetch, Review, Sheet, Task
from storage.repository.chain import Entry, append, lock_chain
from storage.repository.sheets import DECIDED
from storage.words import Verdict
from survey.questionnaire import load


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A card that two assessors decided differently, or that one was unsure of."""

    card: int
    sheet: int
    portal: str
    country: str | None
    edition: str
    code: str
    criterion: str
    title: str


@dataclass(frozen=True, slots=True)
class Side:
    """One assessor's answer. `hidden`: the suggestion was kept from view."""

    who: str
    verdict: str
    comment: str | None
    proof: Mapping[str, Any]
    at: datetime
    hidden: bool


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A card as it lies before a supervisor. `history` are the adjudications so far; a verdict names `seen`, the last
    row of the chain that is about the card."""

    card: int
    sheet: int
    portal: PortalView
    indicator: IndicatorView
    ground: Ground
    sides: tuple[Side, ...]
    history: tuple[Side, ...]
    fetches: tuple[FetchRow, ...]
    status: str
    verdict: str | None
    seen: int


def disputes(session: Session, account_id: int, *, limit: int = 50, after: int | None = None) -> list[DisputeRow]:
    """Disputed cards that the account may adjudicate, by sheet and position; those that follow the card `after`."""
    own = select(Task.id).where(Task.card_id == Card.id, Task.account_id == account_id).exists()
    query = (
        select(Card, Sheet, Portal)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .join(Portal, Portal.id == Sheet.portal_id)
        .where(Card.status == "disputed", ~own)
        .order_by(Card.sheet_id, Card.position)
        .limit(max(1, min(limit, LIMIT)))
    )
    if after is not None:
        here = card(session, after)
        query = query.where(tuple_(Card.sheet_id, Card.position) > (here.sheet_id, here.position))
    return [_row(found, sheet, portal) for found, sheet, portal in session.execute(query)]


def dispute_view(session: Session, signer: Signer, account_id: int, card_id: int, now: datetime) -> DisputeView:
    """A card with both answers. Raises `NotFound`, and `Forbidden` for one of its assessors."""
    found = card(session, card_id)
    _is_outside(session, account_id, found)
    sheet = session.get_one(Sheet, found.sheet_id)
    return DisputeView(
        found.id,
        sheet.id,
        portal_view(session, sheet),
        indicator_view(sheet, found),
        ground_of(session, signer, found, sheet, now),
        _sides(session, found),
        _history(session, found),
        tuple(fetches(session, found.id)),
        found.status,
        found.verdict,
        _newest(session, found),
    )


def adjudicate(
    session: Session,
    account_id: int,
    card_id: int,
    verdict: str,
    comment: str | None,
    now: datetime,
    *,
    source: str | None = None,
    seen: int | None = None,
    page: ProofFetch | None = None,
) -> Decided:
    """Decides a card for good (or anew); assessors' answers stay as they are, and who has given none is asked no more.
    `source`: where, if not in the app; `seen`: what the card's view said; `page`: one that was named and decides it.

    The same verdict that comes twice, of a key pressed twice or a form sent again, is stored once.

    Raises `Forbidden` for one of its assessors, `Conflict` where somebody answered since it was `seen`, `Refused` for a
    skip.
    """
    lock_chain(session)
    found = card(session, card_id)
    _is_outside(session, account_id, found)
    said, words = verdict_of(verdict), comment_of(comment)
    if seen not in (None, newest := _newest(session, found)):
        if (made := _own(session, newest, account_id, said, words)) is not None:
            return Decided(0, made.number, DECIDED)
        raise Conflict(N_("somebody answered this card while you looked at it"), N_("look at it again, then answer"))
    if said == "skip":
        raise Refused(N_("a card is adjudicated with yes, no or unsure"))
    before = {"status": found.status, "settled": found.verdict, "suggestion": found.state}
    conclude(session, found, "adjudicated", said, now)
    session.execute(
        update(Task)
        .where(Task.card_id == found.id, Task.stage != DECIDED)
        .values(stage=DECIDED, verdict=None, suggested=None, decided=None)
    )
    who = session.get_one(Account, account_id).name
    entry = Entry(
        found.answer_id,
        who,
        now,
        act="adjudication",
        verdict=said,
        card_id=found.id,
        account_id=account_id,
        shown=True,
        before=before,
        after={"status": found.status, "settled": said, "suggestion": found.state},
        comment=words,
        proof=({"source": source} if source else {}) | ({"own": page.url, "fetch": page.id} if page else {}),
    )
    return Decided(0, append(session, entry).number, DECIDED)


def _newest(session: Session, found: Card) -> int:
    """The last row of the chain that is about a card; 0 if there is none."""
    return session.scalar(select(func.max(Review.number)).where(Review.card_id == found.id)) or 0


def _own(session: Session, number: int, account_id: int, verdict: Verdict, comment: str | None) -> Review | None:
    """The row of the chain with this number, if it is this adjudication."""
    same = (Review.act == "adjudication", Review.account_id == account_id, Review.verdict == verdict)
    made = session.scalar(select(Review).where(Review.number == number, *same))
    return made if made is not None and made.comment == comment else None


def _is_outside(session: Session, account_id: int, found: Card) -> None:
    own = select(Task.id).where(Task.card_id == found.id, Task.account_id == account_id)
    if session.scalar(own) is not None:
        raise Forbidden(N_("you are an assessor of this card"), N_("another supervisor adjudicates it"))


def _row(found: Card, sheet: Sheet, portal: Portal) -> DisputeRow:
    title = load(sheet.edition).indicator(found.code).title
    return DisputeRow(
        found.id, sheet.id, portal.name, portal.country, sheet.edition, found.code, found.criterion, title
    )


def _sides(session: Session, found: Card) -> tuple[Side, ...]:
    query = select(Task).where(Task.card_id == found.id, Task.stage == DECIDED, Task.verdict.is_not(None))
    last = {
        review.account_id: review
        for review in session.scalars(
            select(Review).where(Review.card_id == found.id, Review.act == "decision").order_by(Review.id)
        )
    }
    return tuple(_side(last[task.account_id], task.hidden) for task in session.scalars(query.order_by(Task.id)))


def _history(session: Session, found: Card) -> tuple[Side, ...]:
    query = select(Review).where(Review.card_id == found.id, Review.act == "adjudication").order_by(Review.id)
    return tuple(_side(review, False) for review in session.scalars(query))


def _side(review: Review, hidden: bool) -> Side:
    return Side(review.who, review.verdict or "", review.comment, review.proof, review.at, hidden)
