"""What a lexicon finds in a piece of text. Menus repeat on every page, so short pieces are read once and remembered."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from detectors.compositions import GENERAL as GENERAL_PREFIX
from detectors.letters import UNSPACED, is_unspaced
from detectors.lexicon import BESIDE, GENERAL
from detectors.normalise import normal_label, normalise
from detectors.packaged import data

if TYPE_CHECKING:
    from detectors.lexicon import Lexicon, Term
    from detectors.matcher import Matcher

LABEL = 160
"""Characters of the longest text that is read as a label or caption. In longer ones, running text, weak terms say
nothing."""

_REMEMBERED_PIECES = 6_000
_FILLER_LETTERS = 3
"""Words up to this length (articles, prepositions) and numbers do not make a label longer."""

_MANY_WORDS = 12
"""More words than this are not counted: the text is running text whatever their number."""

_COUNTED = 2 * _MANY_WORDS
"""As many are counted of a whole text: enough to say that there are many beside a term of a few words."""

_LOOKED_AT = 40
"""Words that are parted at once while they are counted."""

_HANGUL = "\uac00-\ud7af"
_SPELT = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u30a1-\u30ff]")

Found = tuple[int, int, "Term", int]
"""Start and end in the normalised piece, the term, and the number of meaningful words outside it."""


class Reading(NamedTuple):
    """The terms that count, the lists of general vocabulary touched, and the features of which a term was denied."""

    terms: tuple[Found, ...]
    general: frozenset[str]
    denied: frozenset[str]


_NOTHING = Reading((), frozenset(), frozenset())

Readings = tuple[tuple["Lexicon", Reading], ...]
"""What each of several lexicons finds in one text; those that find nothing are left out."""


def read_text(lexicon: Lexicon, text: str) -> Reading:
    """What the lexicon's words find in a label, heading or run of text."""
    return _only(read_texts((lexicon,), text))


def read_behind(lexicon: Lexicon, text: str, end: int) -> Reading:
    """What the lexicon's words find in a label behind what ends at `end` of its normal form: where the word goes on
    there, the terms that its rest begins with, else all that follow."""
    plain = normal_label(text, lexicon.fold)
    word, _, further = plain[end:].partition(" ")
    first = end if word else end + 1
    found = lexicon.words.find(word or further)
    return _sorted(lexicon, plain, [(first + a, first + b, term) for a, b, term in found if not (word and a)])


def read_address(lexicon: Lexicon, text: str) -> Reading:
    """What the lexicon's URL words find in an address, written as words."""
    return _only(read_addresses((lexicon,), text))


def _only(readings: Readings) -> Reading:
    return readings[0][1] if readings else _NOTHING


def read_texts(lexicons: tuple[Lexicon, ...], text: str) -> Readings:
    """What the lexicons' words find in a label, heading or run of text."""
    if len(text) <= LABEL:
        return _read_label(lexicons, text)
    return _found([(each, _read(each, each.words, normalise(text, each.fold), True)) for each in lexicons])


def read_addresses(lexicons: tuple[Lexicon, ...], text: str) -> Readings:
    """What the lexicons' URL words find in an address, written as words."""
    return _read_short_address(lexicons, text) if len(text) <= LABEL else _read_address(lexicons, text)


@lru_cache(maxsize=_REMEMBERED_PIECES)
def _read_label(lexicons: tuple[Lexicon, ...], text: str) -> Readings:
    readings = [(each, _read(each, each.words, normal_label(text, each.fold))) for each in lexicons]
    return _found(_with_denials(readings, text) if len(readings) > 1 else readings)


@lru_cache(maxsize=_REMEMBERED_PIECES)
def _read_short_address(lexicons: tuple[Lexicon, ...], text: str) -> Readings:
    return _read_address(lexicons, text)


def _read_address(lexicons: tuple[Lexicon, ...], text: str) -> Readings:
    plain = normalise(text)
    return _found([(each, _read(each, each.urls, plain)) for each in lexicons])


def _found(readings: list[tuple[Lexicon, Reading]]) -> Readings:
    return tuple([each for each in readings if each[1] is not _NOTHING])


def _with_denials(readings: list[tuple[Lexicon, Reading]], text: str) -> list[tuple[Lexicon, Reading]]:
    """The first lexicon, the page's own, denies what others say too, though it may have no such term itself: "visa" is
    Swedish for showing."""
    (own, reading), *others = readings
    features = {term.feature for _, other in others for _, _, term, _ in other.terms} & own.denied
    if not features:
        return readings
    spans = _denied_spans(own, normal_label(text, own.fold), features)
    return [(own, reading._replace(denied=reading.denied.union(spans))), *others] if spans else readings


def _read(lexicon: Lexicon, matcher: Matcher[Term], plain: str, is_running: bool = False) -> Reading:
    """What the matcher finds; in running text weak terms say nothing."""
    found = matcher.find(plain, with_minor=not is_running)
    return _sorted(lexicon, plain, found) if found else _NOTHING


def _sorted(lexicon: Lexicon, plain: str, found: list[tuple[int, int, Term]]) -> Reading:
    """What was found in a text of this normal form: the general vocabulary apart from the terms that count."""
    lists = _lists()
    general: set[str] = set()
    spoken: list[tuple[int, int, Term]] = []
    for each in found:
        name = lists.get(each[2].feature)
        if name is None:
            spoken.append(each)
        else:
            general.add(name)
    if spoken:
        terms, denied = _told(lexicon, plain, spoken)
        return Reading(terms, frozenset(general), denied)
    return Reading((), frozenset(general), frozenset()) if general else _NOTHING


