"""A survey's extension: its first files, what it holds, and what is wrong with it."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from detectors import registry
from detectors.lexicon_set import FOLDER, installed, own_files
from losi.choices import questionnaire_for
from losi.errors import Failure, Misuse
from storage.drafts import whole_file
from survey.extension import QUESTIONNAIRES, delimiter, own_editions, own_text
from survey.features import features, own_features, read_features
from survey.packaged import SurveyDataError
from survey.plan import read_efforts, read_targets
from survey.questionnaire import editions, load
from survey.questionnaire_file import EACH_ONCE, LONGEST_NAME, parse_questionnaire, written

if TYPE_CHECKING:
    from pathlib import Path

    from detectors.lexicon import Lexicon
    from losi.question_files import Asked
    from survey.features import Feature
    from survey.indicator import Questionnaire

Read = TypeVar("Read")

_NAME = re.compile(r"[a-z]+(-[a-z]+)*-\d{4}")
_FEATURES = "features.csv"
_HEAD = "key,title,counts_as_yes,proof,area,told_by\n"
_TABLES = (_FEATURES, "effort.csv", "sdgs.csv")


@dataclass(frozen=True, slots=True)
class OwnEdition:
    """A questionnaire of the extension: how many questions it has, and how many of these only a person can answer."""

    edition: str
    title: str
    kind: str
    questions: int
    by_person: int


@dataclass(frozen=True, slots=True)
class OwnFeature:
    """A feature of the extension, the detectors that can see it, and the languages that have words for it."""

    key: str
    title: str
    detectors: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """What a folder holds, `words` the languages to which it adds some; `faults` is what is wrong, a line each."""

    folder: str
    editions: tuple[OwnEdition, ...] = ()
    features: tuple[OwnFeature, ...] = ()
    words: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def begin_extension(place: Path, edition: str, model: str, title: str, asked: Asked | None = None) -> list[Path]:
    """Writes the first files of an extension, and none over another (new features are added to those that are there);
    their paths. Raises Misuse for a name that is no edition's, or is taken."""
    if not _NAME.fullmatch(edition) or len(edition) > LONGEST_NAME:
        mend = f"small letters and a year, {LONGEST_NAME} characters at most, for example: greece-2026"
        raise Misuse(f"{edition!r} is no name of an edition", mend)
    if edition in editions():
        raise Misuse(f"there is an edition {edition} already", "take another name")
    begun = questionnaire_for(None, model)
    begun = replace(begun, source=f"questions of {model}, {begun.source}")
    if asked is not None:
        own = {name: getattr(asked, name) for name in ("indicators", "criteria", "source", "language")}
        begun = replace(begun, **own)
    for folder in (place / QUESTIONNAIRES, place / FOLDER):
        folder.mkdir(parents=True, exist_ok=True)
    book, table = place / QUESTIONNAIRES / f"{edition}.toml", place / _FEATURES
    added = asked.features if asked is not None else ()
    made = [book] if table.exists() and not added else [book, table]
    if table in made:
        _add_features(table, added)
    with whole_file(book) as stream:
        stream.write(written(_each_once(begun, edition, title)).encode())
    return made


def _add_features(table: Path, added: Sequence[Feature]) -> None:
    """Appends a row for each feature, in the columns that the table has, or makes the table; with the mark by which
    spreadsheets know UTF-8."""
    text = own_text(table) if table.exists() else _HEAD
    stream = io.StringIO(newline="")
    columns = next(csv.reader([text.partition("\n")[0]], delimiter=delimiter(text)))
    if "proof" not in columns and added:
        raise Failure(f"{table} has no column proof, which questions for a person need", "add it, empty in each row")
    rows = csv.DictWriter(stream, columns, extrasaction="ignore", delimiter=delimiter(text), lineterminator="\n")
    rows.writerows(asdict(feature) for feature in added)
    with whole_file(table) as file:
        file.write(f"{text if text.endswith(chr(10)) else text + chr(10)}{stream.getvalue()}".encode("utf-8-sig"))


def _each_once(book: Questionnaire, edition: str, title: str) -> Questionnaire:
    """The same questions as an edition of this name, each of which counts once."""
    return replace(
        book,
        edition=edition,
        title=title,
        year=int(edition[-4:]),
        denominator=len(book.indicators),
        denominator_reason=EACH_ONCE,
        note="",
        unnamed=(),
    )


