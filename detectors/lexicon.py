"""Lexicons: per language, the words that government sites use for each feature. See docs/lexicons.md for the format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import tomli

from detectors.compositions import GENERAL as GENERAL_PREFIX
from detectors.compositions import OPENING, composed_of
from detectors.matcher import Matcher
from detectors.packaged import data

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

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
_SCRIPT = re.compile(r"-([A-Z][a-z]{3})(?:-|$)")


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


def parse(text: str, source: str) -> Lexicon:
    """The lexicon written in `text`; `source` names it in errors. Raises LexiconError."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise LexiconError(f"{source}: not valid TOML: {error}") from None
    unknown = set(table) - _KNOWN
    if unknown:
        raise LexiconError(f"{source}: unknown {sorted(unknown)} at the top; known are {sorted(_KNOWN)}")
    language = _string(table, "language", source)
    fold = language not in KEEPS_DIACRITICS
    terms = tuple(chain.from_iterable(read(table, language, source) for read in _SECTIONS))
    words = Matcher(((term.text, term) for term in terms if term.role in _WORDS), fold, _is_weak)
    denials = Matcher(((term.text, term) for term in terms if term.role == "not"), fold)
    urls = Matcher(((term.text, term) for term in terms if term.role == "url"), True)
    told = {term.feature for term in terms if term.role in _WORDS}
    features = frozenset(name for name in told if not name.startswith((GENERAL_PREFIX, OPENING))) | composed_of(told)
    denied = frozenset(term.feature for term in terms if term.role == "not")
    name = _string(table, "name", source)
    return Lexicon(language, name, terms, words, denials, urls, fold, features, denied)


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
            raise LexiconError(f"{source}: {feature}: unknown table {sorted(unknown)}; known are {list(ROLES)}")
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


class LexiconSet:
    """The lexicons at hand, by language: some given, some in files that are read when a page first needs them.

    `problems` names the files that were found broken, and why; a broken lexicon counts as none.
    """

    def __init__(self, given: Mapping[str, Lexicon], files: Mapping[str, Path | Traversable] | None = None) -> None:
        self._loaded: dict[str, Lexicon | None] = dict(given)
        self._files = dict(files or {})
        self._resolved: dict[str, Lexicon | None] = {}
        self.problems: list[str] = []

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages with a lexicon, sorted."""
        return tuple(sorted({*self._files, *(name for name, lexicon in self._loaded.items() if lexicon)}))

    @property
    def loads(self) -> int:
        """How many lexicons were looked for so far."""
        return len(self._loaded)

    def get(self, language: str) -> Lexicon | None:
        """The lexicon of exactly this language; None if there is none or its file is broken."""
        if language not in self._loaded:
            file = self._files.get(language)
            self._loaded[language] = self._read(language, file) if file is not None else None
        return self._loaded[language]

    def _read(self, language: str, file: Path | Traversable) -> Lexicon | None:
        try:
            found = load_file(file)
            if found.language != language:
                raise LexiconError(
                    f"{file.name}: the file of {language!r} says that its language is {found.language!r}"
                )
        except LexiconError as error:
            self.problems.append(f"lexicon skipped: {error}")
            return None
        return found

    def covers(self, language: str) -> bool:
        """Whether there is a lexicon for the language (or for its base language)."""
        return self.resolve(language) is not None

    def resolve(self, language: str) -> Lexicon | None:
        """The lexicon of `language`, of its base language, or of one of that language's script variants; where the
        tag names a script, never that of another script, in which no word would match."""
        if language not in self._resolved:
            found = (self.get(name) for name in self._names(language))
            self._resolved[language] = next((lexicon for lexicon in found if lexicon is not None), None)
        return self._resolved[language]

    def _names(self, language: str) -> Iterator[str]:
        """What the lexicon of a language may be called, best first."""
        base = language.split("-")[0]
        script = _SCRIPT.search(language)
        aliases = data("languages")["lexicon_of"]
        variants = [name for name in self.languages if name.split("-")[0] == base]
        for name in (language, aliases.get(language.lower(), ""), base, aliases.get(base, ""), *variants):
            other = _SCRIPT.search(name)
            if name and not (script and other and script[1] != other[1]):
                yield name

    def for_languages(self, languages: Iterable[str]) -> tuple[Lexicon, ...]:
        """The lexicons to read a page with: its languages', then English, which many sites mix in."""
        beside = data("languages")["read_with"]
        wanted = [name for language in languages for name in (language, *beside.get(language, ()))]
        found = [self.resolve(language) for language in (*wanted, "en")]
        return tuple(dict.fromkeys(lexicon for lexicon in found if lexicon is not None))


def load_file(path: Path | Traversable) -> Lexicon:
    """The lexicon of one file. Raises LexiconError, also for a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path.name}: cannot be read: {error}") from None
    return parse(text, path.name)


@cache
def bundled() -> LexiconSet:
    """The lexicons that ship with the product; each is read when it is first needed."""
    folder = resources.files("detectors") / "lexicons"
    return LexiconSet({}, {file.name[:-5]: file for file in folder.iterdir() if file.name.endswith(".toml")})
