"""Where the links of a page lead: told once for all detectors that look for some hosts or schemes among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detectors.hosts import beginning_of, hosts_of, listed, may_be_listed
from detectors.observation import Observation
from detectors.views import view

if TYPE_CHECKING:
    from detectors.page import Page
    from detectors.page.elements import Link

_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Targets:
    """The links' `hosts`, without `www.`; the links `beyond_web`, whose address is none of http(s); and the absolute
    `addresses` of all, each on a line of its own."""

    hosts: frozenset[str]
    beyond_web: Sequence[Link]
    addresses: str


@view
def targets_of(page: Page) -> Targets:
    """The targets of the page's links."""
    addresses = [link.url for link in page.links]
    own = f"{beginning_of(page.url)}/"
    leaving = [link for link, url in zip(page.links, addresses, strict=True) if not url.startswith(own)]
    others = [link.url for link in leaving]
    hosts = hosts_of([own, *others] if len(others) < len(addresses) else others)
    beyond = [link for link in leaving if not link.url.startswith(_WEB)]
    return Targets(hosts, beyond, "\n".join(addresses))


def links_listed(page: Page, group: str) -> Iterator[tuple[Link, str]]:
    """The links to a host of the group of hosts.toml, in document order, each with the entry that it belongs to."""
    targets = targets_of(page)
    if may_be_listed(targets.hosts, targets.addresses, group):
        for link in page.links:
            entry = listed(link.url, group)
            if entry:
                yield link, entry


def as_proof(page: Page, link: Link, feature: str, strength: float, why: str) -> Observation:
    """A link of the page as proof of a feature, by where it leads."""
    quote, selector = link.label or link.href[:200], page.selector(link.element)
    return Observation(feature, "link", strength, quote, why, href=link.href, selector=selector, zone=link.zone)
