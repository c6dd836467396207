"""Search: the portal's own, and an advanced one with filters; the sitemap for people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.hits import Hit
from detectors.observation import PROOF, Observation
from detectors.page import Page
from detectors.page.elements import Field, Form, Link
from detectors.platform_kinds import of_kind
from detectors.search_form import search_strength, text_fields
from detectors.strengths import Strengths
from detectors.topic import TopicDetector

_FILTERS = 2
_FOR_MACHINES = 0.1
"""What a link to a sitemap in XML counts."""

_CHOICES = frozenset(("checkbox", "radio", "date", "month"))
_DATE_NAME = re.compile(r"(?:^|[\W_])(?:start|end|from|to)?[-_]?(?:date|fecha|datum|data)|Date(?:[A-Z]|$)")


class InternalSearch(TopicDetector):
    """A search box for the site: a form or field of type search, or whose name, action, role or caption says search,
    a box that a search engine draws for the site, or a link to the search page. A login or newsletter form is none."""

    name = "internal-search"
    version = "3"
    features = ("search.internal",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Forms first, then words."""
        best: Observation | None = None
        for form in page.forms:
            strength, why = search_strength(page, form)
            if strength and (best is None or strength > best.strength):
                quote = " ".join(f"{f.tag}[{f.type}] {f.name} {f.caption}".strip() for f in text_fields(form)[:2])
                best = Observation(
                    self.features[0],
                    "content",
                    strength,
                    quote[:200],
                    why,
                    selector=page.selector(_place(form)),
                    zone=form.zone,
                )
        if best is not None:
            yield best
        yield from of_kind(page, self.features[0], "site search")
        yield from super().observe(page)


def _place(form: Form) -> object:
    fields = text_fields(form)
    return form.element if form.element is not None else fields[0].element if fields else None


class AdvancedSearch(TopicDetector):
    """A search with filters, dates or excluded words: a link of that name, or a search with at least two further
    choices (lists, boxes, dates). A site made with web forms sends it by POST; an application asks for running text."""

    name = "advanced-search"
    features = ("search.advanced",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then forms with filters."""
        yield from super().observe(page)
        for form in page.forms:
            names = sorted({field.name.partition(" ")[0] for field in form.fields if _is_filter(field)})
            if len(names) >= _FILTERS and _searches(page, form):
                quote = f"{len(names)} filters: {', '.join(names)}"[:200]
                selector = page.selector(form.element)
                yield Observation(
                    self.features[0], "content", 0.6, quote, "search form with filters", selector=selector
                )
                return


def _is_filter(field: Field) -> bool:
    """Whether the control narrows a search: a list, a box, a date."""
    if field.tag == "select" or field.type in _CHOICES:
        return True
    return field.type == "text" and bool(_DATE_NAME.search(field.name))


def _searches(page: Page, form: Form) -> bool:
    """Whether the form is a search, and neither a login nor a form to write in."""
    if form.loose or form.has("password", "textarea", "file"):
        return False
    if form.method == "get":
        return bool(text_fields(form)) and search_strength(page, form)[0] >= PROOF
    return any("search" in field.name.lower() for field in form.fields)


class Sitemap(TopicDetector):
    """A sitemap or index page for people, or a link to it. A sitemap.xml for machines is none."""

    name = "sitemap"
    version = "2"
    features = ("navigation.sitemap",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where the link only jumps to a place in a page ("skip to content") or leads to the
        sitemap for machines, whatever its label."""
        link = hit.segment.link
        value = super().weigh(page, hit, table)
        if link is None:
            return value
        return min(value, _FOR_MACHINES) if _is_for_machines(link) else min(value, 0.2) if _jumps(link) else value

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """An address that says sitemap leads there, unless it is the one for machines."""
        link = hit.segment.link
        return _FOR_MACHINES if link is not None and _is_for_machines(link) else max(0.55, table.of_url(hit))


def _is_for_machines(link: Link) -> bool:
    return link.url.lower().partition("?")[0].endswith((".xml", ".gz", ".txt"))


def _jumps(link: Link) -> bool:
    """Whether the link leads to a place in a page; behind "#/" and "#!" scripts keep pages of their own."""
    place = link.href.partition("#")[2]
    return bool(place) and not place.startswith(("/", "!"))


DETECTORS = (InternalSearch, AdvancedSearch, Sitemap)
