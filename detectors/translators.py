"""Services that translate a page by machine: told from versions that people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from detectors.hosts import is_below
from detectors.packaged import data

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.page import Page

_MARKED = ("id", "class", "onclick", "href", "data-gt-lang")
_NEAR = 4
"""Elements around a link or choice that are looked at for a service's marks."""


@dataclass(frozen=True, slots=True)
class Translator:
    """A service; `addresses` says that its translations have addresses of their own (see data/translators.toml)."""

    name: str
    hosts: tuple[str, ...]
    marks: tuple[str, ...]
    scripts: tuple[str, ...]
    addresses: bool

    def owns(self, element: HtmlElement | None) -> bool:
        """Whether the element, or one close around it, bears the service's marks or leads to its hosts."""
        for _ in range(_NEAR):
            if element is None:
                return False
            said = " ".join(element.get(name, "") for name in _MARKED).lower()
            if any(mark in said for mark in (*self.marks, *self.hosts)):
                return True
            element = element.getparent()
        return False

    def serves(self, url: str) -> bool:
        """Whether the absolute address is the service's."""
        return any(is_below(url, name) for name in self.hosts)


@cache
def translators() -> tuple[Translator, ...]:
    """The services that are known."""
    return tuple(
        Translator(
            row["name"],
            tuple(row["hosts"]),
            tuple(row.get("marks", ())),
            tuple(row.get("scripts", ())),
            bool(row.get("addresses", False)),
        )
        for row in data("translators")["translator"]
    )


def translators_of(page: Page) -> tuple[tuple[Translator, str], ...]:
    """The services that the page embeds, each with the script it is known by."""
    inline, sources = "\n".join(page.inline_scripts).lower(), "\n".join(page.scripts).lower()
    found = []
    for one in translators():
        is_named = any(host.partition("/")[0] in sources for host in one.hosts)
        source = next((url for url in page.scripts if one.serves(url)), "") if is_named else ""
        told = source or next((word for word in one.scripts if word in inline), "")
        if told:
            found.append((one, told))
    return tuple(found)


def strength(place: str) -> float:
    """The strength of a sighting: of the `widget`, or of a `link` that belongs to one."""
    return float(data("translators")["strength"][place])
