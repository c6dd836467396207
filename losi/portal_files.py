"""Reads lists of portals, CSV or XLSX, however their columns are named; every row that cannot be used is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from losi.table_files import Columns, Fault, plain, read_table, spellings
from storage.records import PortalRecord
from storage.words import PortalKind

COLUMNS = ("kind", "country", "name", "url", "language", "region", "edition", "trust", "source", "verified")
_WORDS = "portal_columns"


def read_portals(path: Path) -> Iterator[PortalRecord | Fault]:
    """The portals of a CSV or XLSX file (`-`: CSV on stdin), in order, with a Fault for each row that cannot be used.

    Raises Failure for a file that cannot be read, and one without a column of addresses.
    """
    seen: dict[tuple[str, str], int] = {}
    for line, values in read_table(path, Columns(COLUMNS, "url", spellings(_WORDS)["columns"])):
        record = _record(line, values)
        if isinstance(record, PortalRecord):
            key = (record.url, record.kind)
            if key in seen:
                yield Fault(line, f"{record.url} is on line {seen[key]} already")
                continue
            seen[key] = line
        yield record


def _record(line: int, row: Mapping[str, str]) -> PortalRecord | Fault:
    from crawler.urls import typed_url
    from losi.languages import language_codes
    from survey.countries import UnknownCountryError, country
    from survey.questionnaire import UnknownEditionError, load

    try:
        kind = _kind(row)
        url = typed_url(row.get("url", ""))[0]
        code = country(row["country"]).iso3 if row.get("country") else None
        if row.get("edition") and load(row["edition"]).kind != kind:
            raise ValueError(f"edition {row['edition']} is not for {kind} portals")
        return PortalRecord(
            url=url,
            name=row.get("name") or url,
            kind=kind,
            country=code,
            language=language_codes(row.get("language", "")) or None,
            region=row.get("region") or None,
            edition=row.get("edition") or None,
            trust=row.get("trust") or None,
            source=row.get("source") or None,
            verified=_moment(row.get("verified", "")),
        )
    except (UnknownCountryError, UnknownEditionError, ValueError) as error:
        return Fault(line, str(error))


def _kind(row: Mapping[str, str]) -> PortalKind:
    said = row.get("kind") or "city"
    kind = spellings(_WORDS)["kinds"].get(plain(said))
    if kind is None:
        raise ValueError(f"kind is {said!r}; it must be city or national")
    return cast(PortalKind, kind)


def _moment(text: str) -> datetime | None:
    """The day a person checked the address; yes and no, which name no day, count as unknown."""
    if text.lower() in ("", "no", "yes", "true", "false"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"verified is {text!r}; it must be a date such as 2026-03-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
