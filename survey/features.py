"""Features: the facts about a portal that detectors flag and that answer the indicators of every edition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast, get_args

from survey.packaged import SurveyDataError, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Proof = Literal["page", "portal", "browser", "manual"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One fact that a portal can show, such as `procurement.announcements`.

    `proof` tells where proof is seen: on one `page`, in facts about the whole `portal` (transport,
    structure), in a `browser`, or only by a person (`manual`). `area` groups features for reading.
    """

    key: str
    title: str
    counts_as_yes: str
    proof: Proof
    area: str


@cache
def features() -> Mapping[str, Feature]:
    """Return every feature by its key, in the order of the data file; the mapping is read-only."""
    return parse_features(read_rows("features.csv"))


def parse_features(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Feature]:
    """Build the features of CSV rows; raise SurveyDataError on a repeated key or an unknown kind of proof."""
    found: dict[str, Feature] = {}
    for row in rows:
        feature = _feature(row)
        if feature.key in found:
            raise SurveyDataError(f"features: the key {feature.key!r} is given twice")
        found[feature.key] = feature
    return MappingProxyType(found)


def _feature(row: Mapping[str, str]) -> Feature:
    if row["proof"] not in get_args(Proof):
        raise SurveyDataError(
            f"feature {row['key']!r}: proof is {row['proof']!r}, not one of {', '.join(get_args(Proof))}"
        )
    return Feature(row["key"], row["title"], row["counts_as_yes"], cast(Proof, row["proof"]), row["area"])
