"""How much a sighting says, by the place where it stands: numbers kept as data, fitted on labelled pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from detectors.packaged import data

if TYPE_CHECKING:
    from detectors.hits import Hit

_TABLE_OF = {
    "link": "label",
    "control": "label",
    "frame": "label",
    "image": "label",
    "heading": "heading",
    "title": "title",
    "form": "form",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Strengths:
    """The tables of strengths.toml."""

    tables: dict[str, Any]

    def of(self, hit: Hit, text_as_proof: bool = False) -> float:
        """Strength of a term standing in a label, heading, caption or text."""
        row = self.tables[self.table_of(hit, text_as_proof)][hit.term.role]
        value: float = row[min(hit.extra, len(row) - 1)]
        return value * self._factor(hit)

    def table_of(self, hit: Hit, text_as_proof: bool = False) -> str:
        """The table that speaks of the place where the term stands."""
        name = _TABLE_OF[hit.segment.kind]
        return "text_as_proof" if name == "text" and text_as_proof else name

    def of_url(self, hit: Hit) -> float:
        """Strength of a term in the path of a URL, with nothing said by the label."""
        row = self.tables["url"]["alone"]
        value: float = row[min(hit.extra, len(row) - 1)]
        return value * self._factor(hit)

    @property
    def url_support(self) -> float:
        """What a URL adds to a label that says the same."""
        value: float = self.tables["url"]["support"]
        return value

    def _factor(self, hit: Hit) -> float:
        value: float = self.tables["factors"]["foreign"] if hit.foreign else 1.0
        return value * self._of_box(hit)

    def _of_box(self, hit: Hit) -> float:
        """What remains of a weak term in the caption of a box, unless a box shows the feature itself."""
        box, heading = self.tables["box"], hit.segment.heading
        if heading is None or heading.level < box["from_level"] or hit.term.role == "strong":
            return 1.0
        kept: float = 1.0 if hit.term.feature in box["shown"] else box["factor"]
        return kept


@cache
def strengths() -> Strengths:
    """The strengths that ship with the product."""
    return Strengths(data("strengths"))
