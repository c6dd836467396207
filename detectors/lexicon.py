"""Lexicons: per language, the words that government sites use for each feature. See docs/lexicons.md for the format."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import tomli

from detectors.compositions import GENERAL as GENERAL_PREFIX
from detectors.compositions import OPENING, composed_of
from detectors.matcher import Matcher, normals

Role = Literal["strong", "weak", "not", "url"]
ROLES: tuple[Role, ...] = ("strong", "weak", "not", "url")
GENERAL = ("online", "apply", "pay", "form", "archive", "search", "contact", "language_names")
BESIDE = (
    "strategy", "law", "licence", "consultation", "co_creation", "petition", "business", "rural",
    "women", "youth", "older_persons", "disability", "migrants", "poverty",
)  # fmt: skip
OPENINGS = ("health", "education", "employment", "social_protection", "environment", "justice")
KEEPS_DIACRITICS = frozenset({"vi"})
_WORDS: tuple[Role, ...] = ("strong", "weak")
_KNOWN = frozenset(("language", "name", "reviewed", "general", "beside", "openings", "features"))
_AND = {"ar": re.compile(r"(?<=\s)(و)(?=\w{3})")}
"""What "and" is before the word that it is written together with, by language; many type a space behind it."""
_FURTHER = frozenset(("language", "name", "reviewed", "features"))


class LexiconError(ValueError):
    """A lexicon file that breaks the format; the message names the file and the place."""


@dataclass(slots=True, unsafe_hash=True)
class Term:
    """One term of one feature. `text` is as written in the file, `gloss` its meaning in English (empty in English).
    Never changed, but not frozen: there are many thousands, and a frozen one takes four times as long to make.

    General vocabulary, of [general] and of [beside], has the feature `general.<list>`, that of [openings]
    `opening.<list>`.
    """

    text: str
    feature: str
    role: Role
    gloss: str
    language: str


def is_opening(term: Term) -> bool:
    """Whether the term opens a compound, and says something only with what stands behind it."""
    return term.feature.startswith(OPENING)


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The vocabulary of one language, with a matcher each for its words, for what denies them, and for URLs.

    `features` are those for which it has at least one strong or weak term, and those composed of what it has terms for;
    `denied` are those of which it has terms that deny.
    """

    language: str
    name: str
    terms: tuple[Term, ...]
    words: Matcher[Term]
    denials: Matcher[Term]
    urls: Matcher[Term]
    fold: bool
    features: frozenset[str]
    denied: frozenset[str]

    def best_term(self, feature: str) -> str:
        """The words to ask a portal's search for, empty if none: whole words before stems, strong before weak."""
        texts = [term.text for role in _WORDS for term in self.terms if (term.feature, term.role) == (feature, role)]
        return min(texts, key=lambda text: "*" in text, default="").replace("*", "")


def parse(text: str, source: str, further: Sequence[Term] = ()) -> Lexicon:
    """The lexicon written in `text`, with further terms, which stand for what it says of the same words; `source` names
    it in errors. Raises LexiconError."""
    table = _known(text, source, _KNOWN)
    language = _string(table, "language", source)
    fold = language not in KEEPS_DIACRITICS
    there = chain.from_iterable(read(table, language, source) for read in _SECTIONS)
    terms = (*(_but(tuple(there), further, fold) if further else there), *further)
    written = [(text, term) for term in terms for text in _spelt(term.text, language)]
    words = Matcher(((text, term) for text, term in written if term.role in _WORDS), fold, _is_weak)
    denials = Matcher(((text, term) for text, term in written if term.role == "not"), fold)
    urls = Matcher(((term.text, term) for term in terms if term.role == "url"), True)
    told = {term.feature for term in terms if term.role in _WORDS}
    features = frozenset(name for name in told if not name.startswith((GENERAL_PREFIX, OPENING))) | composed_of(told)
    denied = frozenset(term.feature for term in terms if term.role == "not")
    name = _string(table, "name", source)
    return Lexicon(language, name, terms, words, denials, urls, fold, features, denied)


def _but(terms: Sequence[Term], further: Sequence[Term], fold: bool) -> Iterator[Term]:
    """The terms without those that the further ones of the same words and feature stand for, however these are written:
    in running text, in addresses, and in both where they deny."""
    asked = {term.feature for term in further}
    near = [term for term in terms if term.feature in asked]
    forms = dict(zip(map(id, near), normals([term.text for term in near], fold), strict=True))
    said = {
        (term.feature, form, is_url)
        for term, form in zip(further, normals([term.text for term in further], fold), strict=True)
        for is_url in ((True, False) if term.role == "not" else (term.role == "url",))
    }
    for term in terms:
        form = forms.get(id(term))
        if form is None or (term.feature, form, term.role == "url") not in said:
            yield term


