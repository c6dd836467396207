"""Names and codes by which links offer a page in another language, and the language that an address names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from detectors.hosts import host_of
from detectors.normalise import normal_label, normalise
from detectors.packaged import data
from detectors.page.language import declared
from detectors.promise import is_document

if TYPE_CHECKING:
    from detectors.page import Page
    from detectors.page.elements import Link

SWITCH = re.compile(r"lang|locale|idioma|sprache|langue|wpml|polylang|dil|jezik", re.I)
"""How sites call what switches the language, in names, classes and addresses."""

_HOST = re.compile(r"[^\W\d_]{3}\.[a-z]{2,}$", re.I)
_STEPS = re.compile(r"[/?&=._#-]")
_FRONT_PAGE = re.compile(
    r"https?://[^/?#]+/?(?:(?P<step>[A-Za-z]{2,12})/?)?(?:(?:index|default|home|main)\.\w{2,5})?$",
    re.I,
)
"""A host with a step at most, before the page that a server gives for a folder."""

_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_MOST_CODES = 8
_ENGLISH = frozenset(("en", "eng"))
MAX_NAME = 50
"""Characters of the longest label that may name a language."""

_SWITCH_WORDS = frozenset(
    "version site website page verzia versione versao versija verze"
    " view visit read switch this the our to in click here".split()
)
"""What stands beside a language's name where a link offers a version in it."""


@cache
def _names() -> frozenset[str]:
    return frozenset(normalise(name) for name in data("endonyms")["switch"]["names"])


@cache
def _own_names() -> dict[str, str]:
    return {normalise(name): code for code, names in data("endonyms")["own"].items() for name in names}


@cache
def _codes() -> frozenset[str]:
    return frozenset(normalise(code) for code in data("endonyms")["switch"]["codes"])


@lru_cache(maxsize=4096)
def is_endonym(text: str) -> bool:
    """Whether the text is a language's name, alone, in brackets, with its code or country in brackets, or two names
    together; not where it is a host's ("slovensko.sk")."""
    if _HOST.search(text):
        return False
    plain = normalise(_BRACKETS.sub(" ", text)) or normalise(text)
    if plain in _names():
        return True
    words = _telling(plain)
    return 0 < len(words) < 3 and (" ".join(words) in _names() or all(word in _names() for word in words))


def _telling(plain: str) -> list[str]:
    """The words that are neither codes nor such as stand beside any name."""
    return [word for word in plain.split() if word not in _codes() and word not in _SWITCH_WORDS]


@lru_cache(maxsize=4096)
def language_of_name(text: str) -> str:
    """The language whose own name the text is, where the text alone tells it; empty otherwise."""
    plain = normalise(text)
    return str(_own_names().get(plain) or _own_names().get(" ".join(_telling(plain)), ""))


def links_naming(page: Page, own: str) -> Iterator[tuple[Link, str]]:
    """The links that lead to another language than `own`, in document order, each with what it is known by."""
    for link in page.links:
        label = link.label or link.title
        if link.hreflang or (len(label) <= MAX_NAME and _said_by(label) != _NOTHING_SAID):
            why = names_language(link, own)
        else:
            why = "" if link.label or link.href.startswith("#") else _by_front_page(link.url, page, own)
        if why:
            yield link, why


def _by_front_page(url: str, page: Page, own: str) -> str:
    """A link without words, as a flag is, counts where it leads to the site's front page in another language."""
    found = _FRONT_PAGE.match(url)
    if found is None:
        return ""
    step, host, here = (found["step"] or "").lower(), host_of(url), host_of(page.url)
    if not step and host != here and _without_language(host) == _without_language(here):
        step = host.partition(".")[0]
    elif host != here:
        return ""
    other = _language_of_step(step)
    return "link without words to the front page in another language" if other and other != own else ""


def _without_language(host: str) -> str:
    """The host without a first label that names a language; "ca.gov" names none, whose rest is a suffix alone."""
    first, _, rest = host.partition(".")
    return rest if "." in rest and _language_of_step(first) else host


@lru_cache(maxsize=1024)
def _language_of_step(step: str) -> str:
    """The language that a step of an address names, by its code or its own name."""
    if step in _ENGLISH:
        return "en"
    if len(step) == 2 and step in data("languages")["codes"]:
        return declared(step).partition("-")[0]
    return language_of_name(step)


