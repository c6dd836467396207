"""Many terms found in one pass: an Aho-Corasick automaton over normalised text, with word boundaries and `*`.

Most terms begin where a word does. The automaton has them with a space before, and so leaves most of a text's letters
aside; in scripts without spaces, where a word may begin anywhere, it has them as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

from detectors.normalise import UNSPACED, is_unspaced, normalise

T = TypeVar("T")

_STAR = "\ue000"
_PIECE = re.compile(f"[^{_STAR} ](?:[^{_STAR}]*[^{_STAR} ])?")
_STARS = re.compile(r"\*+")
_BREAKS = " \n"
_GAPS = re.compile(f"[\n{UNSPACED}]")
"""Beside each of them a word may begin, as beside a space."""

_REACH = 120
"""How far apart, in characters, the pieces of one term may lie."""

_SHORT = 4
"""Shorter pieces stand in many words."""

_STEP = 6
"""A piece is in the automaton with its first letters only, a multiple of so many: fewer take less memory, and stop at
more places that are not the piece."""

_LETTERS = r"[^ \n]*"
_FEW = r"[^ \n]{0,8}"
"""What `*` stands for inside a script without spaces, where no space ends a word."""


class _Pattern(NamedTuple, Generic[T]):
    """A compiled term: the literal piece the automaton looks for, and what must hold around it.

    `other` is the longest of the term's further pieces, which stands `spaces` words ahead or behind: where it is not
    near, there is no need to look closer.
    """

    piece: str
    other: str
    is_ahead: bool
    spaces: int
    value: T
    open_start: bool
    open_end: bool
    whole: str


class Matcher(Generic[T]):
    """Terms with values. `*` at a word's end allows further letters there, at its start letters before it.

    `minor` tells the values that `find` can pass over.
    """

    def __init__(
        self, terms: Iterable[tuple[str, T]], fold: bool = True, minor: Callable[[T], bool] | None = None
    ) -> None:
        parted = [(_normal(text, fold), value) for text, value in terms]
        common = Counter(chain.from_iterable(_PIECE.findall(normal) for normal, _ in parted))
        patterns = [_compile(normal, value, common) for normal, value in parted]
        self._is_spaced = not any(_GAPS.search(piece) for piece in common)
        self._automaton = ahocorasick.Automaton()
        grouped: dict[str, list[_Pattern[T]]] = {}
        for pattern in patterns:
            key = f" {pattern.piece}" if self._is_spaced and not pattern.open_start else pattern.piece
            grouped.setdefault(key, []).append(pattern)
        for key, told in _told_apart(grouped):
            alike = tuple(grouped[key])
            major = alike if minor is None else tuple([each for each in alike if not minor(each.value)])
            others = {each.other for each in alike}
            further = () if "" in others else tuple(others)
            piece = alike[0].piece
            self._automaton.add_word(
                key[:told],
                (told - len(key) + len(piece), len(piece), further, alike, alike if major == alike else major),
            )
        self._empty = not grouped
        if grouped:
            self._automaton.make_automaton()

    def find(
        self, text: str, wanted: Callable[[T], bool] | None = None, with_minor: bool = True
    ) -> list[tuple[int, int, T]]:
        """(start, end, value) of every term in `text`, which must be normalised; words are separated by one space.

        `\\n` may separate independent pieces of text: no term reaches across it. `wanted` passes over values before
        any further work is done on them, and without `with_minor` the minor ones are passed over.
        """
        if self._empty:
            return []
        is_ascii = text.isascii()
        has_gaps = self._is_spaced and (not is_ascii or "\n" in text)
        searched = _GAPS.sub(" ", text) if has_gaps else text
        is_as_written = searched == text
        found: list[tuple[int, int, T]] = []
        met: set[tuple[int, int]] = set()
        for last, (told, size, others, every, major) in self._automaton.iter(f" {searched}"):
            patterns = every if with_minor else major
            if not patterns:
                continue
            start = last - told
            if not (told == size and is_as_written) and not text.startswith(patterns[0].piece, start):
                continue
            end = start + size
            if others:
                near = text[start - _REACH if start > _REACH else 0 : end + _REACH]
                for other in others:
                    if other in near:
                        break
                else:
                    continue
            first = self._is_spaced or start == 0 or text[start - 1] in _BREAKS or _parted(text[start - 1], text[start])
            final = end == len(text) or text[end] in _BREAKS or (not is_ascii and _parted(text[end], text[end - 1]))
            for pattern in patterns:
                _, other, is_ahead, spaces, value, open_start, open_end, whole = pattern
                if wanted is not None and not wanted(value):
                    continue
                if not whole:
                    if (first or open_start) and (final or open_end):
                        found.append((start, end, value))
                elif _is_near(other, is_ahead, spaces, text, start, end):
                    match = _around(_regex(whole), text, start, min(len(text), end + _REACH))
                    if match is not None and (id(pattern), match.start()) not in met:
                        met.add((id(pattern), match.start()))
                        found.append((match.start(), match.end(), value))
        return found


def _told_apart(pieces: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Each piece, and how many of its first letters tell it from all the others."""
    ordered = ["", *sorted(pieces), ""]
    for before, piece, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
        told = _STEP
        while told < len(piece) and piece[:told] in (before[:told], after[:told]):
            told += _STEP
        yield piece, min(told, len(piece))


def _parted(outside: str, inside: str) -> bool:
    """Whether a word may end between two letters: in scripts without spaces it may anywhere."""
    return is_unspaced(inside) or is_unspaced(outside)


def _is_near(other: str, is_ahead: bool, spaces: int, text: str, start: int, end: int) -> bool:
    """Whether the other piece stands no more words ahead or behind of [start, end) than in the term, in which no `*`
    holds a space."""
    if is_ahead:
        place = text.find(other, end, end + _REACH)
        return place >= 0 and text.count(" ", end, place) <= spaces
    place = text.rfind(other, max(0, start - _REACH), start)
    return place >= 0 and text.count(" ", place + len(other), start) <= spaces


def _around(pattern: re.Pattern[str], text: str, index: int, end: int) -> re.Match[str] | None:
    """The match of `pattern` that covers `index`, looked for in the same line only."""
    line = max(text.rfind("\n", max(0, index - _REACH), index) + 1, index - _REACH)
    return next((match for match in pattern.finditer(text, line, end) if match.start() <= index < match.end()), None)


def _compile(normal: str, value: T, common: Mapping[str, int]) -> _Pattern[T]:
    """The pattern of a term in normal form. Of several pieces the automaton looks for one that few terms share, so that
    there is seldom cause to look closer."""
    alone = normal.strip(f"{_STAR} ")
    if _STAR not in alone:
        return _Pattern(alone, "", False, 0, value, normal.startswith(_STAR), normal.endswith(_STAR), "")
    pieces = list(_PIECE.finditer(normal))
    piece = min(pieces, key=lambda each: (len(each[0]) < _SHORT, common[each[0]], -len(each[0])))
    other = max((each for each in pieces if each is not piece), key=lambda each: len(each[0]))
    first, second = sorted((piece, other), key=lambda each: each.start())
    spaces = normal.count(" ", first.end(), second.start())
    follows = normal[: piece.start()].endswith(_STAR)
    return _Pattern(piece[0], other[0], first is piece, spaces, value, follows, False, normal)


def _normal(text: str, fold: bool) -> str:
    """The term in normal form, each `*` kept in its place as _STAR; a `*` that is a word at an end says nothing."""
    if "*" not in text:
        return normalise(text, fold)
    pieces = [normalise(f"x{piece}x", fold)[1:-1] for piece in _STARS.split(text)]
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
