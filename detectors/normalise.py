"""Text made comparable: case, diacritics, Arabic and Hebrew marks, punctuation. Lexicon terms and pages alike."""

from __future__ import annotations

import unicodedata
from functools import cache

_FOLDED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW")
_ARABIC_FORMS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ۀ": "ه",
    "ہ": "ه", "ھ": "ه", "ک": "ك", "ڪ": "ك", "ـ": "", "\u200c": " ", "\u200d": "", "\u200e": "", "\u200f": "",
}  # fmt: skip
_LATIN_FORMS = {
    "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n",
    "ə": "e", "ʻ": " ", "ʼ": " ", "\u00ad": "", "\ufeff": "",
}  # fmt: skip
_KEPT_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "Mn", "Mc"))


class _Table(dict[int, str]):
    """Character by character table that fills itself; `fold` also removes diacritics."""

    def __init__(self, fold: bool) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        value = _fold_char(chr(code), self._fold)
        self[code] = value
        return value


def _fold_char(char: str, fold: bool) -> str:
    """The normal form of one character: letters, digits and needed marks stay, everything else becomes a space."""
    out: list[str] = []
    lowered = unicodedata.normalize("NFKC", char).casefold()
    for piece in unicodedata.normalize("NFD", lowered) if fold else lowered:
        mapped = _ARABIC_FORMS.get(piece, _LATIN_FORMS.get(piece, piece))
        out.extend(mark for mark in mapped if _keep(mark, fold, char))
        if mapped and unicodedata.category(mapped[0]) not in _KEPT_CATEGORIES:
            out.append(" ")
    return unicodedata.normalize("NFC", "".join(out))


def _keep(char: str, fold: bool, source: str) -> bool:
    category = unicodedata.category(char)
    if category not in _KEPT_CATEGORIES:
        return False
    if category not in ("Mn", "Mc"):
        return True
    return not (fold and _strips_marks(char, source))


def _strips_marks(mark: str, source: str) -> bool:
    """Marks are removed from alphabets that write without them too; Indic and South-East Asian vowel signs stay."""
    name = unicodedata.name(mark, "")
    if name.startswith("COMBINING") or "ARABIC" in name or "HEBREW" in name:
        return not unicodedata.name(source, "").startswith(("HIRAGANA", "KATAKANA", "HANGUL"))
    return False


@cache
def _table(fold: bool) -> _Table:
    return _Table(fold)


def normalise(text: str, fold: bool = True) -> str:
    """Normal form of `text`: single spaces between words, none around. `fold` removes diacritics."""
    if text.isascii():
        return " ".join(text.lower().translate(_ascii_table()).split())
    return " ".join(text.translate(_table(fold)).split())


@cache
def _ascii_table() -> dict[int, str]:
    return {code: " " for code in range(128) if not chr(code).isalnum()}


def locate(text: str, start: int, end: int, fold: bool = True) -> tuple[int, int]:
    """The span of `text` whose normal form is `normalise(text)[start:end]`, as (start, end) offsets."""
    table = _table(fold)
    first, last, position, spaced = 0, len(text), 0, True
    found = False
    for index, char in enumerate(text):
        for piece in table[ord(char)]:
            if piece == " ":
                spaced = True
                continue
            position += 1 if spaced and position else 0
            spaced = False
            if position == start and not found:
                first, found = index, True
            position += 1
            if position == end:
                return first, index + 1
    return first, last


def is_unspaced(char: str) -> bool:
    """Whether the character belongs to a script that writes without spaces between words."""
    code = ord(char)
    return (
        0x0E00 <= code <= 0x0EFF  # Thai, Lao
        or 0x1000 <= code <= 0x109F  # Burmese
        or 0x1780 <= code <= 0x17FF  # Khmer
        or 0x3040 <= code <= 0x30FF  # kana
        or 0x3400 <= code <= 0x9FFF  # Han
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
    )
