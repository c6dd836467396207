"""What a conclusion is: the state of one feature of one portal in one run, and what was searched for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from detectors.observation import Observation

State = Literal["present", "absent", "unknown", "manual", "not_applicable"]
Reason = Literal["", "blocked", "unreachable", "budget", "robots", "login", "language", "error", "tool"]


@dataclass(frozen=True, slots=True)
class SearchCertificate:
    """What was searched: the basis of every `absent`.

    `pages` counts pages read by detectors; `languages` the same by language; `exhausted` says that no in-scope page was
    left unvisited; `sitemap` that one was read; `site_search` lists the terms asked of the portal's own search;
    `left` counts known but unvisited pages; `outcome` and `cause` are the run's. `likely` tells, per feature, how many
    links that promised it were followed and how many were left; a feature that no link promised has no row.
    """

    pages: int = 0
    languages: tuple[tuple[str, int], ...] = ()
    exhausted: bool = False
    sitemap: bool = False
    site_search: tuple[str, ...] = ()
    left: int = 0
    outcome: str = "ok"
    cause: str = ""
    likely: tuple[tuple[str, int, int], ...] = ()

    def likely_places(self, feature: str) -> tuple[int, int]:
        """How many links that promised the feature were followed, and how many were left."""
        return next(((seen, left) for key, seen, left in self.likely if key == feature), (0, 0))

    def about(self, feature: str) -> SearchCertificate:
        """The same for one feature: with its row of `likely` alone."""
        if not self.likely:
            return self
        return replace(self, likely=tuple(row for row in self.likely if row[0] == feature))


@dataclass(frozen=True, slots=True)
class Finding:
    """The conclusion on one feature of one portal in one run.

    `confidence` is the probability that `state` is right; `explanation` says in words what it rests on.
    """

    feature: str
    state: State
    reason: Reason
    confidence: float
    evidence: tuple[Observation, ...] = ()
    against: tuple[Observation, ...] = ()
    detectors: tuple[tuple[str, str], ...] = ()
    certificate: SearchCertificate = SearchCertificate()
    explanation: str = ""