def names_language(link: Link, own: str) -> str:
    """By what the link is known to lead to another language than `own`; empty if it is not."""
    if link.href.startswith(("mailto:", "tel:")) or is_document(link.url):
        return ""
    other = declared(link.hreflang).split("-")[0] if link.hreflang else ""
    if other:
        return f"link with hreflang {link.hreflang}" if other != own else ""
    label = link.label or link.title
    if len(label) > MAX_NAME:
        return ""
    named, code = _said_by(label)
    if named is not None:
        return "" if named == own else "link labelled with a language's own name"
    return _by_code(link, label, own) if code else ""


_LETTERS_OF_LONG = 3
"""A code of three letters ("ENG") may switch at an address of two ("/en")."""

_NOTHING_SAID = (None, False)


@lru_cache(maxsize=6_000)
def _said_by(label: str) -> tuple[str | None, bool]:
    """The language that calls itself so (None: the label is no such name), and whether the label is a bare code."""
    plain = normal_label(label)
    if _words().isdisjoint(plain.split()):
        return _NOTHING_SAID
    return language_of_name(label) if is_endonym(label) else None, plain in _codes() or _are_several(plain)


def _are_several(plain: str) -> bool:
    """Whether the label is a few codes, English among them: "EN/KR"."""
    words = plain.split()
    return 1 < len(words) <= _MOST_CODES and _codes().issuperset(words) and not _ENGLISH.isdisjoint(words)


@cache
def _words() -> frozenset[str]:
    """Every word of a language's name, and the codes."""
    return _codes().union(*(name.split() for name in _names()))


def _by_code(link: Link, label: str, own: str) -> str:
    """A bare code counts where address or class say that it switches the language (one that is a word of menus, where
    the address keeps its language there); English on top of the page, and a few codes in one label, count anyway."""
    code = normal_label(label)
    if code in data("endonyms")["no_switch"].get(own, ()):
        return ""
    if link.zone == "breadcrumb" or (code[:2] == own and " " not in code):
        return ""
    if " " in code or (code in _ENGLISH and link.zone in ("header", "nav")):
        return "link labelled with a language's code"
    if code in data("endonyms")["words"]["codes"]:
        place = language_of_address(link.url) == code
    else:
        place = _has_step(link.href, label.lower())
    if len(code) == _LETTERS_OF_LONG:
        place = place or language_of_address(link.url) == code[:2] or _has_step(link.href, code[:2])
    switched = place or SWITCH.search(f"{link.css} {link.href}") or _names_in_steps(link.href, code)
    return "link labelled with a language's code" if switched or not code.isascii() else ""


def _has_step(href: str, code: str) -> bool:
    """Whether the code stands alone in the address: "/en/", "index_en.php"."""
    return re.search(rf"(?:^|[/?&=._-]){re.escape(code)}(?:$|[/?&=._-])", href.lower()) is not None


def _names_in_steps(href: str, code: str) -> bool:
    """Whether a step of the address is the language's own name: "/english" for "EN"."""
    return any(language_of_name(step) == code for step in _STEPS.split(href))


def are_codes(options: Iterable[str], own: str) -> bool:
    """Whether the options of a choice are codes of a few languages, some named instead, the page's `own` among them
    (or its country's, as "MM" stands for Burmese beside "EN"): those of countries are many."""
    given = [option for option in options if option]
    codes = {normal_label(option) for option in given if not is_endonym(option)}
    country = data("endonyms")["countries"].get(own, "")
    if country in codes and not _ENGLISH.isdisjoint(codes):
        codes = codes - {country} | {own}
    named = {language_of_name(option) for option in given if is_endonym(option)}
    return 1 < len(given) <= _MOST_CODES and own in codes | named and bool(codes) and _codes().issuperset(codes)


@lru_cache(maxsize=4096)
def language_of_address(url: str) -> str:
    """The language that the address names: first step of its path (or behind `index.php`), first label of its host, or
    a parameter such as `lang`; empty if it names none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    first = next((step for step in parts.path.split("/") if step and step != "index.php"), "")
    asked = (value for name, value in parse_qsl(parts.query) if SWITCH.search(name))
    for place in (first, (parts.hostname or "").partition(".")[0], *asked):
        base = place.replace("_", "-").lower().partition("-")[0]
        if len(base) == 2 and base in data("languages")["codes"]:
            return declared(base).partition("-")[0]
    return ""
