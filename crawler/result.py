"""What one run over one portal came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from detectors.facts import TransportFacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from detectors.conclude import Finding

Outcome = Literal["ok", "partial", "blocked", "unreachable", "no_portal"]
Cause = Literal[
    "",
    "dns",
    "tcp",
    "tls",
    "http_status",
    "timeout",
    "robots",
    "block_page",
    "parked",
    "default_page",
    "private_address",
    "redirect_loop",
    "too_large",
    "not_html",
    "empty",
    "script_only",
    "not_in_archive",
    "budget",
    "interrupted",
    "error",
]


@dataclass(frozen=True, slots=True)
class PortalTarget:
    """The portal to visit. `country` is ISO 3166 alpha-3 or empty; `kind` chooses the spider."""

    url: str
    name: str = ""
    country: str = ""
    kind: Literal["city", "national"] = "city"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to, in counts and findings. `message` says the outcome in one sentence, with the mend if any.

    `views` names pictures of the home page, by view, as paths below the data folder. `cuts` are the captures of
    which only a part came or could be read, and why (`crawler.wire.CUTS`).
    """

    portal: PortalTarget
    edition: str
    outcome: Outcome
    cause: Cause
    message: str
    pages: int
    requests: int
    bytes: int
    seconds: float
    languages: tuple[str, ...]
    findings: tuple[Finding, ...]
    run_id: int | None = None
    archive: Path | None = None
    problems: tuple[str, ...] = field(default=())
    transport: TransportFacts = field(default_factory=TransportFacts)
    seconds_detect: float = 0.0
    seconds_render: float = 0.0
    views: tuple[tuple[str, str], ...] = ()
    cuts: Mapping[int, str] = field(default_factory=dict)

    @property
    def seconds_crawl(self) -> float:
        """What is left of `seconds` beside detectors and browser."""
        return max(0.0, self.seconds - self.seconds_detect - self.seconds_render)
