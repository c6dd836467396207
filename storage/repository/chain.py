"""The chain of reviews: every row is sealed with the hash of the row before, so that no row can be changed unseen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import dump_json
from storage.errors import StorageError
from storage.models import ChainHead, Review
from storage.models.decision import GENESIS
from storage.repository.streaming import stream
from storage.words import Act, Verdict


@dataclass(frozen=True, slots=True)
class Entry:
    """A review to be added; `before` and `after` are what it changes, `proof` what it rests on."""

    answer_id: int
    who: str
    at: datetime
    act: Act = "decision"
    verdict: Verdict | None = None
    card_id: int | None = None
    account_id: int | None = None
    shown: bool | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    comment: str | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """The first row of the chain that is not as it was written, and in what."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The chain read from end to end: how many rows, the hash of the last one, and where it is broken, if it is."""

    rows: int
    head: str
    broken: Break | None


def lock_chain(session: Session) -> ChainHead:
    """Waits for every other writer of reviews to commit, and keeps them waiting until this transaction ends.

    Whoever locks rows of answers or cards as well locks the chain first, so that no two wait for each other.
    """
    query = select(ChainHead).where(ChainHead.id == 1).with_for_update()
    head = session.scalar(query.execution_options(populate_existing=True))
    if head is None:
        raise StorageError("the chain of reviews has lost its head", "restore the database from a backup")
    return head


def append(session: Session, entry: Entry) -> Review:
    """Adds a review at the end of the chain."""
    head = lock_chain(session)
    review = Review(
        number=head.number + 1,
        answer_id=entry.answer_id,
        card_id=entry.card_id,
        account_id=entry.account_id,
        who=_clean(entry.who),
        at=entry.at.astimezone(UTC),
        act=entry.act,
        verdict=entry.verdict,
        shown=entry.shown,
        before=_plain(entry.before),
        after=_plain(entry.after),
        comment=None if entry.comment is None else _clean(entry.comment),
        proof=_plain(entry.proof),
        previous=head.hash,
        key=entry.key,
    )
    review.hash = seal(review)
    head.number, head.hash = review.number, review.hash
    session.add(review)
    session.flush()
    return review


def seal(review: Review) -> str:
    """SHA-256 over the row's content, the hash of the row before included, as JSON with sorted keys (RFC 8259)."""
    content = {
        "number": review.number,
        "answer": review.answer_id,
        "card": review.card_id,
        "account": review.account_id,
        "who": review.who,
        "at": review.at.isoformat(),
        "act": review.act,
        "verdict": review.verdict,
        "shown": review.shown,
        "before": review.before,
        "after": review.after,
        "comment": review.comment,
        "proof": review.proof,
        "previous": review.previous,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return sha256(text.encode("ascii")).hexdigest()


def verify_chain(session: Session) -> ChainReport:
    """Reads the whole chain and compares every row with its hash, and the last with the head."""
    rows, last = 0, GENESIS
    for review in stream(session, select(Review).order_by(Review.number)):
        if why := _fault(review, rows + 1, last):
            return ChainReport(rows, last, Break(review.number, why))
        rows, last = rows + 1, review.hash
    head = session.get(ChainHead, 1)
    if head is None or (head.number, head.hash) != (rows, last):
        said = "nothing" if head is None else f"row {head.number}"
        return ChainReport(rows, last, Break(rows + 1, f"the chain ends at row {rows}, its head says {said}"))
    return ChainReport(rows, last, None)


def with_key(session: Session, account_id: int, key: str) -> Review | None:
    """The review that an account sent under this key, if it came before."""
    return session.scalar(select(Review).where(Review.account_id == account_id, Review.key == key))


def has_hash(session: Session, value: str) -> bool:
    """Whether a row of the chain (or its beginning) has this hash."""
    return value == GENESIS or session.scalar(select(Review.id).where(Review.hash == value).limit(1)) is not None


def _fault(review: Review, number: int, previous: str) -> str:
    if review.number != number:
        return f"row {number} is missing"
    if review.previous != previous:
        return "it does not follow from the row before"
    return "" if seal(review) == review.hash else "its content is not what was sealed"


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The value as it comes back from either database."""
    plain: dict[str, Any] = _scrubbed(json.loads(dump_json(dict(value))))
    return plain


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {_clean(key): _scrubbed(item) for key, item in value.items()}
    return [_scrubbed(item) for item in value] if isinstance(value, list) else value


def _clean(text: str) -> str:
    """Text that PostgreSQL takes: NUL and lone surrogates become U+FFFD."""
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
