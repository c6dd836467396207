"""Published index values, by edition and unit, with their source: what computed scores are held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from survey.packaged import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """The published values of one city or country in one edition (year); None where nothing was found.

    Indices run 0..1. `parts` are the counts of indicators met by criterion (2018 cities only). `status`
    tells how good the values are, `egovkb_city_id` is the city's number in the UN's knowledge base.
    """

    edition: int
    level: Literal["city", "country"]
    name: str
    iso3: str
    losi: float | None
    losi_rank: int | None
    parts: Mapping[str, int]
    egdi: float | None
    egdi_rank: int | None
    osi: float | None
    epi: float | None
    hci: float | None
    tii: float | None
    egovkb_city_id: str
    source: str
    status: str


@cache
def published_results() -> tuple[PublishedResult, ...]:
    """Return every published result, in the order of the data file."""
    return tuple(_result(row) for row in read_rows("published_results.csv"))


def published_cities(edition: int) -> tuple[PublishedResult, ...]:
    """Return the cities of an edition (year); empty when none was found."""
    return tuple(r for r in published_results() if r.level == "city" and r.edition == edition)


def published_countries(edition: int) -> tuple[PublishedResult, ...]:
    """Return the countries of an edition (year); empty when none was found."""
    return tuple(r for r in published_results() if r.level == "country" and r.edition == edition)


def _result(row: Mapping[str, str]) -> PublishedResult:
    return PublishedResult(
        edition=int(row["edition"]),
        level=cast(Literal["city", "country"], row["level"]),
        name=row["name"],
        iso3=row["iso3"],
        losi=_number(row["losi"]),
        losi_rank=_whole(row["losi_rank"]),
        parts={name: int(row[name]) for name in ("tech", "content", "services", "participation") if row[name]},
        egdi=_number(row["egdi"]),
        egdi_rank=_whole(row["egdi_rank"]),
        osi=_number(row["osi"]),
        epi=_number(row["epi"]),
        hci=_number(row["hci"]),
        tii=_number(row["tii"]),
        egovkb_city_id=row["egovkb_city_id"],
        source=row["source"],
        status=row["status"],
    )


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _whole(cell: str) -> int | None:
    return int(float(cell)) if cell else None
