"""Lists of portals as CSV: reads them with all faults named, writes them in the same form."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast, get_args

from losi.cells import cell
from losi.errors import Failure
from storage.records import PortalRecord
from storage.words import PortalKind

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy.orm import Session

COLUMNS = ("kind", "country", "name", "url", "language", "trust", "source", "verified")


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of a list that cannot be used, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A portal as listed; `number` and `run` are its row and its newest run in the database, None outside it."""

    portal: PortalRecord
    number: int | None = None
    run: int | None = None
    outcome: str = ""


def read_csv(path: Path) -> Iterator[PortalRecord | Fault]:
    """The rows of a CSV file with a header line, or of stdin for `-`; raise Failure if it has no column `url`."""
    if str(path) == "-":
        yield from _rows(sys.stdin, "stdin")
        return
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
            yield from _rows(stream, str(path))
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}", "check the path") from error


def bundled_records() -> Iterator[PortalRecord]:
    """The best address known of each national portal and each most populous city's portal."""
    from survey.portals import default_portals

    for portal in default_portals():
        if portal.url and portal.rank == "best":
            yield PortalRecord(
                portal.url, portal.name, portal.kind, portal.country, trust=portal.trust, source=portal.source
            )


def bundled_entries() -> list[Entry]:
    """The bundled portals as a list shows them."""
    return [Entry(record) for record in bundled_records()]


def stored_entries(session: Session) -> list[Entry]:
    """The portals of the database, by country and name, each with its newest finished run."""
    from storage.repository import latest_run, portals

    entries = []
    for portal in portals(session):
        record = PortalRecord(**{field.name: getattr(portal, field.name) for field in fields(PortalRecord)})
        run = latest_run(session, portal.id)
        entries.append(Entry(record, portal.id, run.id if run else None, (run.outcome or "") if run else ""))
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
    """A portal as JSON."""
    values: dict[str, Any] = {name: _value(entry.portal, name) for name in COLUMNS}
    return {**values, "number": entry.number, "run": entry.run, "outcome": entry.outcome}


def portal_table(entries: Iterable[Entry]) -> Table:
    """The portals as a table for people."""
    from rich.text import Text

    from losi.terminal import printable, table

    made = table("Portals", ("no.", "kind", "country", "name", "url", "run", "outcome"), right=("no.", "run"))
    for entry in entries:
        portal = entry.portal
        numbers = [str(value or "") for value in (entry.number, entry.run)]
        words = [Text(printable(word)) for word in (portal.name, portal.url)]
        made.add_row(numbers[0], portal.kind, portal.country or "", *words, numbers[1], entry.outcome)
    return made


def _value(portal: PortalRecord, name: str) -> str:
    value = getattr(portal, name)
    return value.date().isoformat() if isinstance(value, datetime) else value or ""


def _rows(stream: TextIO, name: str) -> Iterator[PortalRecord | Fault]:
    reader = csv.DictReader(stream)
    if "url" not in (reader.fieldnames or ()):
        raise Failure(f"{name} has no column 'url'", f"the first line must name the columns: {','.join(COLUMNS)}")
    for row in reader:
        values = {key: (value or "").strip() for key, value in row.items() if isinstance(value, str) and key}
        yield _row(reader.line_num, values)


def _row(line: int, row: Mapping[str, str]) -> PortalRecord | Fault:
    from crawler.urls import typed_url
    from survey.countries import UnknownCountryError, country

    kind = row.get("kind") or "city"
    if kind not in get_args(PortalKind):
        return Fault(line, f"kind is {kind!r}; it must be city or national")
    try:
        url = typed_url(row.get("url", ""))[0]
        code = country(row["country"]).iso3 if row.get("country") else None
        return PortalRecord(
            url=url,
            name=row.get("name") or url,
            kind=cast(PortalKind, kind),
            country=code,
            language=row.get("language") or None,
            trust=row.get("trust") or None,
            source=row.get("source") or None,
            verified=_moment(row.get("verified", "")),
        )
    except (UnknownCountryError, ValueError) as error:
        return Fault(line, str(error))


def _moment(text: str) -> datetime | None:
    """The day a person checked the address; yes and no, which name no day, count as unknown."""
    if text.lower() in ("", "no", "yes"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"verified is {text!r}; it must be a date such as 2026-03-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
