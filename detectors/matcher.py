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
from typing import Generic, TypeVar

import ahocorasick

from detectors.letters import UNSPACED, is_unspaced
from detectors.normalise import normal_lines, normalise

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


_Pattern = tuple[str, str, bool, int, T, bool, bool, str]
"""A compiled term: the literal `piece` the automaton looks for, and what must hold around it: `other`, `is_ahead`,
`spaces`, `value`, `open_start`, `open_end`, `whole`. A plain tuple: a lexicon has thousands.

`other` is the longest of the term's further pieces, which stands `spaces` words ahead or behind: where it is not
near, there is no need to look closer.
"""


class Matcher(Generic[T]):
    """Terms with values. `*` at a word's end allows further letters there, at its start letters before it.

    `minor` tells the values that `find` can pass over.
    """

    def __init__(
        self, terms: Iterable[tuple[str, T]], fold: bool = True, minor: Callable[[T], bool] | None = None
    ) -> None:
        listed = list(terms)
        forms = normals([text for text, _ in listed], fold)
        letters = " ".join(forms).replace(_STAR, "")
        self._is_spaced = letters.isascii() or not _GAPS.search(letters)
        self._empty = not listed
        self._automaton = ahocorasick.Automaton()
        self._fill(_patterns(forms, [value for _, value in listed]), minor)

    def _fill(self, patterns: Iterable[_Pattern[T]], minor: Callable[[T], bool] | None) -> None:
        """Has the automaton look for the patterns, and give all those of a piece where it finds that."""
        grouped: dict[str, tuple[_Pattern[T], ...]] = {}
        particular = set()
        for pattern in patterns:
            piece, other, _, _, value, open_start, _, _ = pattern
            key = f" {piece}" if self._is_spaced and not open_start else piece
            grouped[key] = (*grouped[key], pattern) if key in grouped else (pattern,)
            if other or (minor is not None and minor(value)):
                particular.add(key)
        for key, told in _told_apart(grouped):
            alike = grouped[key]
            further, major = _particulars(alike, minor) if key in particular else ((), alike)
            size = len(alike[0][0])
            self._automaton.add_word(told, (len(told) - len(key) + size, size, further, alike, major))
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
            if not (told == size and is_as_written) and not text.startswith(patterns[0][0], start):
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


def _patterns(normals: list[str], values: Iterable[T]) -> Iterator[_Pattern[T]]:
    """The patterns of terms in normal form."""
    several = [_PIECE.findall(normal) for normal in normals if _STAR in normal]
    common = Counter(chain(normals, chain.from_iterable(several)))
    for normal, value in zip(normals, values, strict=True):
        yield _compile(normal, value, common) if _STAR in normal else (normal, "", False, 0, value, False, False, "")


def _particulars(
    alike: tuple[_Pattern[T], ...], minor: Callable[[T], bool] | None
) -> tuple[tuple[str, ...], tuple[_Pattern[T], ...]]:
    """Of patterns with the same piece: the other pieces, one of which must be near, and those that are not minor."""
    others = {other for _, other, *_ in alike}
    major = alike if minor is None else tuple([each for each in alike if not minor(each[4])])
    return () if "" in others else tuple(others), major


def _told_apart(pieces: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each piece, with the first letters of it that tell it from all the others."""
    alike, length = list(pieces), 0
    while alike:
        length += _STEP
        beginnings = [piece[:length] for piece in alike]
        shared = Counter(beginnings)
        pairs, alike = zip(alike, beginnings, strict=True), []
        for piece, beginning in pairs:
            if shared[beginning] == 1 or beginning == piece:
                yield piece, beginning
            else:
                alike.append(piece)


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
    """The pattern of a term with _STAR in normal form. Of several pieces the automaton looks for one that few terms
    share, so that there is seldom cause to look closer."""
    alone = normal.strip(f"{_STAR} ")
    if _STAR not in alone:
        return alone, "", False, 0, value, normal.startswith(_STAR), normal.endswith(_STAR), ""
    pieces = list(_PIECE.finditer(normal))
    piece = min(pieces, key=lambda each: (len(each[0]) < _SHORT, common[each[0]], -len(each[0])))
    other = max((each for each in pieces if each is not piece), key=lambda each: len(each[0]))
    first, second = sorted((piece, other), key=lambda each: each.start())
    spaces = normal.count(" ", first.end(), second.start())
    follows = normal[: piece.start()].endswith(_STAR)
    return piece[0], other[0], first is piece, spaces, value, follows, False, normal


def normals(texts: Iterable[str], fold: bool) -> list[str]:
    """The terms in normal form, each `*` kept in its place as _STAR; those of Latin letters all in one go."""
    lines = [text.replace("\n", " ") for text in texts]
    even = normal_lines(lines, fold, "*") if lines else []
    return [
        _normal(line, fold) if "\0" in normal else _starred(normal) if "*" in normal else normal
        for line, normal in zip(lines, even, strict=True)
    ]


def _normal(text: str, fold: bool) -> str:
    """One term in normal form."""
    if "*" not in text:
        return normalise(text, fold)
    return _starred("*".join(normalise(f"x{piece}x", fold)[1:-1] for piece in text.split("*")))


def _starred(normal: str) -> str:
    """A term in normal form but for its `*`. One that is a word at an end says nothing."""
    words = _STARS.sub(_STAR, normal).split()
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
    start = "" if is_unspaced(normal[0]) else r"(?<![^ \n])"
    end = "" if normal.endswith(_STAR) or is_unspaced(normal[-1]) else r"(?![^ \n])"
    return re.compile(start + body + end)
