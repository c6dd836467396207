"""Which zone of the page an element opens: told by its tag, its role, or the words of its id and class."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

from lxml.html import HtmlElement

from detectors.page.elements import Zone

_BY_TAG: dict[str, Zone] = {
    "nav": "nav",
    "header": "header",
    "footer": "footer",
    "aside": "aside",
    "main": "main",
}
_BY_ROLE: dict[str, Zone] = {
    "navigation": "nav",
    "menu": "nav",
    "menubar": "nav",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "main": "main",
}
ZONED = frozenset(
    ("div section ul ol table tr td nav header footer aside main article form dl center menu dialog p").split()
)
"""Elements that may open a zone by their tag, id or class; every other one by its role alone."""

_WORDS = re.compile(
    r"(?P<consent>cookies?|consent|gdpr|onetrust|cookiebot|cookiebanner)"
    r"|(?P<breadcrumb>breadcrumbs?|crumbs?|migas|ariane|brotkrumen|pathway)"
    r"|(?P<footer>footer|foot|colophon|rodape|piepagina|fusszeile|siteinfo)"
    r"|(?P<nav>nav|navs|navi|navbar|navigation|navigacija|menu|menus|menue|mainmenu|topmenu|submenu|megamenu|sidenav"
    r"|mainnav|topnav|globalnav|gnb|lnb|dropdown)"
    r"|(?P<header>header|masthead|topbar|banner|cabecera|encabezado|entete|kopf|intestazione|cabecalho|head)"
    r"|(?P<aside>sidebar|aside|rightcol|leftcol)"
)
_NAMES: dict[str, Zone] = {"pie": "footer", "pied": "footer", "ruta": "breadcrumb"}
"""Words that mean a zone only where they are the whole name: a pie is also a chart."""

_WRAPPERS = frozenset(("wrapper", "wrap", "container", "inner", "outer"))
_STATE_WORDS = frozenset("has with no is page body layout toggle open fixed sticky without".split())
_PARTS = frozenset("article post entry card panel modal teaser item table widget accordion".split())
"""What has a header and footer of its own."""

_WORD_BREAK = re.compile(r"[-_ ]+|(?<=[a-z])(?=[A-Z])")
_RANK: dict[Zone, int] = {
    "consent": 5,
    "breadcrumb": 4,
    "footer": 3,
    "nav": 2,
    "header": 1,
    "aside": 1,
    "main": 0,
}


def zone_opened(element: HtmlElement, tag: str, role: str | None, outer: Zone, in_article: bool) -> Zone | None:
    """The zone that an element opens inside the zone `outer`, or None when it opens none.

    The header and footer of an article are content. An explicit main is main wherever it stands.
    """
    zone = (_BY_ROLE.get(role) if role else None) or _BY_TAG.get(tag)
    if zone is None and tag in ZONED:
        ident, classes = element.get("id", ""), element.get("class", "")
        zone = _by_words(ident, classes) if ident or classes else None
    if zone is None or zone == outer or (in_article and zone in ("header", "footer")):
        return None
    return zone if zone == "main" or _RANK[zone] > _RANK[outer] else None


@lru_cache(maxsize=4096)
def _by_words(ident: str, classes: str) -> Zone | None:
    return next((zone for token in (ident, *classes.split()) if (zone := _by_token(token)) is not None), None)


def _by_token(token: str) -> Zone | None:
    """The zone that one id or class names: in a word that wrapping words may follow, or in all its words together."""
    words = [word.lower() for word in _WORD_BREAK.split(token) if word]
    if not words or words[0] in _WRAPPERS or _STATE_WORDS.intersection(words):
        return None
    match = next((found for word in (*words, "".join(words)) if (found := _WORDS.fullmatch(word))), None)
    zone = cast("Zone", match.lastgroup) if match else _NAMES.get(token.lower())
    return None if zone in ("header", "footer") and _PARTS.intersection(words) else zone
