"""Whether a page is empty unless its scripts run: a deterministic test on text, links and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crawler.urls import read_data

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.page import Page


_PLENTY = 2000
"""Characters of text beyond menus with which no page is a shell; it is not looked at further."""


@dataclass(frozen=True, slots=True)
class Fullness:
    """What a page shows as it was sent: characters of text (`main`: outside menus, header and footer), links, scripts
    that run, and whether an element that a framework would fill is there and empty."""

    text: int
    main: int
    links: int
    scripts: int
    mount: bool

    @property
    def is_shell(self) -> bool:
        """Whether the page shows nothing of worth without scripts (rule and limits: `data/shells.toml`)."""
        if not self.scripts:
            return False
        bare, mounted = _rules()["bare"], _rules()["mounted"]
        if self.text < bare["text"] and self.links < bare["links"]:
            return True
        few = self.text < mounted["text"] and self.links < mounted["links"]
        return self.mount and (few or self.main < mounted["main"])


def fullness(page: Page) -> Fullness:
    """The numbers of a page; of anything but HTML, none that make it a shell."""
    if page.kind != "html":
        return Fullness(len(page.text), len(page.text), 0, 0, False)
    main = sum(len(block.text) for block in page.blocks if block.zone == "main")
    scripts = len(page.scripts) + len(page.inline_scripts)
    if not scripts or main > _PLENTY:
        return Fullness(len(page.text), main, len(page.links), scripts, False)
    unseen = sum(len(_text(node)) for node in page.tree.iter("noscript"))
    seen = max(0, len(page.text.strip()) - unseen)
    return Fullness(seen, max(0, main - unseen), len(page.links), scripts, _mount(page.tree))


def _mount(tree: HtmlElement) -> bool:
    """Whether a framework's element is there and holds no text."""
    rules = _rules()
    names = frozenset(name.removeprefix("#") for name in rules["mounts"])
    found = [node for node in tree.iter("div", "main", "section", "body") if (node.get("id") or "").lower() in names]
    found += list(tree.iter(*rules["elements"]))
    return any(not _text(node) for node in found)


def _text(node: HtmlElement) -> str:
    """The text inside, without scripts and what is shown only where they do not run."""
    hidden = "script style template" if node.tag == "noscript" else "script style template noscript"
    test = " or ".join(f"ancestor::{tag}" for tag in hidden.split())
    pieces = node.xpath(f".//text()[not({test})]")
    return " ".join(" ".join(pieces).split())


@cache
def _rules() -> dict[str, Any]:
    return read_data("shells.toml")
