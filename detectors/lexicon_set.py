"""The lexicons at hand: those that ship with the product, and the words that an extension adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha1
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from detectors.lexicon import Lexicon, LexiconError, Term, further_terms, parse
from detectors.packaged import data
from survey.extension import folder
from survey.features import features

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SCRIPT = re.compile(r"-([A-Z][a-z]{3})(?:-|$)")
FOLDER = "lexicons"
"""Where the files lie, in the package and in an extension."""


class LexiconSet:
    """The lexicons at hand, by language: some given, some in files that are read when a page first needs them, and for
    some languages a file of `further` words.

    `problems` names the files that were found broken, and why; a broken lexicon counts as none, and broken further
    words leave the lexicon as it is.
    """

    def __init__(
        self,
        given: Mapping[str, Lexicon],
        files: Mapping[str, Path | Traversable] | None = None,
        further: Mapping[str, Path] | None = None,
    ) -> None:
        self._loaded: dict[str, Lexicon | None] = dict(given)
        self._files = dict(files or {})
        self._further = dict(further or {})
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
            found = parse(_text(file), file.name, self._added(language))
            _must_be(language, found.language, file)
        except LexiconError as error:
            base = next((name for name in self._names(language) if name != language and name in self._files), "")
            mend = f"; words for {base} belong into {base}.toml" if base else ""
            self.problems.append(f"lexicon skipped: {error}{mend}")
            return None
        return found

    def _added(self, language: str) -> tuple[Term, ...]:
        """The further terms of a language; none where their file is broken."""
        file = self._further.get(language)
        if file is None:
            return ()
        try:
            said, terms = further_terms(_text(file), str(file), features())
            _must_be(language, said, file)
        except LexiconError as error:
            self.problems.append(f"further words skipped: {error}")
            return ()
        return terms

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
    return parse(_text(path), path.name)


def _text(path: Path | Traversable) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path.name}: cannot be read: {error}") from None


def _must_be(language: str, said: str, file: Path | Traversable) -> None:
    if said != language:
        raise LexiconError(f"{file.name}: the file of {language!r} says that its language is {said!r}")


@cache
def bundled() -> LexiconSet:
    """The lexicons that ship with the product; each is read when it is first needed."""
    return LexiconSet({}, _shipped())


def installed() -> LexiconSet:
    """The same with the words of the extension: further ones of a language that has a lexicon, else a lexicon."""
    place = folder()
    return bundled() if place is None else _with_extension(place)


@cache
def _with_extension(place: Path) -> LexiconSet:
    shipped, own = _shipped(), own_files(place)
    further = {language: file for language, file in own.items() if language in shipped}
    return LexiconSet({}, {**own, **shipped}, further)


def own_files(place: Path | None) -> Mapping[str, Path]:
    """The lexicon files of an extension, by language."""
    found = sorted((place / FOLDER).glob("*.toml")) if place is not None else []
    return {file.stem: file for file in found}


@cache
def _shipped() -> Mapping[str, Traversable]:
    there = (resources.files("detectors") / FOLDER).iterdir()
    return {file.name[:-5]: file for file in there if file.name.endswith(".toml")}


def lexicon_prints(languages: Iterable[str]) -> dict[str, str]:
    """A short hash of the lexicon of each language that has one: it tells whether words changed since."""
    prints = {code: _print(code, folder()) for code in dict.fromkeys((*languages, "en"))}
    return {code: value for code, value in prints.items() if value}


@cache
def _print(code: str, place: Path | None) -> str:
    files = [file for files in (_shipped(), own_files(place)) if (file := files.get(code)) is not None]
    said = b"".join(file.read_bytes() for file in files)
    return sha1(said, usedforsecurity=False).hexdigest()[:12] if files else ""
