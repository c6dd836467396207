"""Text made comparable: case, diacritics, Arabic and Hebrew marks, punctuation. Lexicon terms and pages alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from detectors.letters import folded

_HAN = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
LETTER_SPACE = re.compile(f" (?<={_HAN} )(?<![^ ]{_HAN} )(?={_HAN}(?: |$))")
"""The space between two Chinese characters that stand alone."""


_LATIN = re.compile("[A-Za-zƏə]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LOOK_ALIKE = str.maketrans("acehijkopxyəABCEHIJKMOPTXYƏ", "асеһіјкорхуәАВСЕНІЈКМОРТХУӘ")


_CODE_PAGES = ("latin-1", "cp1252")
"""Most texts of the West stand in one of these, where a character is a byte and no normal form depends on the next."""

_BEYOND_WEST = re.compile("[^\x00-\u024f\u2000-\u2e7f\U00040000-\U0010ffff]").match
"""Tells most texts that stand in none of them by their first letter."""

_NO_BYTE = b"\0"
_REMEMBERED_WORDS = 60_000
_LONGEST_REMEMBERED = 40


class _Words(dict[str, str]):
    """Normal forms by word as written. Words repeat, so they are remembered; when there are too many, none is."""

    def __init__(self, fold: bool) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, word: str) -> str:
        value = " ".join(_one_script(folded(_one_script(word), self._fold)).split())
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[word] = value
        return value


def _one_script(word: str) -> str:
    """A Cyrillic word with all its letters Cyrillic: typists put Latin ones that look the same ("Публiчна")."""
    latin = _LATIN.findall(word)
    if not latin or not all(map(_LOOK_ALIKE.__contains__, map(ord, latin))):
        return word
    return word.translate(_LOOK_ALIKE) if len(_CYRILLIC.findall(word)) >= len(latin) else word


@cache
def _words(fold: bool) -> _Words:
    return _Words(fold)


def normalise(text: str, fold: bool = True) -> str:
    """Normal form of `text`: single spaces between words, none around, none between Chinese characters that are spaced
    for looks ("公 开"). `fold` removes diacritics."""
    plain = even(text, fold)
    return _spaced(plain) if plain is not None else LETTER_SPACE.sub("", spaced_out(text, fold))


def spaced_out(text: str, fold: bool) -> str:
    """The normal form, with the spaces between Chinese characters."""
    return " ".join(filter(None, map(_words(fold).__getitem__, text.split())))


def even(text: str, fold: bool) -> str | None:
    """The normal form but for its spaces, each character in its place; None where it is not one character for one."""
    if _BEYOND_WEST(text):
        return None
    for code_page in _CODE_PAGES:
        try:
            plain = text.encode(code_page).translate(_byte_table(code_page, fold))
        except UnicodeEncodeError:
            continue
        if _NO_BYTE not in plain:
            return plain.decode(code_page)
    return None


def normal_lines(lines: Iterable[str], fold: bool, kept: str) -> list[str]:
    """The normal form of each line, with the sign `kept` in its places, all in one go. One that holds NUL is to be
    done alone: it does not consist of the most usual characters."""
    plain = "\n".join(lines).encode("latin-1", "replace").translate(_line_table(fold, kept))
    while b"  " in plain:
        plain = plain.replace(b"  ", b" ")
    return plain.replace(b" \n", b"\n").replace(b"\n ", b"\n").strip(b" ").decode("latin-1").split("\n")


@cache
def _line_table(fold: bool, kept: str) -> bytes:
    """The table of Latin-1 that leaves ends of lines and the sign `kept` alone; `?` may stand for what is beyond."""
    table = bytearray(_byte_table("latin-1", fold))
    for sign, byte in (("\n", b"\n"), (kept, kept.encode()), ("?", _NO_BYTE)):
        table[ord(sign)] = byte[0]
    return bytes(table)


_remembered = lru_cache(maxsize=6_000)(normalise)


def normal_label(text: str, fold: bool = True) -> str:
    """`normalise` of a short text that repeats from page to page, and of which several ask."""
    return _remembered(text, fold)


def _spaced(text: str) -> str:
    """Single spaces between words, none around; few spaces stand together, so nothing is taken apart."""
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip()


@cache
def _byte_table(code_page: str, fold: bool) -> bytes:
    """The normal forms of a code page's characters in that code page; _NO_BYTE for what is not one character there."""
    return b"".join(_byte(bytes((code,)), code_page, fold) for code in range(256))


def _byte(code: bytes, code_page: str, fold: bool) -> bytes:
    try:
        letter = folded(code.decode(code_page), fold).encode(code_page)
    except UnicodeError:
        return _NO_BYTE
    return letter if len(letter) == 1 else _NO_BYTE
