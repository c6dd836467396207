"""The portal's own search: which form it is, and the address that asks it for a term."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from detectors.hosts import host_of

if TYPE_CHECKING:
    from detectors.page import Page
    from detectors.page.elements import Field, Form

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
_SURE = 0.75
_AMONG_OTHERS = 0.6
_STATE = "__VIEWSTATE"
"""The field in which web forms keep the state of the page, which is one form from top to bottom."""


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A search that is asked by GET: its address, the name of the field for the term, what is sent along, and in which
    encoding."""

    action: str
    field: str
    fixed: tuple[tuple[str, str], ...] = ()
    encoding: str = "utf-8"

    def url(self, term: str) -> str:
        """The address that asks for the term; what the encoding lacks is sent as browsers do (WHATWG URL, 5.2)."""
        sent = (*self.fixed, (self.field, term))
        query = urlencode(sent, encoding=self.encoding, errors="xmlcharrefreplace")
        return urlunsplit(urlsplit(self.action)._replace(query=query, fragment=""))


def search_form(page: Page) -> SearchForm | None:
    """The form by which the page searches its own site, None if it has none that GET can ask."""
    for form in page.forms:
        names = [str(f.element.get("name") or "") for f in text_fields(form) if f.element is not None]
        asked_by_get = form.method == "get" and not form.loose and host_of(form.action) == host_of(page.url)
        if asked_by_get and names and names[0] and search_strength(page, form)[0] >= _SURE:
            return SearchForm(form.action, names[0], _sent_along(form), _encoding(page, form))
    return None


def _sent_along(form: Form) -> tuple[tuple[str, str], ...]:
    hidden = (field.element for field in form.fields if field.type == "hidden" and field.element is not None)
    return tuple((name, element.get("value") or "") for element in hidden if (name := element.get("name")))


def _encoding(page: Page, form: Form) -> str:
    """The form's encoding, else the page's; UTF-8 where that is UTF-16 (WHATWG Encoding, 4.3)."""
    asked = (form.element.get("accept-charset") or "") if form.element is not None else ""
    return "utf-8" if "utf-8" in asked.lower() or page.encoding.startswith("utf") else page.encoding


def text_fields(form: Form) -> list[Field]:
    """The controls of the form that take words."""
    return [f for f in form.fields if f.type in ("search", "text", "") and f.tag == "input"]


def _named_search(field: Field) -> bool:
    return bool(_NAMES.search(field.name) or _NAMES.search(field.name.lower()))


def _is_whole_page(form: Form) -> bool:
    """Whether all of the page is the form, in which a search stands beside a login or a registration."""
    return any(field.name.partition(" ")[0] == _STATE for field in form.fields)


def search_strength(page: Page, form: Form) -> tuple[float, str]:
    """How surely the form is the site's search, and by what it is known."""
    fields = text_fields(form)
    shown = [f for f in form.fields if f.type != "hidden"]
    if not fields:
        return 0.0, ""
    if any(f.type == "search" for f in fields):
        return 0.9, "field of type search"
    if not form.loose and (form.has("password") or len(shown) > _MANY_FIELDS):
        named = _is_whole_page(form) and any(_named_search(f) for f in fields)
        return (_AMONG_OTHERS, "field named for search") if named else (0.0, "")
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
