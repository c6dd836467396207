"""Search: the portal's own, and an advanced one with filters; the sitemap for people."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.hits import Hit
from detectors.observation import Observation
from detectors.page import Page
from detectors.page.elements import Form
from detectors.page.selector import css_selector
from detectors.search_form import search_strength, text_fields
from detectors.strengths import Strengths
from detectors.topic import TopicDetector


class InternalSearch(TopicDetector):
    """A search box for the site: a form or field of type search, or whose name, action, role or caption says search,
    or a link to the search page. A login or newsletter form is none."""

    name = "internal-search"
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
                    selector=css_selector(_place(form)),
                    zone=form.zone,
                )
        if best is not None:
            yield best
        yield from super().observe(page)


def _place(form: Form) -> object:
    fields = text_fields(form)
    return form.element if form.element is not None else fields[0].element if fields else None


class AdvancedSearch(TopicDetector):
    """A search with filters, dates or excluded words: a link of that name, or a GET form with a text field and at
    least two further choices."""

    name = "advanced-search"
    features = ("search.advanced",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then forms with filters."""
        yield from super().observe(page)
        for form in page.forms:
            if form.loose or form.method != "get" or not text_fields(form) or form.has("password"):
                continue
            choices = [f for f in form.fields if f.tag == "select" or f.type in ("checkbox", "radio", "date", "month")]
            names = {f.name.partition(" ")[0] for f in choices}
            if len(names) >= 2 and search_strength(page, form)[0] >= 0.5:
                quote = f"{len(names)} filters: {', '.join(sorted(names))}"[:200]
                yield Observation(
                    self.features[0],
                    "content",
                    0.6,
                    quote,
                    "search form with filters",
                    selector=css_selector(form.element),
                )
                return


class Sitemap(TopicDetector):
    """A sitemap or index page for people, or a link to it. A sitemap.xml for machines is none."""

    name = "sitemap"
    features = ("navigation.sitemap",)

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """An address that says sitemap leads there, unless it is the one for machines."""
        link = hit.segment.link
        if link is not None and link.url.lower().partition("?")[0].endswith((".xml", ".gz", ".txt")):
            return 0.1
        return max(0.55, table.of_url(hit))


DETECTORS = (InternalSearch, AdvancedSearch, Sitemap)
