"""How much a sighting says, by the place where it stands: numbers kept as data, fitted on labelled pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from detectors.packaged import data

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        return self._of_row(self.tables[self.table_of(hit, text_as_proof)][hit.term.role], hit)

    def table_of(self, hit: Hit, text_as_proof: bool = False) -> str:
        """The table that speaks of the place where the term stands."""
        name = _TABLE_OF[hit.segment.kind]
        if name == "title" and hit.term.feature in self.tables["title_of_name"]["features"]:
            return "title_of_name"
        return "text_as_proof" if name == "text" and text_as_proof else name

    def of_url(self, hit: Hit) -> float:
        """Strength of a term in the path of a URL, with nothing said by the label."""
        return self._of_row(self.tables["url"]["alone"], hit)

    @property
    def url_support(self) -> float:
        """What a URL adds to a label that says the same."""
        value: float = self.tables["url"]["support"]
        return value

    def _of_row(self, row: Sequence[float], hit: Hit) -> float:
        few = self.tables["notice"]["most_extra"]
        extra = few if hit.extra > few and self._announces(hit) else hit.extra
        value = row[extra] if extra < len(row) else row[-1]
        factor: float = self.tables["factors"]["foreign"] if hit.foreign else 1.0
        heading = hit.segment.heading
        if heading is not None and hit.term.role != "strong":
            factor *= self._of_box(hit.term.feature, heading.level)
        return value * factor

    def _announces(self, hit: Hit) -> bool:
        """Whether the term opens a notice: what that tells after saying what it is counts no further."""
        notice, segment = self.tables["notice"], hit.segment
        begins = hit.term.role == "strong" and hit.start <= notice["within"]
        return begins and segment.kind in ("link", "heading") and hit.term.feature in notice["features"]

    def _of_box(self, feature: str, level: int) -> float:
        """What remains of a weak term in the caption of a box, unless a box shows the feature itself."""
        box = self.tables["box"]
        kept: float = 1.0 if level < box["from_level"] or feature in box["shown"] else box["factor"]
        return kept


@cache
def strengths() -> Strengths:
    """The strengths that ship with the product."""
    return Strengths(data("strengths"))
