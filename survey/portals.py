"""The default portals: for each Member State the national portal and that of its most populous city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast, get_args

from survey.indicator import Kind
from survey.packaged import SurveyDataError, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal to assess.

    `country` is an alpha-3 code. `url` is None where no portal was found. `rank` is `best` for the
    portal to take, `alternative` for another address found, `none` without one. `trust` and `source`
    tell where the address comes from; `verified` whether a person or a crawl confirmed that it is the
    portal. `source_date` is ISO 8601 or empty.
    """

    kind: Kind
    country: str
    name: str
    url: str | None
    rank: str
    trust: str
    source: str
    source_date: str
    licence: str
    verified: bool
    note: str


@cache
def default_portals() -> tuple[Portal, ...]:
    """Return the bundled portals: national ones first, each kind by country, the best address first."""
    return tuple(parse_portal(row) for row in read_rows("portals.csv"))


def parse_portal(row: Mapping[str, str]) -> Portal:
    """Build a portal from a row of the portal list; raise SurveyDataError on an unknown kind."""
    if row["kind"] not in get_args(Kind):
        raise SurveyDataError(
            f"portal {row['name']!r}: kind is {row['kind']!r}, not one of {', '.join(get_args(Kind))}"
        )
    return Portal(
        kind=cast(Kind, row["kind"]),
        country=row["country"],
        name=row["name"],
        url=row["url"] or None,
        rank=row["rank"],
        trust=row["trust"],
        source=row["source"],
        source_date=row["source_date"],
        licence=row["licence"],
        verified=row["verified"] == "yes",
        note=row["note"],
    )
