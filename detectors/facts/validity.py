"""What a validator said of a portal's markup and style sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One error; `line` from 1 (0: not told), `extract` the source around it."""

    line: int
    text: str
    extract: str = ""


@dataclass(frozen=True, slots=True)
class Validity:
    """One document checked as `kind`; the style sheets inside a page are checked as its `css`. `first` are the first
    errors; `missing` counts style sheets that the page links but that were not at hand."""

    url: str
    kind: Literal["markup", "css"]
    errors: int
    warnings: int
    first: tuple[Message, ...] = ()
    missing: int = 0
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class ValidityFacts:
    """What the validator `tool` said of each document; nothing where it was not there."""

    tool: str = ""
    version: str = ""
    documents: tuple[Validity, ...] = ()
