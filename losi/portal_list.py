"""The portals at hand, bundled or stored, as tables, JSON, and CSV in the form that an import reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from losi.cells import cell
from losi.portal_files import COLUMNS
from losi.standing import Ending, ending
from storage.records import PortalRecord

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Entry:
    """A portal as listed. `number` is its row in the database, `stands` the run that stands for it, `later` the newest
    one since, which read less, `retired` the day from which new cycles leave it out; None outside the database."""

    portal: PortalRecord
    number: int | None = None
    stands: Ending | None = None
    later: Ending | None = None
    retired: date | None = None


def bundled_records() -> Iterator[PortalRecord]:
    """The best address known of each national portal and each most populous city's portal."""
    from survey.portals import default_portals

    for portal in default_portals():
        if portal.url and portal.rank == "best":
            yield PortalRecord(
                portal.url, portal.name, portal.kind, portal.country, trust=portal.trust, source=portal.source
            )


def missing_records() -> Iterator[tuple[str, str, str]]:
    """Kind, country and name of the bundled portals whose address nobody has found yet."""
    from survey.portals import default_portals

    for portal in default_portals():
        if not portal.url:
            yield portal.kind, portal.country, portal.name


def bundled_entries() -> list[Entry]:
    """The bundled portals as a list shows them."""
    return [Entry(record) for record in bundled_records()]


def stored_entries(session: Session) -> list[Entry]:
    """The portals of the database, by country and name, each with the run that stands for it."""
    from storage.repository import latest_run, passed_over, portals

    entries = []
    for portal in portals(session):
        record = PortalRecord(**{field.name: getattr(portal, field.name) for field in fields(PortalRecord)})
        run = latest_run(session, portal.id)
        later = passed_over(session, run) if run else None
        stands, since = (ending(each) if each else None for each in (run, later))
        entries.append(Entry(record, portal.id, stands, since, portal.retired.date() if portal.retired else None))
    return entries


def portals_csv(entries: Iterable[Entry]) -> str:
    """The portals as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        writer.writerow({name: cell(_value(entry.portal, name)) for name in COLUMNS})
    return out.getvalue()


def entry_document(entry: Entry) -> dict[str, Any]:
    """A portal as JSON; `run`, `outcome` and `cause` are those of the run that stands for it."""
    values: dict[str, Any] = {name: _value(entry.portal, name) for name in COLUMNS}
    stands = asdict(entry.stands) if entry.stands else {"run": None, "outcome": "", "cause": ""}
    retired = entry.retired.isoformat() if entry.retired else None
    later = asdict(entry.later) if entry.later else None
    return {**values, "number": entry.number, **stands, "later": later, "retired": retired}


def portal_table(entries: Iterable[Entry]) -> Table:
    """The portals as a table for people."""
    from rich.text import Text

    from losi.terminal import printable, table

    columns = ("no.", "kind", "country", "name", "url", "verified", "run", "outcome")
    made = table("Portals", columns, right=("no.", "run"))
    for entry in entries:
        portal = entry.portal
        numbers = [str(value or "") for value in (entry.number, entry.stands.run if entry.stands else None)]
        words = [Text(printable(word)) for word in (portal.name, portal.url)]
        checked = _value(portal, "verified") or "no"
        made.add_row(numbers[0], portal.kind, portal.country or "", *words, checked, numbers[1], _told(entry))
    return made


def _told(entry: Entry) -> str:
    """How the run that stands ended, the one that came after it, and that the portal is retired."""
    later = f"run {entry.later.run} since: {entry.later}" if entry.later else ""
    retired = f"retired {entry.retired}" if entry.retired else ""
    return "; ".join(filter(None, (str(entry.stands or ""), later, retired)))


def _value(portal: PortalRecord, name: str) -> str:
    value = getattr(portal, name)
    return value.date().isoformat() if isinstance(value, datetime) else value or ""