def further_terms(text: str, source: str, known_features: Collection[str]) -> tuple[str, tuple[Term, ...]]:
    """The language and the terms of a file that adds words to a lexicon; `source` names it in errors. Raises
    LexiconError, also for words of a feature that is not known."""
    table = _known(text, source, _FURTHER)
    language = _string(table, "language", source)
    terms = tuple(_features(table, language, source))
    unknown = sorted({term.feature for term in terms} - set(known_features))
    if unknown:
        raise LexiconError(f"{source}: no such feature: {', '.join(unknown)}; a new one is a row of features.csv")
    return language, terms


def _known(text: str, source: str, keys: Collection[str]) -> Mapping[str, Any]:
    """The table written in the text, of these keys."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise LexiconError(f"{source}: not valid TOML: {error}") from None
    unknown = set(table) - set(keys)
    if unknown:
        raise LexiconError(f"{source}: unknown {sorted(unknown)} at the top; known are {sorted(keys)}")
    return table


def _spelt(text: str, language: str) -> Iterator[str]:
    """A term as it stands in the lexicon, and as it is written where "and" stands apart from the word that it belongs
    to."""
    yield text
    joined = _AND.get(language)
    if joined is not None and joined.search(text):
        yield joined.sub(r"\1 ", text)


def _is_weak(term: Term) -> bool:
    return term.role == "weak"


def _string(table: Mapping[str, Any], key: str, source: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise LexiconError(f"{source}: `{key}` must be a non-empty string")
    return value


def _table(value: Any, source: str, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise LexiconError(f"{source}: {place} must be a table, not {value!r}")
    return value


def _general(file: Mapping[str, Any], language: str, source: str) -> Iterator[Term]:
    table = _table(file.get("general", {}), source, "[general]")
    unknown = set(table) - set(GENERAL)
    missing = set(GENERAL) - set(table)
    if unknown or missing:
        raise LexiconError(f"{source}: [general] lacks {sorted(missing)} and does not know {sorted(unknown)}")
    for name in GENERAL:
        for text in _texts(table, name, f"{source}: [general]"):
            yield Term(text, f"{GENERAL_PREFIX}{name}", "strong", "", language)


def _beside(file: Mapping[str, Any], language: str, source: str) -> Iterator[Term]:
    """The lists of words that tell composed features beside another topic; a lexicon may lack any of them."""
    for name, texts in _optional(file, "beside", BESIDE, source):
        for text in texts:
            yield Term(text, f"{GENERAL_PREFIX}{name}", "strong", "", language)


def _openings(file: Mapping[str, Any], language: str, source: str) -> Iterator[Term]:
    """The lists of what compounds on a sector begin with; a lexicon may lack any of them. They are not looked for in
    running text."""
    for name, texts in _optional(file, "openings", OPENINGS, source):
        for text in texts:
            yield Term(text, f"{OPENING}{name}", "weak", "", language)


def _optional(
    file: Mapping[str, Any], key: str, known: tuple[str, ...], source: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    table = _table(file.get(key, {}), source, f"[{key}]")
    unknown = set(table) - set(known)
    if unknown:
        raise LexiconError(f"{source}: [{key}] does not know {sorted(unknown)}; known are {list(known)}")
    for name in table:
        yield name, _texts(table, name, f"{source}: [{key}]")


def _texts(table: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    if not isinstance(table[name], list):
        raise LexiconError(f"{place} {name} must be a list of terms, not {table[name]!r}")
    return tuple(_term(text, place) for text in table[name])


def _features(file: Mapping[str, Any], language: str, source: str) -> Iterator[Term]:
    for feature, tables in _table(file.get("features", {}), source, "features").items():
        unknown = set(_table(tables, source, feature)) - set(ROLES)
        if unknown:
            mend = "" if "." in feature else "; the name of a feature stands in quotation marks"
            raise LexiconError(f"{source}: {feature}: unknown table {sorted(unknown)}; known are {list(ROLES)}{mend}")
        for role in ROLES:
            for text, gloss in _table(tables.get(role, {}), source, f"{feature}.{role}").items():
                if not isinstance(gloss, str):
                    raise LexiconError(f"{source}: {feature}.{role}: gloss of {text!r} must be a string")
                yield Term(_term(text, source), feature, role, gloss, language)


def _term(text: str, source: str) -> str:
    if not isinstance(text, str) or not (text[:1].isalnum() or any(map(str.isalnum, text))):
        raise LexiconError(f"{source}: {text!r} is no term: it has no letter or digit")
    return text


_SECTIONS = (_general, _beside, _openings, _features)
