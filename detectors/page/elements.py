"""The parts of a page that detectors read: links, headings, forms, text blocks, each with its zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from lxml.html import HtmlElement

Zone = Literal["header", "nav", "main", "aside", "footer", "breadcrumb", "consent"]
"""Where on the page an element stands. `main` is whatever no other zone claims."""


made = tuple.__new__
"""Makes a named tuple of a tuple of all its fields, at half the cost of calling its class: a page has hundreds."""


class Link(NamedTuple):
    """An `<a>`/`<area>` with a target, an `<option>` whose value is an address (these come last), or a button, tile or
    picture whose script opens one, with no link in it.

    `url` is absolute, without fragment; `href` is the attribute as written. `label` is the visible text, of a card the
    heading in it, else the alternative text of its image, else aria-label or title. `context` is the nearest heading
    above, in the same zone.
    """

    url: str
    href: str
    label: str
    zone: Zone
    context: str = ""
    title: str = ""
    hreflang: str = ""
    element: HtmlElement | None = None

    @property
    def rel(self) -> str:
        """The attribute as written."""
        return self.element.get("rel", "") if self.element is not None else ""

    @property
    def css(self) -> str:
        """The attribute `class` as written."""
        return self.element.get("class", "") if self.element is not None else ""


class Heading(NamedTuple):
    """A heading; `level` 1..6 (a caption, legend or summary counts as 6)."""

    text: str
    level: int
    zone: Zone
    element: HtmlElement | None = None


class Block(NamedTuple):
    """A run of text inside one block-level element, link texts included; `link_chars` of them are link text."""

    text: str
    zone: Zone
    tag: str
    link_chars: int = 0
    element: HtmlElement | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A form control. `caption` joins label, placeholder, aria-label, title and value of a button; a hidden control has
    none."""

    tag: str
    type: str
    name: str
    caption: str = ""
    options: tuple[str, ...] = ()
    element: HtmlElement | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """A form, or the controls that stand outside any form (`loose` is then true). `action` is absolute."""

    action: str
    method: Literal["get", "post"]
    fields: tuple[Field, ...]
    text: str
    zone: Zone
    ident: str = ""
    loose: bool = False
    element: HtmlElement | None = field(default=None, repr=False, compare=False)

    def has(self, *types: str) -> bool:
        """Whether a control of one of these types is in the form."""
        return any(control.type in types for control in self.fields)
