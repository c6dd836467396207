"""The languages of the interface: gettext catalogues in `review/locale`, compiled when they are first read."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""The six languages of the United Nations."""


INTERFACE, QUESTIONS = "review", "questions"
"""The catalogues of each: what the app says, and the questions of the bundled questionnaires."""


@cache
def translations(language: str, domain: str = INTERFACE) -> NullTranslations:
    """A catalogue of a language; messages without translation stay English."""
    source = files("review").joinpath("locale", language, "LC_MESSAGES", f"{domain}.po")
    if language not in LANGUAGES or not source.is_file():
        return NullTranslations()
    catalogue = io.BytesIO()
    write_mo(catalogue, read_po(io.BytesIO(source.read_bytes()), locale=language))
    catalogue.seek(0)
    return GNUTranslations(catalogue)


def asked(text: str, language: str) -> str:
    """A title or meaning of a question in a language of ours; as it is where nobody translated it."""
    return translations(language, QUESTIONS).gettext(text) if text else ""


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return Locale.parse(language).text_direction


def accepted(header: str) -> str:
    """The language of ours that an Accept-Language header (RFC 9110) likes best; English if none."""
    wanted: list[tuple[float, str]] = []
    for part in header[:1000].split(","):
        name, _, weight = "".join(part.split()).lower().partition(";q=")
        try:
            worth = float(weight or 1)
        except ValueError:
            continue
        if worth > 0:
            wanted.append((-worth, name))
    ordered = [name for _, name in sorted(wanted, key=lambda pair: pair[0])]
    chosen = negotiate_locale([*ordered, *(name.split("-")[0] for name in ordered)], LANGUAGES, sep="-")
    return chosen or "en"
