"""Which pages stand for a portal, when only a few can be measured."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crawler.urls import read_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.reading import Reading

LIMIT = 5
"""Pages measured of one portal."""


def sample(readings: Iterable[Reading], *, home: str = "", limit: int = LIMIT) -> tuple[Reading, ...]:
    """The home page (address `home`, else the first that was read) and the best page of each type, in the order of
    the types (`crawler/data/page_types.toml`); no page twice, the same for the same readings in any order behind the
    first. Pages that are no HTML, were refused or did not answer with 200 are left out."""
    fit = [one for one in readings if one.kind == "html" and one.refused is None and one.status == 200]
    if not fit or limit < 1:
        return ()
    chosen = [next((one for one in fit if one.url == home), fit[0])]
    for features in page_types().values():
        if len(chosen) < limit:
            chosen += _best([one for one in fit if one.url not in {c.url for c in chosen}], features)
    return tuple(chosen)


def _best(readings: Sequence[Reading], features: tuple[str, ...]) -> list[Reading]:
    """The page that shows most of what its type is known by, in its content; none where no page shows any."""
    rated = [(_worth(one, features), one) for one in readings]
    best = min(((-worth, one.url, one) for worth, one in rated if worth > 0), key=lambda row: row[:2], default=None)
    return [best[2]] if best else []


def _worth(reading: Reading, features: tuple[str, ...]) -> float:
    found = (
        o.strength
        for o in reading.observations
        if o.kind == "content" and o.polarity == "for" and o.feature.startswith(features)
    )
    return max(found, default=0.0)


@cache
def page_types() -> dict[str, tuple[str, ...]]:
    """The features (or beginnings of their names) that tell a type of page, by type."""
    return {name: tuple(row["features"]) for name, row in read_data("page_types.toml")["types"].items()}
