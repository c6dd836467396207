"""The language of a workbook: what it says in one of the six, and which answer a typed word is in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category, normalize

from review.formats import Formats
from review.i18n import LANGUAGES, direction, translations
from review.wording import N_
from review.workbook.layout import PLAIN, WORDS

if TYPE_CHECKING:
    from storage.models import Finding

_LEFT_TO_RIGHT = "\u200e"
"""Holds the marks at the ends of an English line that stands among Arabic ones (Unicode UAX 9)."""
_ISOLATES = {0x2068: None, 0x2069: None}
"""Left out: not every program that shows workbooks knows them."""


class Wording:
    """What a workbook says in one language; `turned` where it is read from right to left."""

    def __init__(self, language: str = PLAIN) -> None:
        self.language = language
        self.turned = direction(language) == "rtl"
        self._formats = Formats(language)
        self._translated = translations(language).gettext

    def said(self, text: str, **values: object) -> str:
        """A text that `N_` marks, with its placeholders filled."""
        found = self._translated(text)
        return found % values if values else found

    def answer(self, verdict: str) -> str:
        """What the drop-down offers for a verdict; empty for none."""
        return self.said(WORDS[verdict]) if verdict in WORDS else ""

    def word(self, kind: str, key: str) -> str:
        """The word for a key of `review.wording`. A workbook in English shows the key itself."""
        return key if self.language == PLAIN else self._formats.said(kind, key)

    def asked(self, text: str, edition: str) -> str:
        """What a questionnaire says, translated where it can be: then with the English text, which counts, below."""
        shown = self._formats.asked(text, edition)
        return shown if shown == text else f"{shown}\n{self._english(text)}"

    def reason(self, why: str, quote: str, matched: Iterable[tuple[int, int]]) -> str:
        """Why a proof counts, where it can be said in the language; empty in English, which says so itself."""
        said = "" if self.language == PLAIN else self._formats.reason(why, quote, matched)
        return said.translate(_ISOLATES)

    def searched(self, found: Finding, explanation: str) -> str:
        """Why an answer is open and what was searched for it, and below the explanation, which is in English."""
        if self.language == PLAIN:
            return explanation
        told = [f"{each} {', '.join(words)}".rstrip() for each, words in self._formats.searched(found.searched)]
        why = f"{self.said(N_('Why not:'))} {self.word('reason', found.reason)}" if found.reason else ""
        lines = (why, *(told if found.searched else ()), self._english(explanation))
        return "\n".join(filter(None, lines))

    def _english(self, text: str) -> str:
        return f"{_LEFT_TO_RIGHT}{text}{_LEFT_TO_RIGHT}" if self.turned and text else text


def verdict_of(text: str, language: str) -> str | None:
    """The verdict that a typed word means: in the workbook's own language, else in all that know it; None for no
    answer. Case, blanks, accents and marks of reading direction do not matter."""
    word = _folded(text)
    if word in (own := _words(language)):
        return own[word]
    meant = {known[word] for known in map(_words, LANGUAGES) if word in known}
    return meant.pop() if len(meant) == 1 else None


@cache
def _words(language: str) -> Mapping[str, str]:
    words = Wording(language)
    return {_folded(words.answer(verdict)): verdict for verdict in WORDS}


def _folded(text: str) -> str:
    plain = (each for each in normalize("NFKD", text.casefold()) if category(each) not in ("Mn", "Cf"))
    return " ".join("".join(plain).split())
