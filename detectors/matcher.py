"""Many terms found in one pass: an Aho-Corasick automaton over normalised text, with word boundaries and `*`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import ahocorasick

from detectors.normalise import is_unspaced, normalise

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Pattern(Generic[T]):
    """A compiled term: the literal piece the automaton looks for, and what must hold around it."""

    piece: str
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
        for last, patterns in self._automaton.iter(text):
            for pattern in patterns:
                if wanted is not None and not wanted(pattern.value):
                    continue
                end = last + 1
                start = end - len(pattern.piece)
                if pattern.whole is not None:
                    found = _around(pattern.whole, text, start, min(length, end + 120))
                    if found is not None:
                        yield found.start(), found.end(), pattern.value
                elif _bounded(text, start, end, pattern):
                    yield start, end, pattern.value


def _bounded(text: str, start: int, end: int, pattern: _Pattern[T]) -> bool:
    """Whether the piece stands on word boundaries where the term asks for them."""
    if not pattern.open_start and start and text[start - 1] not in " \n" and not is_unspaced(text[start]):
        return False
    return (
        pattern.open_end
        or end == len(text)
        or text[end] in " \n"
        or is_unspaced(text[end - 1])
        or is_unspaced(text[end])
    )


def _around(pattern: re.Pattern[str], text: str, index: int, end: int) -> re.Match[str] | None:
    """The match of `pattern` that covers `index`, looked for in the same line only."""
    line = max(text.rfind("\n", 0, index) + 1, index - 120)
    return next((match for match in pattern.finditer(text, line, end) if match.start() <= index < match.end()), None)


def _compile(text: str, value: T, fold: bool) -> _Pattern[T]:
    marked = re.sub(r"\*+", "\ue000", text)
    pieces = [normalise(piece, fold) for piece in marked.split("\ue000")]
    inner = [piece for piece in pieces if piece]
    open_start, open_end = not pieces[0] and len(pieces) > 1, not pieces[-1] and len(pieces) > 1
    if len(inner) == 1:
        return _Pattern(inner[0], value, open_start, open_end, None)
    return _Pattern(max(inner, key=len), value, open_start, open_end, _regex(marked, fold))


def _regex(marked: str, fold: bool) -> re.Pattern[str]:
    """A term with inner `*`: word by word, each with its own open ends."""
    words = []
    for word in marked.replace("-", " ").split():
        parts = [re.escape(normalise(part, fold)) for part in word.split("\ue000")]
        words.append(r"[^ \n]*".join(parts))
    body = " ".join(words)
    start = "" if marked.startswith("\ue000") else r"(?<![^ \n])"
    end = "" if marked.endswith("\ue000") else r"(?![^ \n])"
    return re.compile(start + body + end)
