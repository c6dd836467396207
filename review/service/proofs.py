"""Pages that people name as proof: checked here, fetched and archived in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crawler.private import is_public
from crawler.urls import UrlError, typed_url
from review.errors import NotFound, Refused
from review.security.limits import Limit
from review.wording import N_
from storage.models import Card, Contest, Portal, ProofFetch, Sheet
from storage.repository import start_run

ASKS = (60, 3600)
"""Pages that one person may name in so many seconds."""
STALE = timedelta(minutes=10)
"""After so long a fetch is taken to have died with its process, and is made again, once."""
_DIED = "the program ended while it fetched this page"


@dataclass(frozen=True, slots=True)
class FetchRow:
    """A page that somebody named: `archived` is its capture (run, number) once it is `done`."""

    id: int
    card: int
    url: str
    who: str
    asked: datetime
    state: str
    run: int | None
    capture: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A fetch to be made now."""

    id: int
    card: int
    url: str
    portal: int
    edition: str
    run: int


def checked_url(text: str, *, allow_private: bool = False) -> str:
    """The address, completed; raises `Refused` for what is no web address or plainly a private one.

    What a name resolves to is judged when the page is fetched.
    """
    try:
        url, _ = typed_url(text.strip()[:4000])
    except UrlError as error:
        raise Refused(str(error)) from error
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise Refused(N_("an address with a name and password in it is not fetched"))
    numeric = ":" in host or host.rpartition(".")[2].isdigit()
    if not allow_private and (host.rpartition(".")[2] == "localhost" or (numeric and not is_public(host))):
        raise Refused(N_("this is no address of the public internet"))
    return url


def ask(
    session: Session, card_id: int, url: str, who: str, now: datetime, *, allow_private: bool = False
) -> ProofFetch:
    """Queues a page to be fetched for a card. Raises `Refused`, `NotFound`, `TooMany`."""
    address = checked_url(url, allow_private=allow_private)
    if session.get(Card, card_id) is None:
        raise NotFound(N_("there is no such card"))
    limit = Limit(f"proof {who}", *ASKS)
    limit.claim(session, now)
    limit.count(session, now)
    fetch = ProofFetch(card_id=card_id, url=address, who=who, asked=now, state="queued")
    session.add(fetch)
    session.flush()
    return fetch


def fetches(session: Session, card_id: int, *, who: str | None = None) -> list[FetchRow]:
    """The pages named for a card (by one person, if given), oldest first."""
    query = select(ProofFetch).where(ProofFetch.card_id == card_id).order_by(ProofFetch.id)
    query = query if who is None else query.where(ProofFetch.who == who)
    return [row_of(fetch) for fetch in session.scalars(query)]


def fetch_row(session: Session, fetch_id: int) -> FetchRow:
    """One fetch; raises `NotFound`."""
    found = session.get(ProofFetch, fetch_id)
    if found is None:
        raise NotFound(N_("there is no such page"))
    return row_of(found)


def row_of(fetch: ProofFetch) -> FetchRow:
    """A fetch in plain values."""
    return FetchRow(
        fetch.id,
        fetch.card_id,
        fetch.url,
        fetch.who,
        fetch.asked,
        fetch.state,
        fetch.run_id,
        fetch.capture_seq,
        fetch.error,
    )


def take(session: Session, now: datetime, taken: Callable[[int], bool] = lambda _: False) -> Job | None:
    """The next fetch to make, with the run that it goes to; it is this process's now. Numbers of runs that are `taken`
    by archives that this database does not know are passed over. A page with which two processes died is left: it may
    be what ended them."""
    left = (ProofFetch.state == "queued") | ((ProofFetch.state == "running") & (ProofFetch.started < now - STALE))
    query = select(ProofFetch).where(left).order_by(ProofFetch.id).limit(1).with_for_update(skip_locked=True)
    fetch = session.scalar(query)
    if fetch is None or _given_up(session, fetch):
        return None
    card = session.get_one(Card, fetch.card_id)
    sheet = session.get_one(Sheet, card.sheet_id)
    run = start_run(session, sheet.portal_id, sheet.edition, kind="proof", started=now, taken=taken)
    fetch.state, fetch.started, fetch.run_id = "running", now, run.id
    return Job(fetch.id, card.id, fetch.url, session.get_one(Portal, sheet.portal_id).id, sheet.edition, run.id)


def _given_up(session: Session, fetch: ProofFetch) -> bool:
    """Notes that a fetch died with its process; whether it did so before, and is failed."""
    if fetch.state == "queued":
        return False
    twice, fetch.error = fetch.error == _DIED, _DIED
    if twice:
        fetch.state = "failed"
        contested = (Contest.fetch_id == fetch.id, Contest.closed.is_(None))
        session.execute(update(Contest).where(*contested).values(state="failed"))
    return twice


def done(session: Session, job: Job, capture: int | None, error: str) -> None:
    """Writes down how a fetch ended: with a capture, or with what went wrong."""
    state = "done" if capture is not None else "failed"
    session.execute(
        update(ProofFetch)
        .where(ProofFetch.id == job.id)
        .values(state=state, run_id=job.run, capture_seq=capture, error=error or None)
    )
