"""The likely places: how many links that promised a feature were followed, and how many were left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from detectors.calibration import rules

if TYPE_CHECKING:
    from crawler.frontier import Frontier

Likely = tuple[tuple[str, int, int], ...]
"""Feature, links followed, links left; features that no link promised have no row."""


def likely_places(frontier: Frontier) -> Likely:
    """Counts, when a crawl ends, the links whose words or address spoke of each feature.

    Followed are all whose pages were had. Left are the others (waiting, dropped, followed in vain or to a login, cut as
    a trap) whose promise is at least `likely_from` and that lead to no single news item: a faint promise that was not
    followed does not keep absence from being said. Links to one address count once, with all that they promise.
    """
    least = float(rules()["absent"]["likely_from"])
    followed = Counter(frontier.followed)
    in_vain = {**frontier.unread, **frontier.locked}
    followed.subtract(feature for entry in in_vain.values() for feature, _ in entry.features)
    left = Counter(
        feature for promised in frontier.unsettled() for feature, weight in promised.items() if weight >= least
    )
    return tuple((feature, followed[feature], left[feature]) for feature in sorted({*frontier.followed, *left}))
