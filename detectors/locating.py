"""Where in a text as written its normal form was found."""

from __future__ import annotations

import re
from functools import lru_cache

from detectors.letters import MUTE, clusters, folded_indic
from detectors.normalise import LETTER_SPACE, even, normalise, spaced_out

_WORD = re.compile(r"\S+")
_SIGN = re.compile(".", re.S)
"""In ASCII nothing becomes one with what stands beside it."""


@lru_cache(maxsize=8192)
def locate(text: str, start: int, end: int, fold: bool = True) -> tuple[int, int]:
    """The span of `text` whose normal form is `normalise(text)[start:end]`, as (start, end) offsets."""
    plain_text = even(text, fold)
    if plain_text is not None and plain_text[:1] != " " and "  " not in plain_text[:end]:
        return start, end
    spaces = [space.start() for space in LETTER_SPACE.finditer(spaced_out(text, fold))] if plain_text is None else ()
    for space in spaces:
        start, end = start + (space <= start), end + (space < end)
    first, position = 0, 0
    for word in _WORD.finditer(text):
        plain = _normal_word(word[0], fold)
        if not plain:
            continue
        begin = position + 1 if position else 0
        position = begin + len(plain)
        if begin <= start < position:
            first = word.start() + _locate_in_word(word[0], start - begin, len(plain), fold)[0]
        if end <= position:
            return first, word.start() + _locate_in_word(word[0], 0, end - begin, fold)[1]
    return first, len(text)


@lru_cache(maxsize=8192)
def _normal_word(word: str, fold: bool) -> str:
    return normalise(word, fold)


def _locate_in_word(text: str, start: int, end: int, fold: bool) -> tuple[int, int]:
    """The same for a short text, character by character."""
    first, last, position, spaced = 0, len(text), 0, True
    text = MUTE.sub(lambda mute: "\u2060" * len(mute[0]), text)
    for cluster in (_SIGN if text.isascii() else clusters()).finditer(text):
        for piece in _folded_cluster(cluster[0], fold):
            if piece == " ":
                spaced = True
                continue
            position += 1 if spaced and position else 0
            spaced = False
            if position == start:
                first = cluster.start()
            position += 1
            if position == end:
                return first, cluster.end()
    return first, last


@lru_cache(maxsize=8192)
def _folded_cluster(cluster: str, fold: bool) -> str:
    return folded_indic(cluster, fold)
