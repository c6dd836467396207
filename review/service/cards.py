"""The card: all that an assessor sees of one question, and nothing that must be kept from view."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.errors import Conflict, NotFound
from review.security.signing import Signer
from review.service.archive import archived_link, picture_link
from review.service.proofs import FetchRow, fetches
from review.service.queue import own_task
from review.service.windows import newest_of
from review.wording import N_
from storage.models import Account, Card, Finding, Portal, Review, Sheet, Task
from storage.repository import cut_captures
from storage.repository.chain import lock_chain
from storage.repository.sheets import DECIDED, deciding, findings_by_feature, suggested
from survey.questionnaire import load

PROOFS = 9
"""As many proofs as there are keys to choose them."""


@dataclass(frozen=True, slots=True)
class PortalView:
    """The portal that a card is about."""

    id: int
    name: str
    url: str
    country: str | None
    kind: str
    language: str | None


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """The question."""

    edition: str
    code: str
    criterion: str
    title: str
    counts_as_yes: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the program suggests: `verdict` is yes, no, or None where only a person can tell; `explanation` says why."""

    state: str
    verdict: str | None
    confidence: float | None
    reason: str
    note: str
    change: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of proof; `matched` are character offsets in `excerpt`. `screenshot` and `archived` are paths here.
    `cut` says that only a part of the page came."""

    number: int
    url: str
    excerpt: str
    matched: tuple[tuple[int, int], ...]
    gloss: str
    why: str
    strength: float
    selector: str
    zone: str
    language: str
    detector: str
    run: int
    capture: int | None
    cut: bool
    screenshot: str | None
    archived: str | None


@dataclass(frozen=True, slots=True)
class Mine:
    """What this assessor decided."""

    verdict: str
    comment: str | None
    proof: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as it lies before an assessor. While `hidden` and not decided, nothing of the suggestion is in it.

    `status` is open or decided, and says more (agreed, disputed, adjudicated) with `verdict` and `other`, the other
    assessor's answer, only once this one asked to see it (`can_reveal`): then the own answer stands. `same_proof`
    are tasks on this sheet that rest on the same proof; `done` of `total` cards of the sheet are decided on this desk.
    `run` is that of the suggestion, None where it is hidden; a decision names it as `seen`. `answered` is this
    assessor's newest row of the chain on the card, 0 if there is none; a decision names it too.
    """

    task: int
    card: int
    sheet: int
    portal: PortalView
    indicator: IndicatorView
    hidden: bool
    suggestion: Suggestion | None
    proofs: tuple[Proof, ...]
    against: tuple[Proof, ...]
    searched: Mapping[str, Any]
    mine: Mine | None
    other: str | None
    can_reveal: bool
    status: str
    verdict: str | None
    same_proof: tuple[int, ...]
    fetches: tuple[FetchRow, ...]
    done: int
    total: int
    run: int | None
    answered: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a card rests on: the deciding finding's proof."""

    suggestion: Suggestion
    proofs: tuple[Proof, ...]
    against: tuple[Proof, ...]
    searched: Mapping[str, Any]


def card_view(
    session: Session, signer: Signer, account_id: int, task_id: int, now: datetime, but: Collection[int] = ()
) -> CardView:
    """The card of an assessor's own task; raises `NotFound`. Tasks in `but` are not told of as of the same proof."""
    task = own_task(session, account_id, task_id)
    card, sheet = session.get_one(Card, task.card_id), session.get_one(Sheet, task.sheet_id)
    kept = task.hidden and task.stage != DECIDED
    ground = None if kept else ground_of(session, signer, card, sheet, now)
    done, total = _count(session, task)
    both = task.stage == DECIDED and card.status != "open"
    last = newest_of(session, task)
    told = both and (task.revealed is not None or sheet.assessors == 1 or card.status == "adjudicated")
    return CardView(
        task=task.id,
        card=card.id,
        sheet=sheet.id,
        portal=portal_view(session, sheet),
        indicator=indicator_view(sheet, card),
        hidden=task.hidden,
        suggestion=ground.suggestion if ground else None,
        proofs=ground.proofs if ground else (),
        against=ground.against if ground else (),
        searched=ground.searched if ground else {},
        mine=own_answer(session, task),
        other=_other(session, task) if told else None,
        can_reveal=both and not told,
        status=card.status if told else "decided" if task.stage == DECIDED else "open",
        verdict=card.verdict if told else None,
        same_proof=() if kept else tuple(each for each in same_proof(session, task, card) if each not in but),
        fetches=tuple(fetches(session, card.id, who=session.get_one(Account, account_id).name)),
        done=done,
        total=total,
        run=card.run_id if ground else None,
        answered=last.number if last is not None else 0,
    )


def reveal(session: Session, account_id: int, task_id: int, now: datetime) -> None:
    """Lets an assessor see the other's answer; from then on the own one stands.

    Raises `Conflict` before both have decided.
    """
    lock_chain(session)
    task = own_task(session, account_id, task_id)
    card = session.get_one(Card, task.card_id)
    if task.stage != DECIDED or card.status == "open":
        raise Conflict(N_("the other answer is shown when both have decided"))
    task.revealed = task.revealed or now


