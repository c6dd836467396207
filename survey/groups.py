"""Country groups (LDC, LLDC, SIDS) as dated lists, so that a result can name the membership it used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from survey.countries import countries
from survey.packaged import SurveyDataError, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class UnknownGroupError(LookupError):
    """No country group has the key asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """A country that joined or left a group on a day."""

    iso3: str
    date: date
    joined: bool
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """A country group: its members (alpha-3) as listed on a day, and the changes known since."""

    key: str
    name: str
    listed: date
    source: str
    listed_members: frozenset[str]
    changes: tuple[Change, ...]

    def members(self, on: date) -> frozenset[str]:
        """Return the members on a day; raise ValueError for a day before the list."""
        if on < self.listed:
            raise ValueError(f"the list of {self.key} is of {self.listed}; it does not tell the members on {on}")
        held = set(self.listed_members)
        for change in self.changes:
            if change.date <= on:
                (held.add if change.joined else held.discard)(change.iso3)
        return frozenset(held)


@cache
def groups() -> Mapping[str, Group]:
    """Return the groups by key (`LDC`, `LLDC`, `SIDS`); the mapping is read-only."""
    return MappingProxyType({key: _group(key, table) for key, table in read_toml("groups.toml").items()})


def members(group: str, on: date) -> frozenset[str]:
    """Return the alpha-3 codes of a group's members on a day; raise UnknownGroupError or ValueError."""
    if group not in groups():
        raise UnknownGroupError(f"unknown country group {group!r}; known are {', '.join(groups())}")
    return groups()[group].members(on)


def groups_of(iso3: str, on: date) -> tuple[str, ...]:
    """Return the keys of the groups that a country belongs to on a day."""
    return tuple(key for key, group in groups().items() if iso3 in group.members(on))


def _group(key: str, table: Mapping[str, Any]) -> Group:
    changes = tuple(_change(row) for row in table.get("changes", ()))
    unknown = {*table["members"], *(c.iso3 for c in changes)} - countries().keys()
    if unknown:
        raise SurveyDataError(f"groups: {key} names the unknown countries {', '.join(sorted(unknown))}")
    ordered = tuple(sorted(changes, key=lambda change: change.date))
    return Group(key, table["name"], table["listed"], table["source"], frozenset(table["members"]), ordered)


def _change(row: Mapping[str, Any]) -> Change:
    if row["change"] not in ("joined", "left"):
        raise SurveyDataError(f"groups: the change of {row['iso3']} is {row['change']!r}, not joined or left")
    return Change(row["iso3"], row["date"], row["change"] == "joined", row["source"])
