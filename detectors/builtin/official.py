"""Whether the portal is the government's own, and whether it links to other public bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.hits import Hit
from detectors.hosts import host_of, is_government, is_shared, listed, looks_governmental
from detectors.normalise import normal_label
from detectors.observation import Observation
from detectors.page import Page
from detectors.page.elements import Heading, Link
from detectors.standing import is_front
from detectors.strengths import Strengths
from detectors.targets import targets_of
from detectors.topic import TopicDetector

_COPYRIGHT = re.compile(r"©|\(c\)|&copy;|copyright|all rights reserved", re.I)
_MANY_LINKS = 3
_FEW_WORDS = 3
_MOST_OF_NAME = 4
_OPENING = 20
_OWNER = 0.55
_PROSE_CHARS = 40
_ONE_LABEL_SUFFIXES = frozenset(("gov", "mil"))


class OfficialPortal(TopicDetector):
    """The site is run by the government: a host name only governments may hold, or a title, logo or copyright line that
    names the body (city, ministry, government) as its owner."""

    name = "official-portal"
    version = "4"
    features = ("portal.official",)
    text_as_proof = True

    def observe(self, page: Page) -> Iterable[Observation]:
        """The host first, then words in title, footer and headings."""
        feature = self.features[0]
        if is_government(page.host):
            yield Observation(feature, "content", 0.9, page.host, "host name reserved for governments")
        elif looks_governmental(page.host):
            yield Observation(feature, "content", 0.45, page.host, "host name as governments use it by convention")
        for item in page.jsonld:
            if any(word in str(item.get("@type", "")) for word in ("Government", "CityHall", "Legislative")):
                yield Observation(
                    feature, "content", 0.75, str(item.get("name", ""))[:200], "structured data of a public body"
                )
                break
        named = {hit.segment.text for hit in page.hits.feature(feature) if _may_sign(hit)}
        for block in page.blocks if named else ():
            if block.text in named and _COPYRIGHT.search(block.text):
                selector = page.selector(block.element)
                yield Observation(feature, "content", 0.7, block.text[:200], "copyright line", selector=selector)
                break
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """A link names whom it leads to, which is this body only where it is the site's own logo or front page."""
        value = super().weigh(page, hit, table)
        if hit.segment.kind == "text" and hit.extra > _FEW_WORDS and hit.segment.zone == "main":
            return min(value, 0.45)
        link = hit.segment.link
        own = link is not None and host_of(link.url) == host_of(page.url)
        if hit.term.role == "weak" and _is_body(hit) and (hit.segment.kind == "title" or (own and _is_logo(link))):
            return max(value, _OWNER)
        return value if link is None or (own and link.zone in ("header", "footer")) else min(value, 0.45)


def _may_sign(hit: Hit) -> bool:
    """Whether the place is in the footer, or a line that begins with the sign of copyright."""
    return hit.segment.zone == "footer" or hit.segment.text[:_OPENING].count("©") > 0


def _is_logo(link: Link | None) -> bool:
    """Whether a link on top of the page leads to the front page, as a logo with the owner's name does."""
    return link is not None and link.zone == "header" and is_front(link.url)


def _is_body(hit: Hit) -> bool:
    """Whether a few words and the term make up a name, which the term ends or begins: "Road Safety Authority"."""
    length = len(normal_label(hit.segment.text))
    return 0 < hit.extra <= _MOST_OF_NAME and (hit.start == 0 or hit.end == length)


class AgencyLinks(TopicDetector):
    """Links to other public bodies: at least three, standing together, to hosts that governments hold or labelled with
    a public body's name. A menu entry "Links" says nothing of where it leads; a heading of such a collection does."""

    name = "agency-links"
    version = "6"
    features = ("institution.agency_links",)
    address_completes = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """Hosts linked, then words."""
        found = _largest_collection(page)
        if found:
            strength = 0.7 if len(found) > _MANY_LINKS else 0.6 if len(found) == _MANY_LINKS else 0.15 * len(found)
            quote = ", ".join(found[:6])[:240]
            why = f"links to {len(found)} other public bodies, standing together"
            yield Observation(self.features[0], "content", strength, quote, why)
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """Words such as "useful links" count as the heading of a collection, little as a bare menu entry; a form that
        lets choose among ministries links none, nor does the page's title, nor a heading over links to the site's own
        pages alone."""
        value = super().weigh(page, hit, table)
        weak, heading = hit.term.role == "weak", hit.segment.heading
        bare = weak and (hit.segment.link is not None or (heading is not None and _stays_here(page, heading)))
        return min(value, 0.45) if bare or hit.segment.kind in ("title", "form", "control") else value


def _stays_here(page: Page, heading: Heading) -> bool:
    """Whether links stand under the heading, all of them to the site itself; a heading that is a link leads further."""
    if heading.element is None or next(heading.element.iter("a"), None) is not None:
        return False
    return {host_of(link.url) for link in page.links if link.context == heading.text} == {
        page.host.removeprefix("www.")
    }


def _largest_collection(page: Page) -> list[str]:
    """Labels of the links to other public bodies under one heading and in one zone, the heading with the most. A host
    below the page's own tells no other body ("service.elm.example"), but its label may, and one below a country's
    shared domain does ("health.gov.xx" on gov.xx)."""
    own = _owner(page.host)
    named = {
        hit.segment.link.url
        for hit in (*page.hits.feature("portal.official"), *page.hits.feature("institution.agency_links"))
        if hit.segment.link is not None
    }
    others = (host for host in targets_of(page).hosts if host not in ("", page.host) and _owner(host) != own)
    bodies = frozenset(host for host in others if named or is_government(host))
    own_names = "" if is_shared(page.host) else f".{page.host.removeprefix('www.')}"
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for link in page.links if bodies else ():
        host = host_of(link.url)
        if host not in bodies:
            continue
        tells = is_government(host) and not (own_names and host.endswith(own_names))
        if not (tells or link.url in named) or listed(link.url, "social"):
            continue
        if not _in_prose(link):
            groups.setdefault((link.zone, link.context), {}).setdefault(_owner(host), link.label or host)
    return list(max(groups.values(), key=len, default={}).values())


def _in_prose(link: Link) -> bool:
    """Whether the link stands within a sentence of the content, as a reference does."""
    parent = link.element.getparent() if link.element is not None and link.zone == "main" else None
    if parent is None:
        return False
    around = len("".join(parent.itertext())) - sum(len("".join(a.itertext())) for a in parent.iter("a", "option"))
    return around > max(_PROSE_CHARS, len(link.label))


def _owner(host: str) -> str:
    """The part of a host that tells bodies apart: the label before the government's suffix, with it."""
    labels = host.removeprefix("www.").split(".")
    return ".".join(labels[-2:] if labels[-1] in _ONE_LABEL_SUFFIXES else labels[-3:])


DETECTORS = (OfficialPortal, AgencyLinks)
