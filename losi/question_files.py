"""A questionnaire as its authors keep it, in a spreadsheet, made one of the program's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from losi.errors import Failure
from losi.table_files import Columns, read_table, spellings
from survey.counts import count_of
from survey.features import Feature, features
from survey.indicator import Indicator
from survey.questionnaire import indicator

_COLUMNS = ("code", "criterion", "title", "counts_as_yes", "same_as", "features")
_ONE_CRITERION = "questions"
_AREA = "own"


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a file, their criteria in order, the features that only a person can tell so far, and whence."""

    indicators: tuple[Indicator, ...]
    criteria: tuple[str, ...]
    features: tuple[Feature, ...]
    source: str


def asked_in(path: Path, edition: str, model: str) -> Asked:
    """The questions of a CSV or XLSX file as those of an edition; codes in `same_as` are those of the model. Faults are
    told on stderr, line by line; raise Failure if there are any."""
    questions: list[Indicator] = []
    made: list[Feature] = []
    codes: dict[str, int] = {}
    faults = 0
    for line, row in read_table(path, Columns(_COLUMNS, "title", spellings("question_columns")["columns"])):
        try:
            question = _question(row, line, edition, model)
            if question.code in codes:
                raise ValueError(f"the code {question.code} is on line {codes[question.code]} already")
        except (LookupError, ValueError) as error:
            click.echo(f"losi: line {line}: {error}", err=True)
            faults += 1
            continue
        codes[question.code] = line
        questions.append(question)
        if question.features == (_own_key(edition, question.code, line),):
            made.append(_for_a_person(question))
    if faults or not questions:
        raise Failure(f"{path}: {count_of(faults, 'line')} cannot be used" if faults else f"{path} asks nothing")
    return Asked(tuple(questions), tuple(dict.fromkeys(i.criterion for i in questions)), tuple(made), path.name)


def _question(row: Mapping[str, str], line: int, edition: str, model: str) -> Indicator:
    """The question of a row. Raise LookupError or ValueError, which say what is wrong with it."""
    title, code = row.get("title", ""), _code(row.get("code", "")) or str(line)
    if not title:
        raise ValueError("the question has no title")
    return Indicator(
        code=code,
        criterion=row.get("criterion") or _ONE_CRITERION,
        title=title,
        counts_as_yes=row.get("counts_as_yes") or title,
        features=tuple(_features(row, model)) or (_own_key(edition, code, line),),
        status="sourced",
        note="",
        edition=edition,
    )


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


def _own_key(edition: str, code: str, line: int) -> str:
    """What the feature of a question is called that no other asks: by its code, or by its line where that has more than
    plain letters and digits."""
    name = code.lower() if re.fullmatch(r"[A-Za-z0-9]+", code) else f"line_{line}"
    return f"{_AREA}.{edition.replace('-', '_')}_{name}"


def _for_a_person(question: Indicator) -> Feature:
    return Feature(question.features[0], question.title, question.counts_as_yes, "manual", _AREA)
