"""What was seen of a feature, once it is known which links lead to pages that do not exist: those are at most hints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from detectors.accidents import Apart
from detectors.calibration import rules
from detectors.plainly import GONE
from detectors.standing import standing
from detectors.tally import combined

if TYPE_CHECKING:
    from detectors.observation import Observation
    from detectors.tally import Tally

IsGone = Callable[["Observation"], bool]
"""Whether an observation is a link to a page that was asked for and does not exist."""


class Seen(NamedTuple):
    """The best observations, strongest first; the proofs that are apart; and the combined strength that was promised
    before any link turned out to lead nowhere."""

    best: tuple[Observation, ...]
    apart: Apart
    promised: float


def seen_of(tally: Tally, feature: str, is_gone: IsGone) -> Seen:
    """What speaks for a feature. Links to pages that do not exist say so, and the next best take their places."""
    held, best = tally.held(feature), tally.best(feature)
    promised = combined(best)
    if not any(map(is_gone, held)):
        return Seen(tuple(best), tally.apart(feature), promised)
    left = sorted((_hint(o) if is_gone(o) else o for o in held), key=standing, reverse=True)
    apart = Apart.of(o for o in held if not is_gone(o))
    return Seen(tuple(left[: int(rules()["keep"])]), apart, promised)


def _hint(observation: Observation) -> Observation:
    least = min(observation.strength, float(rules()["gone"]))
    return observation._replace(strength=least, why=f"{observation.why}{GONE}")
