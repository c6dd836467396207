"""What each character of a text becomes so that texts can be compared: small letters without marks, one letter for
those that are written one for the other."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_ARABIC_FORMS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ۀ": "ه",
    "ہ": "ه", "ھ": "ه", "ک": "ك", "ڪ": "ك", "ـ": "", "\u200c": " ", "\u200d": "", "\u200e": "", "\u200f": "",
}  # fmt: skip
_LATIN_FORMS = {
    "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n",
    "ə": "e", "ʻ": " ", "ʼ": " ", "\u00ad": "", "\u200b": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip
_CYRILLIC_FORMS = {"ҳ": "х", "қ": "к", "ғ": "г", "ҷ": "ч"}
"""Letters of Tajik and Uzbek that typists without them write as the Russian ones they were made of."""

_ETHIOPIC_SERIES = ((0x1210, 0x1200), (0x1280, 0x1200), (0x1220, 0x1230), (0x1340, 0x1338), (0x12D0, 0x12A0))
"""Series of eight letters that modern Amharic writes one for the other, and the series they are folded to."""

_INDIC_FORMS = {
    "\u0972": "अॅ", "\u090d": "अॅ",  # Devanagari candra a
    "\u0d7a": "ണ്", "\u0d7b": "ന്", "\u0d7c": "ര്", "\u0d7d": "ല്", "\u0d7e": "ള്", "\u0d7f": "ക്",  # Malayalam chillus
    "\u0d4c": "\u0d57",  # Malayalam au
    "\u0b35": "\u0b71",  # Odia wa
}  # fmt: skip
"""Letters that are written one for the other. A Malayalam consonant without its vowel is the consonant and the sign
that takes the vowel, as it was written before it had a code of its own (with a joiner, which goes)."""

_OPTIONAL_NUKTAS = frozenset("\u0a3c\u0abc\u0b3c\u0cbc")
"""Dots below letters that Punjabi, Gujarati, Odia and Kannada portals write or leave out as they like."""

_BY_PARTS = {
    "अाॅ": "ऑ", "आॅ": "ऑ", "अॉ": "ऑ", "ाॅ": "ॉ", "अा": "आ", "अो": "ओ", "अौ": "औ", "एे": "ऐ",
    "અા": "આ", "અો": "ઓ", "અૌ": "ઔ", "અૉ": "ઑ",
    "ਅਾ": "ਆ", "ਅੈ": "ਐ", "ਅੌ": "ਔ", "ੲਿ": "ਇ", "ੲੀ": "ਈ", "ੲੇ": "ਏ", "ੳੁ": "ਉ", "ੳੂ": "ਊ",
    "ଅା": "ଆ", "ଏୗ": "ଐ", "ଓୗ": "ଔ", "\u0b4d\u0b71": "\u0b4d\u0b2c",
    "ഇൗ": "ഈ", "ഉൗ": "ഊ", "എെ": "ഐ", "ഒാ": "ഓ", "ഒൗ": "ഔ",
    "\u0931": "र", "र\u093c": "र", "\u0d46\u0d57": "\u0d57", "\u0d4c": "\u0d57", "\u0d4d\u0d4d": "\u0d4d",
}  # fmt: skip
"""Letters and vowel signs put together from others, which look the same; the Marathi ra before ya and ha, which is a
ra; and what is left of a Malayalam letter that has lost its vowel twice."""

_PARTS = re.compile("|".join(_BY_PARTS))
_INDIC = re.compile("[\u0900-\u097f\u0a00-\u0b7f\u0d00-\u0d7f]")
_NO_BREAK = "(?<=[\u0d4d\u0d7a-\u0d7f])[\u200c\u200d]+"
"""Joiners and non-joiners that only choose how a Malayalam word is drawn; elsewhere a non-joiner parts words."""

_MALAYALAM_JOINERS = re.compile(_NO_BREAK)

MUTE = re.compile("[\u0b3c\u200d]*\u0b4d[\u0b3c\u0b4d\u200d]*(?![\u0b00-\u0b7f\u200d])")
"""The sign at the end of an Odia word that it ends in a consonant; loan words and many others stand without it, too."""

_KEPT_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "Mn", "Mc"))

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff"  # kana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""Scripts that write without spaces between words, as ranges of a character class."""


class _Table(dict[int, str]):
    """Character by character table of composed text (NFKC) that fills itself; `fold` also removes diacritics."""

    def __init__(self, fold: bool) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        value = _fold_char(chr(code), self._fold)
        self[code] = value
        return value


