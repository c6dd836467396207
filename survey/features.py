"""Features: the facts about a portal that detectors flag and that answer the indicators of every edition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast, get_args

from survey.extension import folder, noted, own_rows, place_of
from survey.packaged import SurveyDataError, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Proof = Literal["page", "portal", "browser", "manual"]
ToldBy = Literal["", "topic", "service"]
_TABLE = "features.csv"
_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")
_RESERVED = ("general.", "opening.")
"""What lexicons call their general vocabulary."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One fact that a portal can show, such as `procurement.announcements`.

    `proof` tells where proof is seen: on one `page`, in facts about the whole `portal` (transport,
    structure), in a `browser`, or only by a person (`manual`). `area` groups features for reading. `told_by` is of an
    extension's features, which words alone tell: of a `topic`, or of a `service` that can be done online.
    """

    key: str
    title: str
    counts_as_yes: str
    proof: Proof
    area: str
    told_by: ToldBy = ""


def features() -> Mapping[str, Feature]:
    """Return every feature by its key, in the order of the data file, those of the extension last; the mapping is
    read-only. Raise SurveyDataError where the extension's contradict themselves."""
    return _features(folder())


def own_features() -> tuple[Feature, ...]:
    """Return the features that the extension brings, none without one. Raise as `features` does."""
    shipped = _features(None)
    return tuple(feature for key, feature in features().items() if key not in shipped)


@cache
def _features(place: Path | None) -> Mapping[str, Feature]:
    return read_features(place)


def read_features(place: Path | None, faults: list[str] | None = None) -> Mapping[str, Feature]:
    """Read the features that ship and those of an extension. What is wrong with a row is noted in `faults`, and the row
    is left out; without them, raise SurveyDataError."""
    given = own_rows(place, _TABLE, ("key", "title", "counts_as_yes"), ("proof", "area", "told_by"), faults)
    rows = read_rows(_TABLE)
    for row in given:
        with noted(faults):
            rows.append(_completed(row))
    return parse_features(rows, faults)


def _completed(row: dict[str, str]) -> dict[str, str]:
    """A row of an extension with what may be left out: a topic that a page proves."""
    if not _KEY.fullmatch(row["key"]) or row["key"].startswith(_RESERVED):
        mend = "write area.name in small letters, as leisure.pools"
        raise SurveyDataError(f"{place_of(row, _TABLE)}: {row['key']!r} is no key; {mend}")
    proof = row.get("proof", "").lower() or "page"
    told_by = row.get("told_by", "").lower() or ("topic" if proof == "page" else "")
    if told_by and proof in get_args(Proof) and proof != "page":
        raise SurveyDataError(
            f"{place_of(row, _TABLE)}: {row['key']}: told_by is of what a page proves, not of {proof}"
        )
    return {**row, "proof": proof, "area": row.get("area") or row["key"].partition(".")[0], "told_by": told_by}


def parse_features(rows: Iterable[Mapping[str, str]], faults: list[str] | None = None) -> Mapping[str, Feature]:
    """Build the features of CSV rows; raise SurveyDataError on a repeated key, an unknown kind of proof or of words, or
    note it in `faults` and leave the row out."""
    found: dict[str, Feature] = {}
    for row in rows:
        with noted(faults):
            feature = _feature(row)
            if feature.key in found:
                raise SurveyDataError(f"{place_of(row, _TABLE)}: the key {feature.key!r} is given twice")
            found[feature.key] = feature
    return MappingProxyType(found)


def _feature(row: Mapping[str, str]) -> Feature:
    if row["proof"] not in get_args(Proof):
        known = ", ".join(get_args(Proof))
        raise SurveyDataError(
            f"{place_of(row, _TABLE)}: feature {row['key']!r}: proof is {row['proof']!r}, not one of {known}"
        )
    told_by = row.get("told_by", "")
    if told_by not in get_args(ToldBy):
        raise SurveyDataError(
            f"{place_of(row, _TABLE)}: feature {row['key']!r}: told_by is {told_by!r}, neither topic nor service"
        )
    proof, told = cast(Proof, row["proof"]), cast(ToldBy, told_by)
    return Feature(row["key"], row["title"], row["counts_as_yes"], proof, row["area"], told)
