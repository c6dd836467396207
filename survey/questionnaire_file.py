"""Reads a questionnaire file (TOML) and refuses one that contradicts itself."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from survey.indicator import Indicator, Kind, Questionnaire, Status
from survey.packaged import SurveyDataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_TOLD = 5
"""So many faults of a file are told at once."""
EACH_ONCE = "Every question counts once."
"""Why a score is divided by the number of questions, where a file says nothing else."""

LONGEST_NAME = LONGEST_CODE = 40
LONGEST_CRITERION = 200
"""So many characters the names of editions, codes and criteria may have: the columns of the database."""

Words = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class IndicatorPart(_Part):
    """An `[[indicator]]` table as written in the file."""

    code: Annotated[Words, Field(max_length=LONGEST_CODE)]
    criterion: Annotated[Words, Field(max_length=LONGEST_CRITERION)]
    also_in: list[Annotated[Words, Field(max_length=LONGEST_CRITERION)]] = []
    title: Words
    counts_as_yes: Words
    features: list[Words] = Field(min_length=1)
    status: Status = "sourced"
    note: str = ""


class QuestionnaireFile(_Part):
    """A whole questionnaire file."""

    edition: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*-\d{4}$", max_length=LONGEST_NAME)]
    title: Words
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = ""
    year: int
    kind: Kind
    criteria: list[Words]
    denominator: Annotated[int, Field(gt=0)] | None = None
    denominator_reason: str = EACH_ONCE
    source: Words
    note: str = ""
    unnamed: list[Words] = []
    indicator: list[IndicatorPart] = Field(min_length=1)


def parse_questionnaire(
    text: str, known_features: Collection[str], source: str = "questionnaire file"
) -> Questionnaire:
    """Build a questionnaire from the text of its file; `source` names it in errors. Where it says nothing of a
    denominator, that is the number of its indicators.

    Raise SurveyDataError, naming the file and the fault, when the text is no TOML, a field is missing
    or of the wrong type, a code is given twice, or a feature or criterion is unknown.
    """
    raw = _validated(text, source)
    faults = [*_repeated_codes(raw), *_unknown_features(raw, known_features), *_wrong_criteria(raw)]
    if faults:
        raise SurveyDataError(f"{source}: questionnaire {raw.edition}: {'; '.join(faults)}")
    return _questionnaire(raw)


def written(questionnaire: Questionnaire) -> str:
    """The text of a file from which `parse_questionnaire` builds the same questionnaire; a denominator that is the
    number of questions is left out, so that it grows with them."""
    counted = (questionnaire.denominator, questionnaire.denominator_reason) == (
        len(questionnaire.indicators),
        EACH_ONCE,
    )
    left_out = {"denominator", "denominator_reason"} if counted else set()
    head = {field: getattr(questionnaire, field) for field in _HEAD if field not in left_out}
    parts = (
        {field: getattr(indicator, field) for field in IndicatorPart.model_fields}
        for indicator in questionnaire.indicators
    )
    return "\n".join([_lines(head), *(f"[[indicator]]\n{_lines(part)}" for part in parts)])


_HEAD = tuple(field for field in QuestionnaireFile.model_fields if field != "indicator")


def _lines(values: Mapping[str, object]) -> str:
    """Keys and values as TOML, which writes text, numbers and lists as JSON does, but for one sign; what is empty is
    left out."""
    said = ((key, value) for key, value in values.items() if value not in ("", ()))
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in said)
    return "".join(lines).replace("\x7f", "\\u007f")


def _validated(text: str, source: str) -> QuestionnaireFile:
    table: dict[str, object] = {}
    try:
        table = tomllib.loads(text)
        return QuestionnaireFile.model_validate(table)
    except tomllib.TOMLDecodeError as error:
        raise SurveyDataError(f"{source} is no valid TOML: {error}") from error
    except ValidationError as error:
        faults = [f"{_place(fault['loc'], table)}: {fault['msg']}" for fault in error.errors()]
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        raise SurveyDataError(f"{source}: {'; '.join(faults[:_TOLD])}{more}") from error


def _place(path: Sequence[int | str], table: Mapping[str, object]) -> str:
    """Where a fault is, questions by the code that their authors know."""
    parts, asked = [str(part) for part in path], table.get("indicator")
    if isinstance(asked, list) and len(path) > 1 and isinstance(path[1], int):
        said = asked[path[1]]
        parts[1] = str(said.get("code", path[1] + 1)) if isinstance(said, dict) else str(path[1] + 1)
    return " ".join(parts)


def _repeated_codes(raw: QuestionnaireFile) -> Iterator[str]:
    counts = Counter([*(i.code for i in raw.indicator), *raw.unnamed])
    return (f"the code {code} is given {n} times" for code, n in counts.items() if n > 1)


def _unknown_features(raw: QuestionnaireFile, known: Collection[str]) -> Iterator[str]:
    asked = ((i.code, key) for i in raw.indicator for key in i.features)
    return (f"indicator {code} names the unknown feature {key!r}" for code, key in asked if key not in known)


def _wrong_criteria(raw: QuestionnaireFile) -> Iterator[str]:
    asked = [(i.code, name) for i in raw.indicator for name in [i.criterion, *i.also_in]]
    for code, name in asked:
        if name not in raw.criteria:
            yield f"indicator {code} is in the unlisted criterion {name!r}"
    used = {name for _, name in asked}
    yield from (f"the criterion {name!r} has no indicator" for name in raw.criteria if name not in used)


def _questionnaire(raw: QuestionnaireFile) -> Questionnaire:
    return Questionnaire(
        edition=raw.edition,
        title=raw.title,
        year=raw.year,
        kind=raw.kind,
        criteria=tuple(raw.criteria),
        denominator=raw.denominator or len(raw.indicator),
        denominator_reason=raw.denominator_reason,
        source=raw.source,
        note=raw.note,
        indicators=tuple(_indicator(part, raw.edition) for part in raw.indicator),
        unnamed=tuple(raw.unnamed),
        language=raw.language,
    )


def _indicator(part: IndicatorPart, edition: str) -> Indicator:
    return Indicator(
        code=part.code,
        criterion=part.criterion,
        title=part.title,
        counts_as_yes=part.counts_as_yes,
        features=tuple(part.features),
        status=part.status,
        note=part.note,
        edition=edition,
        also_in=tuple(part.also_in),
    )