def _fold_char(char: str, fold: bool) -> str:
    """The normal form of one character: letters, digits and needed marks stay, everything else becomes a space."""
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.digit(char))
    if char in _INDIC_FORMS or char in _OPTIONAL_NUKTAS:
        return _INDIC_FORMS.get(char, "")
    if "\u1200" <= char <= "\u137f":
        char = _folded_ethiopic(char)
    out: list[str] = []
    lowered = unicodedata.normalize("NFKC", char).casefold()
    whole = not fold or lowered in _ARABIC_FORMS
    for piece in lowered if whole else unicodedata.normalize("NFD", lowered):
        mapped = _ARABIC_FORMS.get(piece, _LATIN_FORMS.get(piece, piece))
        mapped = _CYRILLIC_FORMS.get(mapped, mapped) if fold else mapped
        out.extend(mark for mark in mapped if _keep(mark, fold, char))
        if mapped and unicodedata.category(mapped[0]) not in _KEPT_CATEGORIES:
            out.append(" ")
    return unicodedata.normalize("NFC", "".join(out))


def _folded_ethiopic(char: str) -> str:
    """The letter that stands for all that are written for the same sound."""
    code = ord(char)
    return next((chr(to + code - series) for series, to in _ETHIOPIC_SERIES if series <= code < series + 8), char)


def _keep(char: str, fold: bool, source: str) -> bool:
    category = unicodedata.category(char)
    if category not in _KEPT_CATEGORIES:
        return False
    if category not in ("Mn", "Mc"):
        return True
    return not (_selects_variant(char) or (fold and _strips_marks(char, source)))


def _selects_variant(mark: str) -> bool:
    """Whether the mark only chooses how a sign is drawn: an emoji in colour, a form of a Chinese character."""
    return "VARIATION SELECTOR" in unicodedata.name(mark, "")


def _strips_marks(mark: str, source: str) -> bool:
    """Marks are removed from alphabets that write without them too; Indic and South-East Asian vowel signs stay."""
    name = unicodedata.name(mark, "")
    if name.startswith("COMBINING") or "ARABIC" in name or "HEBREW" in name:
        return not unicodedata.name(source, "").startswith(("HIRAGANA", "KATAKANA", "HANGUL"))
    return False


@cache
def _table(fold: bool) -> _Table:
    return _Table(fold)


def folded(text: str, fold: bool) -> str:
    """The normal form but for its spaces."""
    if not _INDIC.search(text):
        return _composed(_composed(text).translate(_table(fold)))
    return folded_indic(MUTE.sub("", text), fold)


def folded_indic(text: str, fold: bool) -> str:
    """The same of any text, but that signs at the end of Odia words stay."""
    text = _composed(_composed(_MALAYALAM_JOINERS.sub("", text)).translate(_table(fold)))
    while _PARTS.search(text):
        text = _PARTS.sub(_whole, text)
    return text


def _whole(parts: re.Match[str]) -> str:
    return _BY_PARTS[parts[0]]


def _composed(text: str) -> str:
    """Letters and their marks as one character where there is one; half-width and other forms of letters as letters."""
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


@cache
def clusters() -> re.Pattern[str]:
    """A character with all that may become one with it: marks, the vowels and finals of Hangul, half-width voicing
    marks and Hangul, and what the normal form leaves out. Composing cannot reach across."""
    marks = [char for char in map(chr, range(0x300, 0x20000)) if unicodedata.category(char)[0] == "M"]
    low = "".join(mark for mark in marks if mark < "\U00010000")
    high = "".join(mark for mark in marks if mark >= "\U00010000")
    gone = "\u00ad\u0640\u200d-\u200f\u2060\ufeff\U000e0100-\U000e01ef"
    return re.compile(
        f".(?:{_NO_BREAK}|[{low}{gone}\u1160-\u11ff\uff9e-\uffdc]|(?=[\U00010000-\U0010ffff])[{high}])*", re.S
    )


def is_unspaced(char: str) -> bool:
    """Whether the character belongs to a script that writes without spaces between words."""
    return char >= "\u0e00" and _unspaced().match(char) is not None


@cache
def _unspaced() -> re.Pattern[str]:
    """Made when it is first wanted, as many portals never do: ranges so wide take long to compile."""
    return re.compile(f"[{UNSPACED}]")
