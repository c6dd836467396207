"""What a browser measured on a portal's pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrowserFacts:
    """What a browser saw; `engine` names it (empty: no browser was used)."""

    engine: str = ""
