"""Countries: codes, names, UN M49 regions, official languages, income; found by code or name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.packaged import SurveyDataError, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class UnknownCountryError(LookupError):
    """No country has the code or name asked for."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory.

    `m49` is the UN's three-digit number as text. `member` tells UN membership. `region` and `subregion`
    are M49 names. `income` is the World Bank's group (`high`, `upper middle`, `lower middle`, `low`) or
    empty where there is none. `languages` are BCP 47 tags of the official languages. Vintages are in
    `survey/data/SOURCES.md`.
    """

    iso2: str
    iso3: str
    m49: str
    name: str
    member: bool
    region: str
    subregion: str
    income: str
    languages: tuple[str, ...]
    aliases: tuple[str, ...]


@cache
def countries() -> Mapping[str, Country]:
    """Return every country and territory by ISO 3166 alpha-3 code; the mapping is read-only."""
    return MappingProxyType({row["iso3"]: _country(row) for row in read_rows("countries.csv")})


@cache
def member_states() -> tuple[Country, ...]:
    """Return the 193 Member States of the United Nations, by alpha-3 code."""
    return tuple(found for found in countries().values() if found.member)


def country(code: str) -> Country:
    """Return the country of an alpha-2 code, alpha-3 code or English name, whatever the case and accents.

    Raise UnknownCountryError with the nearest names when there is none.
    """
    found = _index().get(_folded(code))
    if found is None:
        raise UnknownCountryError(f"unknown country {code!r}{_hint(code)}")
    return found


def members_by_region() -> dict[str, tuple[str, ...]]:
    """Return the alpha-3 codes of the Member States of each M49 region."""
    regions = dict.fromkeys(c.region for c in member_states())
    return {region: tuple(c.iso3 for c in member_states() if c.region == region) for region in sorted(regions)}


def _country(row: Mapping[str, str]) -> Country:
    return Country(
        iso2=row["iso2"],
        iso3=row["iso3"],
        m49=row["m49"],
        name=row["name"],
        member=row["member"] == "yes",
        region=row["region"],
        subregion=row["subregion"],
        income=row["income"],
        languages=_parts(row["languages"]),
        aliases=_parts(row["aliases"]),
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


@cache
def _index() -> Mapping[str, Country]:
    return _indexed(countries().values())


def _indexed(found: Iterable[Country]) -> Mapping[str, Country]:
    index: dict[str, Country] = {}
    for each in found:
        for name in (each.iso2, each.iso3, each.name, *each.aliases):
            other = index.setdefault(_folded(name), each)
            if other is not each:
                raise SurveyDataError(f"countries: {name!r} means both {other.iso3} and {each.iso3}")
    return MappingProxyType(index)


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("’", "'")).casefold()
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def _hint(code: str) -> str:
    near = get_close_matches(_folded(code), list(_index()), n=6, cutoff=0.6)
    names = list(dict.fromkeys(f"{_index()[n].name} ({_index()[n].iso3})" for n in near))[:3]
    return f"; did you mean {', '.join(names)}?" if names else "; give an ISO 3166 code or an English name"
