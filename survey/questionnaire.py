"""The editions that ship with the product, by name: `load("losi-2024")`."""

from __future__ import annotations

from functools import cache

from survey.features import features
from survey.indicator import Indicator, Questionnaire, UnknownIndicatorError
from survey.packaged import SurveyDataError, read_text, stems
from survey.questionnaire_file import parse_questionnaire

__all__ = [
    "Indicator",
    "Questionnaire",
    "UnknownEditionError",
    "UnknownIndicatorError",
    "editions",
    "indicator",
    "indicators_answered_by",
    "load",
]


class UnknownEditionError(LookupError):
    """No questionnaire of the edition asked for ships with the product."""


def editions() -> tuple[str, ...]:
    """Return the known editions, sorted by name, such as `losi-2024`."""
    return stems("questionnaires", ".toml")


@cache
def load(edition: str) -> Questionnaire:
    """Return the questionnaire of an edition; raise UnknownEditionError naming the known ones."""
    if edition not in editions():
        raise UnknownEditionError(f"unknown edition {edition!r}; known are {', '.join(editions())}")
    found = parse_questionnaire(read_text(f"questionnaires/{edition}.toml"), features().keys())
    if found.edition != edition:
        raise SurveyDataError(f"questionnaires/{edition}.toml calls itself {found.edition}")
    return found


def indicator(id_: str) -> Indicator:
    """Return the indicator of an id such as `losi-2024:220`.

    Raise UnknownEditionError or UnknownIndicatorError.
    """
    edition, colon, code = id_.partition(":")
    if not colon:
        raise UnknownIndicatorError(f"{id_!r} is no indicator id; write edition:code, such as losi-2024:220")
    return load(edition).indicator(code)


def indicators_answered_by(feature: str) -> tuple[Indicator, ...]:
    """Return the indicators that a feature answers, edition by edition, in the questionnaire's order."""
    return tuple(i for edition in editions() for i in load(edition).indicators_of(feature))
