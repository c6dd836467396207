"""Search: the portal's own, and an advanced one with filters; the sitemap for people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.hits import Hit
from detectors.hosts import host_of
from detectors.observation import Observation
from detectors.page import Page
from detectors.page.elements import Field, Form
from detectors.page.selector import css_selector
from detectors.strengths import Strengths
from detectors.topic import TopicDetector

_WORDS = (
    "search searchword searchterm searchtext searchbox sitesearch query queries keyword keywords kw "
    "buscar busca buscador busqueda pesquisa pesquisar recherche rechercher suche suchen suchbegriff "
    "suchwort ricerca cerca szukaj wyszukaj fraza hledat hledej vyhledat hladat kereses kereso poisk "
    "arama ara sok soek sog haku hae tim timkiem zoeken zoek otsi paieska cari carian pencarian trazi "
    "pretraga iskanje cautare cauta kerko"
)
_NAMES = re.compile(
    rf"(?:^|[\W_])(?:q|s|k|qs|st|term|{'|'.join(_WORDS.split())}|search(?:query|input|field|keywords?)|(?:site|key|txt)search)"
    r"(?:$|[\W_\d])|[a-z]Search(?:$|[A-Z\W_])|^search[A-Z]",
)
_ACTION = re.compile(rf"(?:^|[\W_])(?:{'|'.join(_WORDS.split())})(?:$|[\W_\d])", re.I)
_MANY_FIELDS = 14
_ENGINE = re.compile(r"(?:google|bing|yandex|duckduckgo|baidu|naver|daum)\.\w+", re.I)


class InternalSearch(TopicDetector):
    """A search box for the site: a form or field of type search, or whose name, action, role or caption says search,
    or a link to the search page. A login or newsletter form is none."""

    name = "internal-search"
    features = ("search.internal",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Forms first, then words."""
        best: Observation | None = None
        for form in page.forms:
            strength, why = _search_strength(page, form)
            if strength and (best is None or strength > best.strength):
                quote = " ".join(f"{f.tag}[{f.type}] {f.name} {f.caption}".strip() for f in _text_fields(form)[:2])
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
    fields = _text_fields(form)
    return form.element if form.element is not None else fields[0].element if fields else None


def _text_fields(form: Form) -> list[Field]:
    return [f for f in form.fields if f.type in ("search", "text", "") and f.tag == "input"]


def _named_search(field: Field) -> bool:
    return bool(_NAMES.search(field.name) or _NAMES.search(field.name.lower()))


def _search_strength(page: Page, form: Form) -> tuple[float, str]:
    """How surely the form is the site's search, and by what it is known."""
    fields = _text_fields(form)
    shown = [f for f in form.fields if f.type != "hidden"]
    if not fields:
        return 0.0, ""
    if any(f.type == "search" for f in fields):
        return 0.9, "field of type search"
    if not form.loose and (form.has("password") or len(shown) > _MANY_FIELDS):
        return 0.0, ""
    if "search" in form.ident.lower():
        return 0.85, "form with role or name search"
    if any(_named_search(f) for f in fields):
        return 0.8 if len(fields) <= 3 else 0.6, "field named for search"
    if not form.loose and _ACTION.search(form.action.partition("//")[2].partition("/")[2]):
        return 0.75, "form whose address says search"
    if not form.loose and _ENGINE.search(host_of(form.action)):
        return 0.65, "form of a search engine"
    captions = [s for s in page.hits.segments if s.form is form and "search" in page.hits.marks(s)]
    return (0.75, "caption says search") if captions else (0.0, "")


class AdvancedSearch(TopicDetector):
    """A search with filters, dates or excluded words: a link of that name, or a GET form with a text field and at
    least two further choices."""

    name = "advanced-search"
    features = ("search.advanced",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then forms with filters."""
        yield from super().observe(page)
        for form in page.forms:
            if form.loose or form.method != "get" or not _text_fields(form) or form.has("password"):
                continue
            choices = [f for f in form.fields if f.tag == "select" or f.type in ("checkbox", "radio", "date", "month")]
            names = {f.name.partition(" ")[0] for f in choices}
            if len(names) >= 2 and _search_strength(page, form)[0] >= 0.5:
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
