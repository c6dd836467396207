"""The likely places: how many links that promised a feature were followed, and how many were left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.urls import canonical
from detectors.calibration import rules

if TYPE_CHECKING:
    from crawler.frontier import Frontier

Likely = tuple[tuple[str, int, int], ...]
"""Feature, links followed, links left; features that no link promised have no row."""


def likely_places(frontier: Frontier) -> Likely:
    """Counts, when a crawl ends, the links whose words or address spoke of each feature.

    Followed are all that did; left are those alone whose promise is at least `likely_from` and that lead to no single
    news item: a faint promise that was not followed does not keep absence from being said.
    """
    least = float(rules()["absent"]["likely_from"])
    left: Counter[str] = Counter()
    counted: set[str] = set()
    for entry in frontier.waiting():
        wanted = [feature for feature, weight in entry.features if weight >= least and not entry.story]
        url = canonical(entry.url) if wanted else ""
        if wanted and url not in counted:
            counted.add(url)
            left.update(wanted)
    followed = frontier.followed
    return tuple((feature, followed[feature], left[feature]) for feature in sorted({*followed, *left}))