def read_extension(place: Path) -> Extension:
    """What lies in the folder, which is the extension in use."""
    faults = [*_strange(place)]
    strange = len(faults)
    sound = read_features(place, faults)
    broken = len(faults) > strange
    known = {*sound, *(_keys(place) if broken else ())}
    read_efforts(place, known, faults)
    read_targets(place, known, faults)
    _tried(editions, faults)
    if broken:
        faults += _without_features(place, known)
        return Extension(str(place), faults=tuple(faults))
    own = own_features()
    books = [_tried(partial(load, name), faults) for name in own_editions(place)]
    words = {language: lexicon for language in own_files(place) if (lexicon := installed().get(language))}
    seen = tuple(_feature(each, words) for each in own)
    faults += installed().problems
    faults += [*_unseen(own, seen), *_unread_words(own, words)]
    return Extension(str(place), tuple(_edition(book) for book in books if book), seen, tuple(words), tuple(faults))


def _keys(place: Path) -> Iterator[str]:
    """The keys of the table of features, those too whose row is wrong: nothing else is wrong because of that."""
    with suppress(SurveyDataError, csv.Error):
        text = own_text(place / _FEATURES)
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter(text))
        yield from ((row.get("key") or "").strip() for row in rows)


def _questionnaire(path: Path, known: Collection[str]) -> Questionnaire:
    return parse_questionnaire(own_text(path), known, str(path))


def _without_features(place: Path, known: Collection[str]) -> Iterator[str]:
    """What is wrong with questionnaires and words by themselves, while the table of features cannot be read as a
    whole."""
    faults: list[str] = []
    for name, path in own_editions(place).items():
        found = _tried(partial(_questionnaire, path, known), faults)
        if found is not None and found.edition != name:
            faults.append(f"{path} calls itself {found.edition}")
    yield from faults
    for path in own_files(place).values():
        try:
            tomllib.loads(own_text(path))
        except (SurveyDataError, tomllib.TOMLDecodeError) as error:
            yield f"{path}: {error}"


def extension_document(found: Extension) -> dict[str, Any]:
    """The extension as JSON."""
    return {"schema": 1, **asdict(found)}


def _strange(place: Path) -> Iterator[str]:
    """Files that nothing reads: a name misspelt is words or questions lost."""
    for path in sorted(place.rglob("*")):
        inside = path.relative_to(place).parts
        known = inside[0] in _TABLES if len(inside) == 1 else inside[0] in (QUESTIONNAIRES, FOLDER)
        if path.is_file() and not path.name.startswith(".") and not (known and _fits(inside)):
            yield f"{path}: nothing reads a file of this name; docs/extensions.md names those that are read"


def _fits(inside: Sequence[str]) -> bool:
    return len(inside) == 1 or (len(inside) == 2 and inside[1].endswith(".toml"))


def _tried(read: Callable[[], Read], faults: list[str]) -> Read | None:
    """What was read; None, and the fault noted, where it is wrong."""
    try:
        return read()
    except SurveyDataError as error:
        faults.append(str(error))
        return None


def _edition(book: Questionnaire) -> OwnEdition:
    manual = [i for i in book.indicators if all(features()[key].proof == "manual" for key in i.features)]
    return OwnEdition(book.edition, book.title, book.kind, len(book.indicators), len(manual))


def _feature(feature: Feature, words: Mapping[str, Lexicon]) -> OwnFeature:
    detectors = tuple(detector.name for detector in registry.load().of_feature(feature.key))
    languages = tuple(language for language, lexicon in words.items() if feature.key in lexicon.features)
    return OwnFeature(feature.key, feature.title, detectors, languages)


def _unseen(own: Sequence[Feature], seen: Sequence[OwnFeature]) -> Iterator[str]:
    """Features that no detector sees, or of which no lexicon has words: no portal could ever be found to have them."""
    for feature, found in zip(own, seen, strict=True):
        if feature.proof != "manual" and not found.detectors:
            yield f"{feature.key}: no detector sees it; install its plug-in, or write manual as its proof"
        elif feature.told_by and feature.key in found.detectors and not found.languages:
            yield f"{feature.key}: no lexicon has words for it; write some into {FOLDER}/<language>.toml"


def _unread_words(own: Sequence[Feature], words: Mapping[str, Lexicon]) -> Iterator[str]:
    """Words of features that there are not, and of one's own that only a person can tell."""
    manual = {feature.key for feature in own if feature.proof == "manual"}
    for language, lexicon in words.items():
        place = f"{FOLDER}/{language}.toml"
        for key in sorted(lexicon.features | lexicon.denied):
            if key not in features():
                yield f"{place}: no such feature: {key}; a new one is a row of {_FEATURES}"
            elif key in manual:
                yield f"{place}: words for {key}, whose proof is manual, are not read; write page where they tell it"
