"""Which zone of the page an element opens: told by its tag, its role, or the words of its id and class."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

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
_CONTAINERS = frozenset(
    ("div section ul ol table tr td nav header footer aside main article form dl center menu dialog p").split()
)
_WORDS = re.compile(
    r"(?P<consent>cookies?|consent|gdpr|onetrust|cookiebot|cookiebanner)"
    r"|(?P<breadcrumb>breadcrumbs?|crumbs?|migas|ariane|brotkrumen|pathway|ruta)"
    r"|(?P<footer>footer|foot|colophon|pie|rodape|piepagina|pied|fusszeile|siteinfo)"
    r"|(?P<nav>nav|navs|navi|navbar|navigation|navigacija|menu|menus|menue|mainmenu|topmenu|submenu|megamenu|sidenav"
    r"|mainnav|topnav|globalnav|gnb|lnb|dropdown)"
    r"|(?P<header>header|masthead|topbar|top|banner|cabecera|encabezado|entete|kopf|intestazione|cabecalho|head)"
    r"|(?P<aside>sidebar|aside|rightcol|leftcol|side)"
)
_STATE_WORDS = frozenset(
    ("has with no is page body wrapper wrap layout container toggle open fixed sticky without").split()
)
_RANK: dict[Zone, int] = {
    "consent": 5,
    "breadcrumb": 4,
    "footer": 3,
    "nav": 2,
    "header": 1,
    "aside": 1,
    "main": 0,
}


def zone_opened(tag: str, role: str, ident: str, classes: str, outer: Zone) -> Zone | None:
    """The zone that an element opens inside the zone `outer`, or None when it opens none."""
    zone = _BY_ROLE.get(role) or _BY_TAG.get(tag)
    if zone is None and (ident or classes) and tag in _CONTAINERS:
        zone = _by_words(ident, classes)
    if zone is None or zone == outer:
        return None
    if zone == "main":
        return zone if outer in ("header", "aside") else None
    return zone if _RANK[zone] > _RANK[outer] else None


@lru_cache(maxsize=4096)
def _by_words(ident: str, classes: str) -> Zone | None:
    for token in (ident, *classes.split()):
        words = re.split(r"[-_ ]+|(?<=[a-z])(?=[A-Z])", token)
        if _STATE_WORDS.intersection(word.lower() for word in words):
            continue
        for word in words:
            match = _WORDS.fullmatch(word.lower())
            if match:
                return cast("Zone", match.lastgroup)
    return None
