"""The shape of a questionnaire: its indicators, how they are grouped and which features answer them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Status = Literal["sourced", "inferred"]
Kind = Literal["city", "national"]


class UnknownIndicatorError(LookupError):
    """An edition has no indicator of the code asked for."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One yes/no question of an edition.

    Any one of `features` being present answers it with yes. `status` is `sourced` when code, meaning and
    place in the edition were read in a source, else `inferred`, with the reason in `note`. `also_in`
    names further criteria in which the same code is listed and counted.
    """

    code: str
    criterion: str
    title: str
    counts_as_yes: str
    features: tuple[str, ...]
    status: Status
    note: str
    edition: str
    also_in: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The indicator across editions, such as `losi-2024:220`."""
        return f"{self.edition}:{self.code}"

    @property
    def criteria(self) -> tuple[str, ...]:
        """Every criterion in which the indicator counts, its own first."""
        return (self.criterion, *self.also_in)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One edition of a questionnaire for city or national portals.

    `denominator` is the number a score is divided by, which may differ from the number of known
    indicators (`denominator_reason`). `unnamed` are codes that the edition has but whose meaning was not
    found. `language` is the BCP 47 tag of what titles and meanings are written in, "" where nobody said.
    """

    edition: str
    title: str
    year: int
    kind: Kind
    criteria: tuple[str, ...]
    denominator: int
    denominator_reason: str
    source: str
    note: str
    indicators: tuple[Indicator, ...]
    unnamed: tuple[str, ...] = ()
    language: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the known indicators, in the order of the questionnaire."""
        return tuple(i.code for i in self.indicators)

    @property
    def features(self) -> tuple[str, ...]:
        """The keys of all features that answer something here, each once, in order of first use."""
        return tuple(dict.fromkeys(key for i in self.indicators for key in i.features))

    def indicator(self, code: str) -> Indicator:
        """Return the indicator of a code (`"220"` or `"losi-2024:220"`); raise UnknownIndicatorError."""
        wanted = code.removeprefix(f"{self.edition}:")
        for said in (code, wanted):
            for candidate in self.indicators:
                if candidate.code == said:
                    return candidate
        raise UnknownIndicatorError(self._unknown(wanted))

    def indicators_of(self, feature: str) -> tuple[Indicator, ...]:
        """Return the indicators that a feature answers, none if it answers none here."""
        return tuple(i for i in self.indicators if feature in i.features)

    def indicators_in(self, criterion: str) -> tuple[Indicator, ...]:
        """Return the indicators that count in a criterion, those also listed elsewhere included."""
        return tuple(i for i in self.indicators if criterion in i.criteria)

    def _unknown(self, code: str) -> str:
        if code in self.unnamed:
            return f"{self.edition} has the code {code}, but its meaning was not found in any source"
        near = get_close_matches(code, self.codes, n=3, cutoff=0.6)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        return f"{self.edition} has no indicator {code!r}{hint}"
