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

    Followed are all whose pages were had; left are those alone, waiting or followed in vain, whose promise is at least
    `likely_from` and that lead to no single news item: a faint promise that was not followed does not keep absence from
    being said.
    """
    least = float(rules()["absent"]["likely_from"])
    followed = Counter(frontier.followed)
    followed.subtract(feature for entry in frontier.unread.values() for feature, _ in entry.features)
    promised: dict[str, set[str]] = {}
    for entry in (*frontier.waiting(), *frontier.unread.values()):
        wanted = [feature for feature, weight in entry.features if weight >= least and not entry.story]
        if wanted:
            promised.setdefault(canonical(entry.url), set()).update(wanted)
    left = Counter(feature for wanted in promised.values() for feature in wanted)
    return tuple((feature, followed[feature], left[feature]) for feature in sorted({*frontier.followed, *left}))
