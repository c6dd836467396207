"""Portals and cycles: importing, finding, listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import StorageError
from storage.models import Cycle, Portal
from storage.records import PortalRecord
from storage.repository.streaming import CHUNK, stream
from storage.rows import upsert
from storage.words import PortalKind

_NAMED = 3
"""So many portals that a name may mean are told."""


@dataclass(frozen=True, slots=True)
class ImportCount:
    """What an import of portals did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def import_portals(session: Session, records: Iterable[PortalRecord]) -> ImportCount:
    """Adds portals, or updates those with the same URL and kind; a field that a record leaves out keeps its value."""
    added = changed = unchanged = 0
    source = iter(records)
    while chunk := {(record.url, record.kind): record for record in islice(source, CHUNK)}:
        same = select(Portal).where(Portal.url.in_({url for url, _ in chunk}))
        known = {(portal.url, portal.kind): portal for portal in session.scalars(same)}
        for key, record in chunk.items():
            if key not in known:
                session.add(Portal(**asdict(record)))
                added += 1
            elif _update(known[key], record):
                changed += 1
            else:
                unchanged += 1
        session.flush()
    return ImportCount(added, changed, unchanged)


def put_portal(session: Session, record: PortalRecord) -> Portal:
    """The portal with this URL and kind, added or brought up to date."""
    same = select(Portal).where(Portal.url == record.url, Portal.kind == record.kind)
    portal = session.scalar(same)
    if portal is None:
        upsert(session.connection(), Portal, [asdict(record)], ("url", "kind"))
        portal = session.scalars(same).one()
    else:
        _update(portal, record)
    return portal


def portals(
    session: Session,
    *,
    kind: PortalKind | None = None,
    country: str | None = None,
    text: str | None = None,
    verified: bool | None = None,
) -> Iterator[Portal]:
    """The portals that match all that is given, by country and name; `text` is looked for in name and URL."""
    query = select(Portal).order_by(Portal.country, Portal.name, Portal.id)
    if kind is not None:
        query = query.where(Portal.kind == kind)
    if country is not None:
        query = query.where(Portal.country == country.upper())
    if text is not None:
        query = query.where(Portal.name.icontains(text, autoescape=True) | Portal.url.icontains(text, autoescape=True))
    if verified is not None:
        query = query.where(Portal.verified.is_not(None) if verified else Portal.verified.is_(None))
    return stream(session, query)


def find_portal(session: Session, name: str) -> Portal | None:
    """The portal with this number, this URL (of two the national) or, if it is the only one, this name."""
    if name.isascii() and name.isdigit() and len(name) < 10:
        return session.get(Portal, int(name))
    spellings = {name, name.rstrip("/"), name.rstrip("/") + "/"}
    named = session.scalars(select(Portal).where(Portal.url.in_(spellings)).order_by(Portal.kind.desc(), Portal.id))
    if (portal := named.first()) is not None:
        return portal
    found = session.scalars(select(Portal).where(Portal.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


def get_portal(session: Session, name: str) -> Portal:
    """The portal that `find_portal` finds. Raises `StorageError` that names those which may be meant."""
    found = find_portal(session, name)
    if found is not None:
        return found
    same = session.scalars(select(Portal).where(Portal.name == name).order_by(Portal.id)).all()
    if same:
        raise StorageError(f"{len(same)} portals are called {name!r}", f"give the number: {_listed(same)}")
    alike = list(islice(portals(session, text=name), _NAMED + 1)) if name.strip() else []
    mend = f"did you mean {_listed(alike)}?" if alike else "losi portals list shows numbers and URLs"
    raise StorageError(f"no portal is called {name!r}", mend)


def _listed(found: Sequence[Portal]) -> str:
    """The first portals, by number, with what tells them apart."""
    named = [f"{portal.id} ({portal.name}, {portal.url})" for portal in found[:_NAMED]]
    return ", ".join(named) + (", ..." if len(found) > _NAMED else "")


def new_cycle(
    session: Session,
    name: str,
    edition: str,
    *,
    closes: datetime | None = None,
    settings: dict[str, Any] | None = None,
) -> Cycle:
    """A new survey cycle. Raises `StorageError` if there is one with this name."""
    if session.scalar(select(Cycle.id).where(Cycle.name == name)) is not None:
        raise StorageError(f"there is already a cycle {name!r}", "choose another name")
    cycle = Cycle(name=name, edition=edition, created=datetime.now(UTC), closes=closes, settings=settings or {})
    session.add(cycle)
    session.flush()
    return cycle


def find_cycle(session: Session, name: str) -> Cycle | None:
    """The cycle of this name."""
    return session.scalar(select(Cycle).where(Cycle.name == name))


def _update(portal: Portal, record: PortalRecord) -> bool:
    """Gives the portal what the record states; whether anything changed. A name that is the address states none."""
    stated = {name: value for name, value in asdict(record).items() if value is not None}
    if record.name == record.url:
        del stated["name"]
    changes = {name: value for name, value in stated.items() if getattr(portal, name) != value}
    for name, value in changes.items():
        setattr(portal, name, value)
    return bool(changes)
