"""A questionnaire as its authors keep it, in a spreadsheet, made one of the program's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from detectors.page.language import identify
from losi.errors import Failure
from losi.table_files import Columns, one_line, read_table, spellings
from survey.counts import count_of
from survey.features import Feature, features
from survey.indicator import Indicator
from survey.questionnaire import indicator
from survey.questionnaire_file import LONGEST_CODE, LONGEST_CRITERION

_COLUMNS = ("code", "criterion", "title", "counts_as_yes", "same_as", "features")
_ONE_CRITERION = "questions"
_AREA = "own"
_MEANING = "counts_as_yes"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DECIMAL = re.compile(r"\d+\.\d+")
_SURE = 0.8
_AS_TEXT = "make the column text, and write the codes anew"


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a file, their criteria in order, the features that only a person can tell so far, and whence;
    the language (BCP 47) of their titles, "" where that cannot be told."""

    indicators: tuple[Indicator, ...]
    criteria: tuple[str, ...]
    features: tuple[Feature, ...]
    source: str
    language: str


def asked_in(path: Path, edition: str, model: str) -> Asked:
    """The questions of a CSV or XLSX file as those of an edition; codes in `same_as` are those of the model. Faults are
    told on stderr, line by line; raise Failure if there are any."""
    columns = Columns(_COLUMNS, "title", spellings("question_columns")["columns"])
    sheet, faults = _Sheet(edition, model), 0
    for line, row in read_table(path, columns, tell_rest=True):
        try:
            sheet.take(
                line, {column: value if column == _MEANING else one_line(value) for column, value in row.items()}
            )
        except (LookupError, ValueError) as error:
            click.echo(f"losi: line {line}: {error}", err=True)
            faults += 1
    if faults or not sheet.questions:
        raise Failure(f"{path}: {count_of(faults, 'line')} cannot be used" if faults else f"{path} asks nothing")
    criteria = tuple(dict.fromkeys(question.criterion for question in sheet.questions))
    return Asked(tuple(sheet.questions), criteria, tuple(sheet.made), path.name, _language(sheet.questions))


def _language(questions: Iterable[Indicator]) -> str:
    told = identify(". ".join(question.title for question in questions))
    return told.code if told.confidence >= _SURE else ""


class _Sheet:
    """The questions that were read so far, and the features made for them."""

    def __init__(self, edition: str, model: str) -> None:
        self.questions: list[Indicator] = []
        self.made: list[Feature] = []
        self._edition, self._model = edition, model
        self._lines: dict[str, int] = {}
        self._keys: set[str] = set()
        self._criterion = _ONE_CRITERION

    def take(self, line: int, row: Mapping[str, str]) -> None:
        """Take in the question of a row, or the name of a section that it holds alone. Raise LookupError or ValueError,
        which say what is wrong with it."""
        self._criterion = row.get("criterion") or self._criterion
        if row.get("criterion") and not any(value for column, value in row.items() if column != "criterion"):
            return
        if len(self._criterion) > LONGEST_CRITERION:
            raise ValueError(f"the criterion has more than {LONGEST_CRITERION} characters")
        code, title = self._code(line, row), row.get("title", "")
        if not title:
            raise ValueError("the question has no title; the name of a section belongs into a column criterion")
        question = Indicator(
            code=code,
            criterion=self._criterion,
            title=title,
            counts_as_yes=row.get(_MEANING) or title,
            features=tuple(dict.fromkeys(_features(row, self._model))),
            status="sourced",
            note="",
            edition=self._edition,
        )
        self.questions.append(question if question.features else self._for_a_person(question, line))
        self._lines[code] = line

    def _code(self, line: int, row: Mapping[str, str]) -> str:
        """The code of a row, or its line if it has none."""
        code = _code(row.get("code", "")) or str(line)
        if len(code) > LONGEST_CODE:
            raise ValueError(f"the code has more than {LONGEST_CODE} characters")
        if _DATE.match(code):
            raise ValueError(f"the spreadsheet made a date of the code ({code[:10]}); {_AS_TEXT}")
        if code in self._lines:
            why = f"; a spreadsheet takes 1.10 for 1.1: {_AS_TEXT}" if _DECIMAL.fullmatch(code) else ""
            raise ValueError(f"the code {code} is on line {self._lines[code]} already{why}")
        return code

    def _for_a_person(self, question: Indicator, line: int) -> Indicator:
        """The question with a feature of its own, which is new or was made for the same question before."""
        key = _own_key(self._edition, question.code, line, self._keys)
        there = features().get(key)
        if there is None:
            self.made.append(Feature(key, question.title, question.counts_as_yes, "manual", _AREA))
        elif there.title != question.title:
            raise ValueError(f"features.csv has a feature {key} already, of another question; take its row out")
        self._keys.add(key)
        return replace(question, features=(key,))


def _features(row: Mapping[str, str], model: str) -> Iterator[str]:
    """The features that answer the question: those of the question that it is the same as, and those named."""
    same = _code(row.get("same_as", ""))
    if same:
        yield from indicator(same if ":" in same else f"{model}:{same}").features
    for key in re.split(r"[\s,;]+", row.get("features", "").strip()):
        if key and key not in features():
            raise ValueError(f"there is no feature {key!r}")
        if key:
            yield key


def _code(text: str) -> str:
    """A code as a spreadsheet shows it; some hold 220 as 220.0."""
    return re.sub(r"^(\d+)\.0$", r"\1", text)


def _own_key(edition: str, code: str, line: int, taken: Collection[str]) -> str:
    """What the feature of a question is called that no other asks: by its code, or by its line where that is not in
    plain letters and digits, or another code is written alike."""
    name = re.sub(r"[^a-z0-9]+", "_", code.lower()).strip("_") if code.isascii() else ""
    start = f"{_AREA}.{edition.replace('-', '_')}_"
    return f"{start}{name}" if name and f"{start}{name}" not in taken else f"{start}line_{line}"
