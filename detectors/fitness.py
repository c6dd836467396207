"""Whether a page is fit for a phone: the checks of `data/mobile.toml` on what a browser measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detectors.packaged import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detectors.facts.browser import Offender, PhoneMeasures


@dataclass(frozen=True, slots=True)
class Check:
    """One check with its outcome in words; `first` are the first elements that break it."""

    name: str
    fails: bool
    weight: float
    words: str
    first: tuple[Offender, ...] = ()


def checked(measures: PhoneMeasures) -> tuple[Check, ...]:
    """Every check of the page, in the order of the rules."""
    m = measures
    viewport = f'viewport "{m.viewport}"' if m.viewport else "no viewport declared"
    return (
        _check("layout", m.layout_width / m.width, f"laid out {m.layout_width} px wide for {m.width} px, {viewport}"),
        _check("overflow", m.overflow, f"{m.overflow} px of sideways scrolling", m.widest),
        _check("cut", _share(m.cut, m.characters), f"{_percent(m.cut, m.characters)} of the text cut off", m.cut_first),
        _check(
            "text",
            _share(m.small, m.characters),
            f"{_percent(m.small, m.characters)} of {m.characters} characters under {_limit('text_px')} px",
            m.small_first,
        ),
        _check(
            "targets",
            _share(m.missed, m.targets),
            f"{m.missed} of {m.targets} links and controls under {_limit('target_px')} px and too close to others, "
            f"{m.tight} under {_limit('comfortable_px')} px",
            m.missed_first,
        ),
        _check("zoom", int(not m.zoom), "zooming allowed" if m.zoom else "zooming forbidden"),
    )


def strength_of(checks: Sequence[Check]) -> tuple[bool, float]:
    """Whether the page is fit, and the strength of saying so."""
    rules = data("mobile")["verdict"]
    left = max(0.0, 1.0 - sum(check.weight for check in checks if check.fails))
    split = float(rules["fit_from"])
    if left >= split:
        return True, _between(rules["for"], (left - split) / (1.0 - split))
    return False, _between(rules["against"], (split - left) / split)


def _check(name: str, value: float, words: str, first: Iterable[Offender] = ()) -> Check:
    rule = data("mobile")["checks"][name]
    return Check(name, value > rule["limit"], float(rule["weight"]), words, tuple(first))


def _limit(name: str) -> int:
    return int(data("mobile")["limits"][name])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _percent(part: int, whole: int) -> str:
    return f"{_share(part, whole):.0%}"


def _between(ends: Sequence[float], share: float) -> float:
    return round(float(ends[0]) + (float(ends[1]) - float(ends[0])) * share, 3)
