"""Types of what comes in over HTTP: numbers that fit the columns, text that both databases take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_ID = 2**31 - 1


def scrubbed(text: str) -> str:
    """The text without NUL and lone surrogates."""
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)


def number_of(text: str) -> int | None:
    """The number of a row that a text names; None if it names none."""
    short = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))
    return int(text) if short and 0 < int(text) <= MAX_ID else None


Id = Annotated[int, Path(ge=1, le=MAX_ID)]
Number = Annotated[int, Field(ge=1, le=MAX_ID)]
Text = Annotated[str, AfterValidator(scrubbed), Field(max_length=10_000)]


class Body(BaseModel):
    """A JSON body: nothing but the fields named."""

    model_config = ConfigDict(extra="forbid")


Key = Annotated[str, Field(min_length=8, max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


Row = Annotated[int, Field(ge=0)]
Place = Annotated[int, Field(ge=0, le=MAX_ID)]
Sent = Annotated[list[Key], Field(max_length=50)]


class DecisionBody(Body):
    """A decision; `filters` are those of the queue that the next card comes from.

    What is sent again under the same `key` (chosen by the sender) is stored once. `onward` false: no next card. `seen`
    is the card's `run` as it was shown: where a later visit changed the card meanwhile, the decision is refused.
    `answered` is the card's, too, and `sent` are the keys of what the same window sent on it since: where its person
    said something else in another window meanwhile, the decision is refused as well.
    """

    verdict: Text
    proof: Annotated[int, Field(ge=1, le=9)] | None = None
    url: Text | None = None
    comment: Text | None = None
    seen: int | None = None
    answered: Row | None = None
    sent: Sent = Field(default_factory=list)
    filters: dict[str, Text] = Field(default_factory=dict, max_length=20)
    key: Key | None = None
    onward: bool = True


class SameBody(Body):
    """Tasks to confirm because they rest on the same proof; `seen` is the `run` of the card that shows it."""

    tasks: list[Number] = Field(min_length=1, max_length=200)
    seen: int | None = None
    key: Key | None = None


class UndoBody(Body):
    """Which decision to take back: the last one if no task is named. `sent` are the keys of what the same window sent
    on the task: where another window said something of it since, nothing is taken back."""

    task: Number | None = None
    sent: Sent | None = None
    key: Key | None = None


class VerdictBody(Body):
    """A supervisor's verdict; `seen` is the card's as it was shown: where somebody answered since, it is refused."""

    verdict: Text
    comment: Text | None = None
    seen: int | None = None


class AssignBody(Body):
    """Sheets for an assessor: those listed, and all that match the filter, if one is given."""

    account: Number
    sheets: list[Number] = Field(default_factory=list, max_length=2000)
    country: Text | None = None
    language: Text | None = None
    kind: Text | None = None
    cycle: Number | None = None
    due: datetime | None = None


class AssignForm(BaseModel):
    """Sheets for an assessor as the form gives them: those ticked, and all of a country or a language."""

    account: Number
    sheet: list[Number] = Field(default_factory=list, max_length=2000)
    country: Text = ""
    language: Text = ""
    due: Text = ""
    csrf: Text = ""


class Shown(BaseModel):
    """Which part of the lists of assignments is in view: `who` is an assessor's number, the others narrow the sheets
    that lack one; `first` and `waiting` are the places from which the two lists are shown."""

    who: Text = ""
    country: Text = ""
    language: Text = ""
    text: Text = ""
    first: Place = 0
    waiting: Place = 0

    @property
    def assessor(self) -> int | None:
        """The number of the assessor, if one is chosen."""
        return number_of(self.who)

    @property
    def query(self) -> dict[str, str]:
        """The same for an address."""
        return {name: str(value) for name, value in self.model_dump().items() if value}


class AccountBody(Body):
    """A new account."""

    name: Text
    role: Text
    password: Text | None = None
    language: Text = "en"


class ContestBody(Body):
    """How a contest is closed."""

    accept: bool
    answer: Text | None = None
