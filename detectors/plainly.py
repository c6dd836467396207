"""Reads the `why` of an observation for people: where it stands and which words told, without the terms of lexicons."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

LINKS = MappingProxyType(
    {
        "main": "link",
        "nav": "menu link",
        "header": "header link",
        "footer": "footer link",
        "aside": "side-column link",
        "breadcrumb": "breadcrumb link",
        "consent": "consent-notice link",
    }
)
"""What a link is called, by the zone of the page in which it stands."""

NOUNS = MappingProxyType(
    {
        "link": "link",
        "control": "button or field",
        "frame": "embedded frame",
        "image": "image",
        "heading": "heading",
        "title": "page title",
        "form": "form",
        "text": "text",
        "url": "page address",
    }
)
"""What a piece of a page is called, by its kind."""

PLACES = (*LINKS.values(), *(noun for noun in NOUNS.values() if noun != "link"))
"""Everything that `Plain.place` may be."""

FORMS = MappingProxyType(
    {
        "words": "{place} with the words “{words}”",
        "address": "{place} to an address with the words “{words}”",
        "beside": "{place} with the words “{words}” and further words of the topic",
        "together": "{place} whose words tell the topic together",
        "group": "{place} with the words “{words}”, on a page about this group of people",
        "gone": "{place} with the words “{words}”, to a page that does not exist",
        "said": "{place}: {words}",
    }
)
"""How place and words are put together, by `Plain.form`."""

GONE = "; the page it leads to does not exist"
"""The end of the `why` of a link whose address was asked for in vain."""

_TERM = re.compile(r"([a-z ]+?)(?: in the (\w+))?: \w+ term “(.*?)” \([^()]*\)(.*)", re.S)
_TOGETHER = re.compile(r"(\w+) in the (\w+); in one place: .*", re.S)
_PLACED = re.compile(r"link in the (\w+): (.*)", re.S)
_MAX_WORDS = 80


class Plain(NamedTuple):
    """`form` is one of `FORMS` and `place` one of `PLACES`; both are empty where `words` say all."""

    form: str
    place: str
    words: str

    def __str__(self) -> str:
        return FORMS[self.form].format(place=self.place, words=self.words) if self.form else self.words


def plainly(why: str, quote: str = "", matched: Iterable[tuple[int, int]] = ()) -> Plain:
    """The `why` of an observation, with the words of its quote that matched instead of the lexicon's term where they
    are known. What is no rule of a topic says itself in plain words."""
    if found := _TERM.fullmatch(why):
        noun, zone, term, rest = found.groups()
        words = " … ".join(quote[start:end] for start, end in matched if start < end) or term.replace("*", "")
        return Plain(*_form(noun, zone, rest), _short(words))
    if found := _TOGETHER.fullmatch(why):
        return Plain("together", _place(NOUNS.get(found[1], found[1]), found[2]), "")
    if found := _PLACED.fullmatch(why):
        return Plain("said", _place("link", found[1]), found[2])
    return Plain("", "", why)


def _form(noun: str, zone: str | None, rest: str) -> tuple[str, str]:
    if rest.endswith(GONE):
        return "gone", _place("link", zone)
    if noun == "address":
        return ("address", _place("link", zone)) if zone else ("words", "page address")
    form = "group" if rest.startswith(", on a page about") else "beside" if rest else "words"
    return form, _place(noun, zone)


def _place(noun: str, zone: str | None) -> str:
    return LINKS.get(zone or "", noun) if noun == "link" else noun


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MAX_WORDS else text[: _MAX_WORDS - 1].rstrip() + "…"