def reveal_sheet(session: Session, account_id: int, sheet_id: int, now: datetime) -> int:
    """The same for every card of a sheet that both have decided; the number shown. Raises `Conflict` while own cards
    of the sheet are open."""
    lock_chain(session)
    mine = select(Task).where(Task.account_id == account_id, Task.sheet_id == sheet_id)
    if session.scalar(mine.where(Task.stage != DECIDED).limit(1)) is not None:
        raise Conflict(N_("the other answers are shown when your sheet is done"))
    query = mine.join(Card, Card.id == Task.card_id).where(Card.status != "open", Task.revealed.is_(None))
    tasks = session.scalars(query).all()
    for task in tasks:
        task.revealed = now
    return len(tasks)


def ground_of(
    session: Session,
    signer: Signer,
    card: Card,
    sheet: Sheet,
    now: datetime,
    findings: dict[str, Finding] | None = None,
) -> Ground:
    """What speaks for and against, and what was searched; `findings` of the card's run, if they are at hand."""
    asked = load(sheet.edition).indicator(card.code)
    known = findings_by_feature(session, card.run_id, asked.features) if findings is None else findings
    found = deciding(asked, known)
    reason, note = (found.reason or "", str(found.searched.get("note", ""))) if found else ("", "")
    words = found.explanation if found else ""
    return Ground(
        Suggestion(card.state, suggested(card.state), card.confidence, reason, note, card.change, words),
        _proofs(session, signer, found, found.evidence if found else (), now),
        _proofs(session, signer, found, found.against if found else (), now),
        dict(found.searched) if found else {},
    )


def own_answer(session: Session, task: Task) -> Mine | None:
    """What the task's assessor said last; None while it is open."""
    if task.verdict is None:
        return None
    query = select(Review).where(Review.card_id == task.card_id, Review.account_id == task.account_id)
    last = session.scalar(query.where(Review.act == "decision").order_by(Review.id.desc()).limit(1))
    return None if last is None else Mine(task.verdict, last.comment, last.proof, last.at)


def portal_view(session: Session, sheet: Sheet) -> PortalView:
    """The sheet's portal."""
    portal = session.get_one(Portal, sheet.portal_id)
    return PortalView(portal.id, portal.name, portal.url, portal.country, portal.kind, portal.language)


def indicator_view(sheet: Sheet, card: Card) -> IndicatorView:
    """The card's question."""
    asked = load(sheet.edition).indicator(card.code)
    return IndicatorView(sheet.edition, asked.code, asked.criterion, asked.title, asked.counts_as_yes)


def same_proof(session: Session, task: Task, card: Card) -> tuple[int, ...]:
    """The assessor's open tasks on this sheet that rest on the same proof, and whose suggestion is in view."""
    if card.proof_key is None or card.state != "present":
        return ()
    query = (
        select(Task.id)
        .join(Card, Card.id == Task.card_id)
        .where(
            Card.sheet_id == card.sheet_id,
            Card.proof_key == card.proof_key,
            Card.state == "present",
            Card.id != card.id,
            Task.account_id == task.account_id,
            Task.stage != DECIDED,
            ~Task.hidden,
        )
        .order_by(Task.position)
    )
    return tuple(session.scalars(query))


def card(session: Session, card_id: int) -> Card:
    """The card of this number; raises `NotFound`."""
    found = session.get(Card, card_id)
    if found is None:
        raise NotFound(N_("there is no such card"))
    return found


def _proofs(
    session: Session, signer: Signer, finding: Finding | None, items: tuple[()] | list[dict[str, Any]], now: datetime
) -> tuple[Proof, ...]:
    if finding is None:
        return ()
    shown = items[:PROOFS]
    captures = [item["capture"] for item in shown if item.get("capture") is not None]
    cut = cut_captures(session, finding.run_id, captures) if captures else {}
    return tuple(_proof(signer, number, finding.run_id, item, cut, now) for number, item in enumerate(shown, 1))


def _proof(
    signer: Signer, number: int, run: int, item: Mapping[str, Any], cut: Mapping[int, str], now: datetime
) -> Proof:
    capture = item.get("capture")
    return Proof(
        number=number,
        url=str(item.get("url") or ""),
        excerpt=str(item.get("quote") or ""),
        matched=tuple((int(start), int(end)) for start, end in item.get("matched") or ()),
        gloss=str(item.get("gloss") or ""),
        why=str(item.get("why") or ""),
        strength=float(item.get("strength") or 0.0),
        selector=str(item.get("selector") or ""),
        zone=str(item.get("zone") or ""),
        language=str(item.get("language") or ""),
        detector=str(item.get("detector") or ""),
        run=run,
        capture=capture,
        cut=capture in cut,
        screenshot=picture_link(item.get("screenshot")),
        archived=None if capture is None else archived_link(signer, run, int(capture), now),
    )


def _other(session: Session, task: Task) -> str | None:
    query = select(Task.verdict).where(Task.card_id == task.card_id, Task.account_id != task.account_id)
    return session.scalar(query.limit(1))


def _count(session: Session, task: Task) -> tuple[int, int]:
    query = select(func.count(Task.id).filter(Task.stage == DECIDED), func.count(Task.id)).where(
        Task.account_id == task.account_id, Task.sheet_id == task.sheet_id
    )
    done, total = session.execute(query).one()
    return done, total
