"""Languages as people name them in a list: ISO 639 codes, English names, names in some languages, own names."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_AND = re.compile(r"[,;/&+|]+")
_TAG = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
_NAMED_IN = ("en", "es", "fr", "pt", "de", "it", "ru", "ar", "zh")


def language_codes(text: str) -> str:
    """The codes of one language or several, as `es, qu`. Raises ValueError for what names none."""
    codes: list[str] = []
    for part in filter(None, map(str.strip, _AND.split(text))):
        found = _named(part)
        codes += [found] if found else [_code(word) for word in part.split()]
    return ", ".join(dict.fromkeys(codes))


def _named(text: str) -> str:
    from detectors.language_names import language_of_name

    return _names().get(_plain(text), "") or language_of_name(text)


def _code(word: str) -> str:
    """A code in its usual form: two letters where there are two, with what stands behind a hyphen."""
    found = _TAG.fullmatch(word)
    if found is None or not _is_code(found[1].lower()):
        raise ValueError(f"unknown language {word!r}; write its name in English or its ISO 639 code, such as es")
    from babel.core import get_global

    code = found[1].lower()
    return str(get_global("language_aliases").get(code, code)) + found[2].replace("_", "-")


def _is_code(code: str) -> bool:
    """Whether a language has the code; of codes with three letters, those that are not known are let through."""
    return len(code) == 3 or code in _names().values()


@cache
def _names() -> dict[str, str]:
    """Name to code, in the languages in which lists are mostly written."""
    from babel import Locale

    named: dict[str, str] = {}
    for locale in _NAMED_IN:
        for code, name in Locale(locale).languages.items():
            named.setdefault(_plain(name), code)
    return named


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())
