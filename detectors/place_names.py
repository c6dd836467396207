"""What the city or the country of a portal is called, and the labels that lead to what is told of it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import unquote

from babel import Locale, UnknownLocaleError

from detectors.normalise import normalise
from detectors.packaged import data

_ISO_CODE = 2
_SHORTEST_NAME = 4
_INNER = re.compile(r"(?<=[^\W\d_])[^\W\d_]")


def letters(text: str) -> str:
    """The normal form without its spaces."""
    return normalise(text).replace(" ", "")


@lru_cache(maxsize=8192)
def about_country(label: str, names: tuple[str, ...]) -> float:
    """How surely (0..1) a label that is a name, or a name with a word for "about", leads to what is told of the
    country."""
    words = normalise(label)
    name = next((name for name in names if name in words), None)
    if name is None:
        return 0.0
    rest = words.replace(name, " ", 1).strip()
    return 0.55 if not rest else 0.8 if rest in _about_words() else 0.0


@lru_cache(maxsize=8192)
def about_city(label: str, names: frozenset[str]) -> float:
    """The same for a city's name with a word for "about". With capitals inside a word it is an agency's name."""
    if any(map(str.isupper, _INNER.findall(label))) and not label.isupper():
        return 0.0
    words = normalise(label).split()
    for end in range(1, len(words)):
        first, last = words[:end], words[end:]
        if "".join(last) in names and " ".join(first) in _before_names():
            return 0.7
        if "".join(first) in names and " ".join(last) in _behind_names():
            return 0.7
    return 0.0


def is_of_city(label: str, address: str, names: frozenset[str]) -> bool:
    """Whether a label is no more than the city's name, and the absolute address holds it behind the host, too."""
    name, path = letters(label), address.partition("://")[2].partition("/")[2]
    return name in names and name in letters(unquote(path))


@lru_cache(maxsize=512)
def city_names(host: str) -> frozenset[str]:
    """What the city may be called whose portal has this host, without spaces: its labels, and what is left of them
    without the words that stand beside a city's name. Shorter names than _SHORTEST_NAME are left out."""
    rules, names = data("about"), set()
    for label in host.split(".")[:-1]:
        whole = label.replace("-", "")
        names |= {whole, *(whole.removeprefix(each) for each in rules["host_prefixes"])}
        names |= {name.removesuffix(each) for each in rules["host_suffixes"] for name in tuple(names)}
    return frozenset(name for name in names if len(name) >= _SHORTEST_NAME).difference(rules["no_names"])


@cache
def _before_names() -> frozenset[str]:
    """What says before a city's name that it is told of; an article alone says nothing."""
    return _about_words() - {normalise(word) for word in data("about")["articles"]}


@cache
def _behind_names() -> frozenset[str]:
    """The same behind the name, where a preposition means something else."""
    return _before_names() - {normalise(word) for word in data("about")["prepositions"]}


@cache
def _about_words() -> frozenset[str]:
    return frozenset(normalise(word) for word in data("about")["words"])


@lru_cache(maxsize=512)
def country_names(suffix: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Normal forms of the names, in the languages and English, of the country whose domain ends in `suffix`."""
    code = {"uk": "GB"}.get(suffix, suffix.upper())
    found = {name for name in (_territory(language, code) for language in (*languages, "en")) if name}
    return tuple(sorted(map(normalise, found), key=len, reverse=True))


def _territory(language: str, code: str) -> str:
    try:
        return Locale.parse(language, sep="-").territories.get(code, "") if len(code) == _ISO_CODE else ""
    except (UnknownLocaleError, ValueError):
        return ""
