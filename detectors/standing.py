"""What a sighting on one page is worth for the portal as a whole, by where it stands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from detectors.calibration import rules
from detectors.packaged import data

if TYPE_CHECKING:
    from detectors.observation import Observation

_INDEX = re.compile(r"(?:index|default|home)(?:\.\w{2,5})?")
_MENUS = frozenset(("nav", "header", "footer", "breadcrumb", "consent"))


def standing(observation: Observation) -> float:
    """The observation's strength for the whole portal: full on the front page and in menus, less deep in content."""
    place = "placed" if is_placed(observation) else observation.kind
    return observation.strength * float(rules()["standing"][place])


def is_placed(observation: Observation) -> bool:
    """Whether the sighting stands where a portal puts what is to be found: its front page, a menu, header or footer; or
    was no page's, but the portal's own (measured)."""
    return observation.kind == "portal" or observation.zone in _MENUS or is_front(observation.url)


@lru_cache(maxsize=4096)
def is_front(url: str) -> bool:
    """Whether the address is a portal's front page: no path but a language, `index` or both."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    steps = [step.lower() for step in parts.path.split("/") if step]
    if steps and steps[0].replace("_", "-").split("-")[0] in data("languages")["codes"] and len(steps[0]) <= 7:
        del steps[0]
    return not parts.query and (not steps or (len(steps) == 1 and _INDEX.fullmatch(steps[0]) is not None))
