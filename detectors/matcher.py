"""Many terms found in one pass: an Aho-Corasick automaton over normalised text, with word boundaries and `*`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

from detectors.normalise import is_unspaced, normalise

T = TypeVar("T")

_STAR = "\ue000"
_BREAKS = " \n"
_REACH = 120
"""How far apart, in characters, the pieces of one term may lie."""

_SHORT = 4
"""Shorter pieces stand in many words."""

_LETTERS = r"[^ \n]*"
_FEW = r"[^ \n]{0,8}"
"""What `*` stands for inside a script without spaces, where no space ends a word."""


class _Pattern(NamedTuple, Generic[T]):
    """A compiled term: the literal piece the automaton looks for, and what must hold around it.

    `other` is the longest of the term's further pieces: where it is not near, there is no need to look closer.
    """

    piece: str
    other: str
    value: T
    open_start: bool
    open_end: bool
    whole: str


class Matcher(Generic[T]):
    """Terms with values. `*` at a word's end allows further letters there, at its start letters before it."""

    def __init__(self, terms: Iterable[tuple[str, T]], fold: bool = True) -> None:
        parted = [(_normal(text, fold), value) for text, value in terms]
        common = Counter(piece for normal, _ in parted for piece in _pieces(normal))
        self._load(_compile(normal, value, common) for normal, value in parted)

    def only(self, wanted: Callable[[T], bool]) -> Matcher[T]:
        """A matcher of the terms whose values are wanted."""
        some: Matcher[T] = Matcher(())
        some._load(pattern for pattern in self._patterns if wanted(pattern.value))
        return some

    def _load(self, patterns: Iterable[_Pattern[T]]) -> None:
        self._patterns = tuple(patterns)
        self._automaton = ahocorasick.Automaton()
        grouped: dict[str, list[_Pattern[T]]] = {}
        for pattern in self._patterns:
            grouped.setdefault(pattern.piece, []).append(pattern)
        for piece, alike in grouped.items():
            self._automaton.add_word(piece, tuple(alike))
        self._empty = not grouped
        if grouped:
            self._automaton.make_automaton()

    def find(self, text: str, wanted: Callable[[T], bool] | None = None) -> list[tuple[int, int, T]]:
        """(start, end, value) of every term in `text`, which must be normalised; words are separated by one space.

        `\\n` may separate independent pieces of text: no term reaches across it. `wanted` passes over values before
        any further work is done on them.
        """
        if self._empty:
            return []
        length = len(text)
        found: list[tuple[int, int, T]] = []
        told: set[tuple[int, int]] = set()
        for last, patterns in self._automaton.iter(text):
            end = last + 1
            after = end == length or text[end] in _BREAKS or _parted(text[end], text[last])
            for pattern in patterns:
                piece, other, value, open_start, open_end, whole = pattern
                if wanted is not None and not wanted(value):
                    continue
                start = end - len(piece)
                if not whole:
                    if (after or open_end) and (
                        open_start or start == 0 or text[start - 1] in _BREAKS or _parted(text[start - 1], text[start])
                    ):
                        found.append((start, end, value))
                elif text.find(other, max(0, start - _REACH), end + _REACH) >= 0:
                    match = _around(_regex(whole), text, start, min(length, end + _REACH))
                    if match is not None and (id(pattern), match.start()) not in told:
                        told.add((id(pattern), match.start()))
                        found.append((match.start(), match.end(), value))
        return found


def _parted(outside: str, inside: str) -> bool:
    """Whether a word may end between two letters: in scripts without spaces it may anywhere."""
    return is_unspaced(inside) or is_unspaced(outside)


def _around(pattern: re.Pattern[str], text: str, index: int, end: int) -> re.Match[str] | None:
    """The match of `pattern` that covers `index`, looked for in the same line only."""
    line = max(text.rfind("\n", max(0, index - _REACH), index) + 1, index - _REACH)
    return next((match for match in pattern.finditer(text, line, end) if match.start() <= index < match.end()), None)


def _compile(normal: str, value: T, common: Mapping[str, int]) -> _Pattern[T]:
    """The pattern of a term in normal form. Of several pieces the automaton looks for one that few terms share, so that
    there is seldom cause to look closer."""
    pieces = _pieces(normal)
    if len(pieces) == 1:
        return _Pattern(pieces[0], "", value, normal.startswith(_STAR), normal.endswith(_STAR), "")
    piece = min(pieces, key=lambda piece: (len(piece) < _SHORT, common[piece], -len(piece)))
    pieces.remove(piece)
    return _Pattern(piece, max(pieces, key=len), value, False, False, normal)


def _pieces(normal: str) -> list[str]:
    return [piece.strip() for piece in normal.split(_STAR) if piece.strip()]


def _normal(text: str, fold: bool) -> str:
    """The term in normal form, each `*` kept in its place as _STAR; a `*` that is a word at an end says nothing."""
    pieces = [normalise(f"x{piece}x", fold)[1:-1] for piece in re.split(r"\*+", text)]
    words = _STAR.join(pieces).split()
    while words[-1:] == [_STAR]:
        words.pop()
    while words[:1] == [_STAR]:
        del words[0]
    return " ".join(words)


@lru_cache(maxsize=8192)
def _regex(normal: str) -> re.Pattern[str]:
    """A term with inner `*`: word by word, each with its own open ends. Few are ever needed, so none is made before."""
    body = "".join(
        (_FEW if is_unspaced(before) else _LETTERS) if char == _STAR else re.escape(char)
        for before, char in pairwise(f" {normal}")
    )
    start = "" if normal.startswith(_STAR) or is_unspaced(normal[0]) else r"(?<![^ \n])"
    end = "" if normal.endswith(_STAR) or is_unspaced(normal[-1]) else r"(?![^ \n])"
    return re.compile(start + body + end)
