"""The editions by name, those that ship with the product and those of the extension: `load("losi-2024")`."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.extension import folder, own_editions, own_text
from survey.features import features
from survey.indicator import Indicator, Questionnaire, UnknownIndicatorError
from survey.packaged import SurveyDataError, read_text, stems
from survey.questionnaire_file import parse_questionnaire

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "NEWEST",
    "Indicator",
    "Questionnaire",
    "UnknownEditionError",
    "UnknownIndicatorError",
    "editions",
    "indicator",
    "indicators_answered_by",
    "language_of",
    "load",
    "load_all",
    "ships",
]


NEWEST: Mapping[str, str] = MappingProxyType({"city": "losi-2024", "national": "osi-2024"})
"""The newest edition of the UN's own for each kind of portal, which a portal answers that names none."""


class UnknownEditionError(LookupError):
    """No questionnaire of the edition asked for ships with the product, and none is in the extension."""


def editions() -> tuple[str, ...]:
    """Return the known editions, sorted by name, such as `losi-2024`."""
    return _editions(folder())


@cache
def _editions(place: Path | None) -> tuple[str, ...]:
    shipped = stems("questionnaires", ".toml")
    taken = [str(path) for name, path in own_editions(place).items() if name in shipped]
    if taken:
        raise SurveyDataError(f"{', '.join(taken)}: an edition of this name ships with the product; take another")
    return tuple(sorted((*shipped, *own_editions(place))))


def ships(edition: str) -> bool:
    """Whether an edition comes with the product, and so is known wherever it runs."""
    return edition in stems("questionnaires", ".toml")


def load(edition: str) -> Questionnaire:
    """Return the questionnaire of an edition; raise UnknownEditionError naming the known ones, SurveyDataError for a
    file of the extension that is wrong."""
    return _load(edition, folder())


@cache
def _load(edition: str, place: Path | None) -> Questionnaire:
    if edition not in editions():
        raise UnknownEditionError(f"unknown edition {edition!r}; known are {', '.join(editions())}")
    own = own_editions(place).get(edition)
    text = own_text(own) if own is not None else read_text(f"questionnaires/{edition}.toml")
    found = parse_questionnaire(text, features().keys(), str(own or edition))
    if found.edition != edition:
        raise SurveyDataError(f"{own or f'questionnaires/{edition}.toml'} calls itself {found.edition}")
    return found


def language_of(edition: str) -> str:
    """Return the language (BCP 47) that the questions of an edition are written in; "" where it does not say, or is
    here no more. HTML's `lang` takes both."""
    return load(edition).language if edition in editions() else ""


def load_all() -> tuple[Questionnaire, ...]:
    """Return every known questionnaire; raise SurveyDataError for a file of the extension that is wrong, which who
    serves many days does better to learn when it starts."""
    return tuple(load(edition) for edition in editions())


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
