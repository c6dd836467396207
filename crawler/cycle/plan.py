"""The plan of a cycle: its settings, and which portals it visits under which edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, and_, func, or_, select

from crawler.settings import CrawlOptions
from storage.models import Portal
from storage.repository import new_cycle, plan_portals
from survey.countries import UnknownCountryError, country
from survey.questionnaire import NEWEST, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from storage.models import Cycle

MOST_HOURS = 8760.0
"""A year: what waits longer is of no use to a cycle."""


class CycleSettings(BaseModel):
    """What holds for all visits of a cycle, whoever crawls it. Raises pydantic's ValidationError."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    editions: dict[str, str] = Field(default_factory=dict, description="Edition by kind of portal.")
    crawl: CrawlOptions = Field(default_factory=lambda: CrawlOptions(concurrency=1), description="Limits and manners.")
    tries: int = Field(default=3, ge=1, le=10, description="Visits before a failure that may pass counts.")
    retry_hours: float = Field(default=7.0, ge=0, le=MOST_HOURS, description="Time until such a visit is tried again.")
    confirm_hours: float = Field(
        default=1.0,
        ge=0,
        le=MOST_HOURS,
        description="Time until a portal that lost what it had is visited a second time.",
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Which portals: every part that is given must match. `text` is looked for in name, URL and region; `countries`
    are ISO 3166 alpha-3 codes."""

    kind: str = ""
    countries: tuple[str, ...] = ()
    text: str = ""

    def query(self) -> Select[Any]:
        """The numbers of the portals."""
        where = []
        if self.kind:
            where.append(Portal.kind == self.kind)
        if self.countries:
            where.append(Portal.country.in_(self.countries))
        if self.text:
            columns = (Portal.name, Portal.url, Portal.region)
            where.append(or_(*(column.icontains(self.text, autoescape=True) for column in columns)))
        return select(Portal.id).where(and_(True, *where))


def choice(text: str) -> Choice:
    """A choice as typed: words of the form `kind=city`, `country=PER,Peru`; all else is text to look for.

    Raises ValueError for an unknown kind or country.
    """
    kind, countries, rest = "", [], []
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or name not in ("kind", "country"):
            rest.append(word)
        elif name == "country":
            countries += [_code(one.replace("_", " ")) for one in value.split(",") if one]
        elif value in NEWEST:
            kind = value
        else:
            raise ValueError(f"kind is {value!r}; it must be city or national")
    return Choice(kind, tuple(countries), " ".join(rest))


def _code(text: str) -> str:
    try:
        return country(text).iso3
    except UnknownCountryError as error:
        raise ValueError(str(error)) from error


def begin_cycle(
    session: Session, name: str, settings: CycleSettings, chosen: Choice, *, closes: datetime | None = None
) -> tuple[Cycle, int]:
    """A new cycle over the chosen portals of the database, and how many they are.

    A portal that names an edition of its own answers that one. Raises `StorageError` if the name is taken,
    `UnknownEditionError` for an edition that is not known.
    """
    editions = {**NEWEST, **settings.editions}
    for edition in editions.values():
        load(edition)
    named = settings.editions.get("city") or settings.editions.get("national") or NEWEST["city"]
    kept = settings.model_copy(update={"editions": editions}).model_dump(mode="json")
    cycle = new_cycle(session, name, named, closes=closes, settings=kept)
    return cycle, extend_cycle(session, cycle, chosen)


def extend_cycle(session: Session, cycle: Cycle, chosen: Choice) -> int:
    """Adds the chosen portals that are not retired to a cycle; the number of those that were not in it."""
    editions: Mapping[str, str] = settings_of(cycle).editions or NEWEST
    among = (Portal.id.in_(chosen.query()), Portal.retired.is_(None))
    query = select(Portal.id, Portal.edition, Portal.kind).where(*among).order_by(Portal.id)
    rows = session.execute(query.execution_options(yield_per=500))
    return plan_portals(session, cycle.id, [(number, own or editions[kind]) for number, own, kind in rows])


def retired_among(session: Session, chosen: Choice) -> int:
    """How many of the chosen portals are retired, and so in no plan."""
    query = select(func.count()).select_from(Portal)
    return session.scalar(query.where(Portal.id.in_(chosen.query()), Portal.retired.is_not(None))) or 0


def settings_of(cycle: Cycle) -> CycleSettings:
    """The settings that a cycle was begun with."""
    return CycleSettings.model_validate(cycle.settings or {})
