"""Many terms found in one pass: an Aho-Corasick automaton over normalised text, with word boundaries and `*`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

import ahocorasick

from detectors.normalise import is_unspaced, normalise

T = TypeVar("T")

_STAR = "\ue000"
_REACH = 120
"""How far apart, in characters, the pieces of one term may lie."""

_LETTERS = r"[^ \n]*"
_FEW = r"[^ \n]{0,8}"
"""What `*` stands for inside a script without spaces, where no space ends a word."""


@dataclass(frozen=True, slots=True)
class _Pattern(Generic[T]):
    """A compiled term: the literal piece the automaton looks for, and what must hold around it.

    `other` is the longest of the term's further pieces: where it is not near, there is no need to look closer.
    """

    piece: str
    other: str
    value: T
    open_start: bool
    open_end: bool
    whole: re.Pattern[str] | None


class Matcher(Generic[T]):
    """Terms with values. `*` at a word's end allows further letters there, at its start letters before it."""

    def __init__(self, terms: Iterable[tuple[str, T]], fold: bool = True) -> None:
        self._fold = fold
        self._automaton = ahocorasick.Automaton()
        grouped: dict[str, list[_Pattern[T]]] = {}
        for text, value in terms:
            pattern = _compile(text, value, fold)
            grouped.setdefault(pattern.piece, []).append(pattern)
        for piece, patterns in grouped.items():
            self._automaton.add_word(piece, tuple(patterns))
        self._empty = not grouped
        if grouped:
            self._automaton.make_automaton()

    def find(self, text: str, wanted: Callable[[T], bool] | None = None) -> Iterator[tuple[int, int, T]]:
        """(start, end, value) of every term in `text`, which must be normalised; words are separated by one space.

        `\\n` may separate independent pieces of text: no term reaches across it. `wanted` passes over values before
        any further work is done on them.
        """
        if self._empty:
            return
        length = len(text)
        told: set[tuple[int, int]] = set()
        for last, patterns in self._automaton.iter(text):
            for pattern in patterns:
                if wanted is not None and not wanted(pattern.value):
                    continue
                end = last + 1
                start = end - len(pattern.piece)
                if pattern.whole is not None:
                    if text.find(pattern.other, max(0, start - _REACH), end + _REACH) < 0:
                        continue
                    found = _around(pattern.whole, text, start, min(length, end + _REACH))
                    if found is not None and (id(pattern), found.start()) not in told:
                        told.add((id(pattern), found.start()))
                        yield found.start(), found.end(), pattern.value
                elif _bounded(text, start, end, pattern):
                    yield start, end, pattern.value


def _bounded(text: str, start: int, end: int, pattern: _Pattern[T]) -> bool:
    """Whether the piece stands on word boundaries where the term asks for them."""
    begins = pattern.open_start or start == 0 or _parted(text[start - 1], text[start])
    return begins and (pattern.open_end or end == len(text) or _parted(text[end], text[end - 1]))


def _parted(outside: str, inside: str) -> bool:
    """Whether a word may end between two characters."""
    return outside in " \n" or is_unspaced(inside) or is_unspaced(outside)


def _around(pattern: re.Pattern[str], text: str, index: int, end: int) -> re.Match[str] | None:
    """The match of `pattern` that covers `index`, looked for in the same line only."""
    line = max(text.rfind("\n", max(0, index - _REACH), index) + 1, index - _REACH)
    return next((match for match in pattern.finditer(text, line, end) if match.start() <= index < match.end()), None)


def _compile(text: str, value: T, fold: bool) -> _Pattern[T]:
    normal = _normal(text, fold)
    pieces = [piece.strip() for piece in normal.split(_STAR)]
    inner = [piece for piece in pieces if piece]
    if len(inner) == 1:
        return _Pattern(inner[0], "", value, normal.startswith(_STAR), normal.endswith(_STAR), None)
    piece, other, *_ = sorted(inner, key=len, reverse=True)
    return _Pattern(piece, other, value, False, False, _regex(normal))


def _normal(text: str, fold: bool) -> str:
    """The term in normal form, each `*` kept in its place as _STAR; a `*` that is a word at an end says nothing."""
    pieces = [normalise(f"x{piece}x", fold)[1:-1] for piece in re.split(r"\*+", text)]
    words = _STAR.join(pieces).split()
    while words[-1:] == [_STAR]:
        words.pop()
    while words[:1] == [_STAR]:
        del words[0]
    return " ".join(words)


def _regex(normal: str) -> re.Pattern[str]:
    """A term with inner `*`: word by word, each with its own open ends."""
    body = "".join(
        (_FEW if is_unspaced(before) else _LETTERS) if char == _STAR else re.escape(char)
        for before, char in pairwise(f" {normal}")
    )
    start = "" if normal.startswith(_STAR) or is_unspaced(normal[0]) else r"(?<![^ \n])"
    end = "" if normal.endswith(_STAR) or is_unspaced(normal[-1]) else r"(?![^ \n])"
    return re.compile(start + body + end)
