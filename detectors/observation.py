"""One piece of proof on one page, on the transport or in the browser, for or against a feature."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["link", "content", "portal"]
Polarity = Literal["for", "against"]

PROOF = 0.5
"""From this strength on, the observation by itself is proof."""


class Observation(NamedTuple):
    """What a detector saw.

    `strength` is 0..1 (from `PROOF` on, proof by itself); `quote` is the text seen, as written on the page;
    `matched` are the (start, end) character offsets of the matched words in `quote`; `gloss` their meaning in
    English; `why` names the rule in words; `href` is the target as written, absolute where the page names another base;
    `selector` finds the element again (CSS). `url` and `capture` are filled in by whoever holds the page, `screenshot`
    (a path below the data folder) when a picture of it was taken.
    """

    feature: str
    kind: Kind
    strength: float
    quote: str
    why: str
    href: str = ""
    selector: str = ""
    matched: tuple[tuple[int, int], ...] = ()
    gloss: str = ""
    polarity: Polarity = "for"
    detector: str = ""
    version: str = ""
    url: str = ""
    capture: int | None = None
    zone: str = ""
    language: str = ""
    screenshot: str = ""

    def signed(self, detector: str, version: str, url: str, capture: int | None) -> Observation:
        """The same, with who saw it, and where if that was left open."""
        seen, place = self[:10], (self.url or url, self.capture if self.capture is not None else capture)
        return tuple.__new__(Observation, (*seen, detector, version, *place, *self[14:]))

    @property
    def is_proof(self) -> bool:
        """Whether this observation alone proves the feature."""
        return self.polarity == "for" and self.strength >= PROOF
