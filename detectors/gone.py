"""Links to pages that do not exist: what a portal promises by them is at most a hint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from detectors.calibration import rules
from detectors.plainly import GONE
from detectors.standing import standing

if TYPE_CHECKING:
    from detectors.observation import Observation

IsGone = Callable[["Observation"], bool]
"""Whether an observation is a link to a page that was asked for and does not exist."""


def without_target(observations: Sequence[Observation], is_gone: IsGone) -> tuple[Observation, ...]:
    """The observations, strongest first; links to pages that do not exist are hints, and say why."""
    most = float(rules()["gone"])
    told = [o._replace(strength=min(o.strength, most), why=f"{o.why}{GONE}") if is_gone(o) else o for o in observations]
    return tuple(sorted(told, key=standing, reverse=True))
