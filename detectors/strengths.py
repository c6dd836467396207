"""How much a sighting says, by the place where it stands: numbers kept as data, fitted on labelled pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from detectors.packaged import data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.hits import Hit

_REMEMBERED = 4_096
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


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """The tables of strengths.toml."""

    tables: dict[str, Any]

    def of(self, hit: Hit, text_as_proof: bool = False) -> float:
        """Strength of a term standing in a label, heading, caption or text."""
        term, segment, start, _, extra, foreign = hit
        level = segment.heading.level if segment.heading is not None else 0
        begins = start <= self.tables["notice"]["within"]
        return _of_place(self, segment.kind, term.feature, term.role, begins, extra, foreign, level, text_as_proof)

    def table_of(self, kind: str, feature: str, text_as_proof: bool = False) -> str:
        """The table that speaks of a place of the kind in which a term of the feature stands."""
        name = _TABLE_OF[kind]
        if name == "title" and feature in self.tables["title_of_name"]["features"]:
            return "title_of_name"
        return "text_as_proof" if name == "text" and text_as_proof else name

    def of_url(self, hit: Hit) -> float:
        """Strength of a term in the path of a URL, with nothing said by the label."""
        return self.of_row(self.tables["url"]["alone"], hit.extra, hit.foreign)

    @property
    def url_support(self) -> float:
        """What a URL adds to a label that says the same."""
        value: float = self.tables["url"]["support"]
        return value

    def of_row(self, row: Sequence[float], extra: int, foreign: bool, factor: float = 1.0) -> float:
        """What a row says of a term with so many other words beside it."""
        if foreign:
            factor *= self.tables["factors"]["foreign"]
        return (row[extra] if extra < len(row) else row[-1]) * factor

    def counted(self, kind: str, feature: str, extra: int) -> int:
        """How many words count beside a strong term that a place begins with: what a notice tells after saying what it
        is counts no further."""
        notice = self.tables["notice"]
        few: int = notice["most_extra"]
        return few if extra > few and kind in ("link", "heading") and feature in notice["features"] else extra

    def of_box(self, feature: str, level: int) -> float:
        """What remains of a weak term in the caption of a box, unless a box shows the feature itself."""
        box = self.tables["box"]
        kept: float = 1.0 if level < box["from_level"] or feature in box["shown"] else box["factor"]
        return kept


@lru_cache(maxsize=_REMEMBERED)
def _of_place(
    table: Strengths,
    kind: str,
    feature: str,
    role: str,
    begins: bool,
    extra: int,
    foreign: bool,
    level: int,
    text_as_proof: bool,
) -> float:
    """Strength of a term in a place of the kind, which may begin with it; `level` is that of its heading."""
    row = table.tables[table.table_of(kind, feature, text_as_proof)][role]
    alone = table.tables["text_alone"]
    if role == "strong" and kind == "text" and extra == 0 and feature in alone["features"]:
        return table.of_row(alone["strong"], extra, foreign)
    if role == "strong":
        return table.of_row(row, table.counted(kind, feature, extra) if begins else extra, foreign)
    return table.of_row(row, extra, foreign, table.of_box(feature, level))


@cache
def strengths() -> Strengths:
    """The strengths that ship with the product."""
    return Strengths(data("strengths"))