@cache
def _lists() -> dict[str, str]:
    """The lists of general vocabulary by the feature that their terms have."""
    return {f"{GENERAL_PREFIX}{name}": name for name in (*GENERAL, *BESIDE)}


def _told(
    lexicon: Lexicon, plain: str, spoken: list[tuple[int, int, Term]]
) -> tuple[tuple[Found, ...], frozenset[str]]:
    """The terms that count, and the features of which one is denied."""
    spans = _denied_spans(lexicon, plain, {term.feature for _, _, term in spoken})
    beside = _Beside(plain)
    terms: list[Found] = []
    denied: set[str] = set()
    for start, end, term in spoken:
        if spans and any(low <= start and end <= high for low, high in spans.get(term.feature, ())):
            denied.add(term.feature)
        else:
            terms.append((start, end, term, beside.words(start, end)))
    if len(plain) <= LABEL and len(terms) > 1:
        terms = _of_whole(plain, terms)
    return tuple(terms), frozenset(denied)


def _of_whole(plain: str, terms: list[Found]) -> list[Found]:
    """Where several terms of one feature make up a label between them ("Road works and diversions"), no word is beside
    any of them."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end, term, _ in terms:
        spans.setdefault(term.feature, []).append((start, end))
    return [
        (start, end, term, 0 if extra and _fill(plain, start, end, extra, spans[term.feature]) else extra)
        for start, end, term, extra in terms
    ]


def _fill(plain: str, start: int, end: int, extra: int, spans: list[tuple[int, int]]) -> bool:
    """Whether the spans that lie outside [start, end), none over another, hold the words beside it."""
    reached = 0
    for low, high in sorted(spans):
        if low >= reached and (high <= start or low >= end):
            extra -= _count_words(plain[low:high], _MANY_WORDS)
            reached = high
    return extra <= 0


def _denied_spans(lexicon: Lexicon, plain: str, features: set[str]) -> dict[str, list[tuple[int, int]]]:
    """The spans of normalised text in which terms of the features do not count."""
    spans: dict[str, list[tuple[int, int]]] = {}
    if lexicon.denied.isdisjoint(features):
        return spans
    for start, end, term in lexicon.denials.find(plain, lambda term: term.feature in features):
        spans.setdefault(term.feature, []).append((start, _end_of_word(plain, end)))
    return spans


def _end_of_word(plain: str, end: int) -> int:
    """Where the word ends in which a term with any ending was found; as it is where words are not parted by spaces."""
    while end < len(plain) and plain[end] != " " and not is_unspaced(plain[end]):
        end += 1
    return end


class _Beside:
    """Counts the meaningful words of a normalised text beside its terms.

    Where words are short or not parted by spaces, characters are counted: four of Han or Hangul, six of other scripts
    without spaces make a word; hiragana is grammar.
    """

    __slots__ = ("_all", "_dense", "_plain", "_spaced", "_spelt")

    def __init__(self, plain: str) -> None:
        is_dense = not plain.isascii() and _dense().search(plain) is not None
        self._plain = plain
        self._spaced = _dense().sub(" ", plain) if is_dense else None
        self._dense, self._spelt = (_number(_dense_words(), plain), _number(_SPELT, plain)) if is_dense else (0, 0)
        self._all = _count_words(plain if self._spaced is None else self._spaced, _COUNTED)

    def words(self, start: int, end: int) -> int:
        """Words outside [start, end), at most _MANY_WORDS; a match inside a longer word takes all of it."""
        first, last = self._plain.rfind(" ", 0, start) + 1, self._plain.find(" ", end)
        inside = slice(first, last if last >= 0 else None)
        if self._spaced is None:
            return min(self._all - _count_words(self._plain[inside], _MANY_WORDS), _MANY_WORDS)
        term = self._plain[start:end]
        letters = (self._dense - _number(_dense_words(), term)) // 4 + (self._spelt - _number(_SPELT, term)) // 6
        return min(letters + self._all - _count_words(self._spaced[inside], _MANY_WORDS), _MANY_WORDS)


@cache
def _dense() -> re.Pattern[str]:
    """Made when it is first wanted, as many portals never do: ranges so wide take long to compile."""
    return re.compile(f"[{UNSPACED}{_HANGUL}]")


@cache
def _dense_words() -> re.Pattern[str]:
    """Of these the letters that stand for a quarter of a word each."""
    return re.compile(f"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff{_HANGUL}]")


def _number(letters: re.Pattern[str], text: str) -> int:
    """How many letters of a sort the text holds."""
    return len(letters.findall(text))


@cache
def _fillers() -> frozenset[str]:
    """Words that say no more than that a label leads to a place on the web."""
    return frozenset(normalise(word) for words in data("fillers")["words"].values() for word in words)


def _count_words(text: str, limit: int) -> int:
    """The meaningful words of the text; those behind the first `limit` need not all be counted."""
    number, rest, fillers = 0, text, _fillers()
    while rest and number < limit:
        words = rest.split(" ", _LOOKED_AT)
        rest = words.pop() if len(words) > _LOOKED_AT else ""
        long = [word for word in words if len(word) > _FILLER_LETTERS and word not in fillers]
        number += len(long) - sum(map(str.isdigit, long))
    return number
