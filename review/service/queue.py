"""The queue: which card comes next for an assessor, and lists of cards, by filter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from review.errors import NotFound, Refused
from review.i18n import LANGUAGES, asked
from review.wording import N_
from storage.models import Assignment, Card, Portal, Sheet, Task
from storage.repository.sheets import DECIDED
from survey.indicator import Indicator
from survey.questionnaire import editions, load

STAGES = {"open": (0, 1), "decided": (DECIDED,), "all": (0, 1, DECIDED)}
LIMIT = 200
"""The longest list of cards."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cards: those that match all that is given. Confidence lies in `low`..`high`, 0..1.

    `changed`: the suggestion or its proof differs from the cycle before. `disputed`: cards that both decided, unlike,
    and whose other answer was shown. A card whose suggestion is kept from the
    assessor matches no filter on the suggestion.
    """

    sheet: int | None = None
    criterion: str | None = None
    state: str | None = None
    low: float | None = None
    high: float | None = None
    changed: bool = False
    disputed: bool = False
    text: str | None = None
    stage: str = "open"

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Filters:
        """The filters that query parameters name; empty ones do not count. Raises `Refused`."""
        told = {name: value.replace("\x00", "").strip() for name, value in values.items() if name in cls.__slots__}
        given = {name: value for name, value in told.items() if value}
        try:
            made = cls(
                sheet=int(given["sheet"]) if "sheet" in given else None,
                criterion=given.get("criterion"),
                state=given.get("state"),
                low=float(given["low"]) if "low" in given else None,
                high=float(given["high"]) if "high" in given else None,
                changed=given.get("changed", "") in ("1", "true", "on"),
                disputed=given.get("disputed", "") in ("1", "true", "on"),
                text=given.get("text", "")[:200] or None,
                stage=given.get("stage", "open"),
            )
        except ValueError as error:
            raise Refused(N_("a filter has a value that is no number")) from error
        if made.stage not in STAGES:
            raise Refused(
                N_("%(text)r is no stage"), N_("stages are %(stages)s"), text=made.stage, stages=", ".join(STAGES)
            )
        if made.sheet is not None and not 0 < made.sheet < 2**31:
            raise Refused(N_("there is no such sheet"))
        return made

    def query(self) -> dict[str, str]:
        """The query parameters that name these filters."""
        plain = Filters()
        return {
            name: "1" if value is True else str(value)
            for name, value in asdict(self).items()
            if value != getattr(plain, name)
        }

    @property
    def on_suggestion(self) -> bool:
        """Whether a filter looks at what the program suggests."""
        return bool(self.state or self.changed or self.low is not None or self.high is not None)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One card in an assessor's list; `state` and `confidence` are None while they are kept from view."""

    task: int
    sheet: int
    portal: str
    country: str | None
    edition: str
    code: str
    criterion: str
    title: str
    state: str | None
    confidence: float | None
    change: str | None
    stage: int
    verdict: str | None
    status: str


def next_task(session: Session, account_id: int, filters: Filters, after: int | None = None) -> int | None:
    """The task to do next, None when nothing matches.

    `after` is the task just looked at: what follows it on its sheet comes first, then the rest of that sheet, then
    the other sheets by due date; skipped ones come last.
    """
    here = own_task(session, account_id, after) if after is not None else None
    for stage in STAGES[filters.stage]:
        if here is not None and (found := _on_sheet(session, account_id, filters, stage, here)) is not None:
            return found
    for stage in STAGES[filters.stage]:
        found = _anywhere(session, account_id, filters, stage, here.id if here else None)
        if found is not None:
            return found
    return None


def ahead(
    session: Session, account_id: int, filters: Filters, after: int, but: Collection[int], *, limit: int = 4
) -> list[int]:
    """The tasks that will come after `after` on its sheet, then on the sheet that is due next; none of those in `but`.

    What is being decided goes into `but`: a page that shows the next card before the last one is stored asks this.
    """
    here = own_task(session, account_id, after)
    wanted = [Task.account_id == account_id, Task.stage.in_(STAGES[filters.stage]), Task.id.not_in([*but, after])]
    order = (Task.stage, Task.position <= here.position, Task.position)
    found = list(
        session.scalars(_base(filters).where(*wanted, Task.sheet_id == here.sheet_id).order_by(*order).limit(limit))
    )
    for stage in STAGES[filters.stage]:
        if len(found) >= limit:
            break
        sheet = _due_first(session, account_id, filters, [*wanted, Task.stage == stage, Task.sheet_id != here.sheet_id])
        if sheet is not None:
            query = _base(filters).where(*wanted, Task.stage == stage, Task.sheet_id == sheet)
            found += session.scalars(query.order_by(Task.position).limit(limit - len(found)))
    return found


def tasks(
    session: Session, account_id: int, filters: Filters, *, limit: int = 50, after: int | None = None
) -> list[TaskRow]:
    """The assessor's cards that match, by sheet and position; those that follow the task `after`."""
    query = (
        select(Task, Card, Sheet, Portal)
        .join(Card, Card.id == Task.card_id)
        .join(Sheet, Sheet.id == Task.sheet_id)
        .join(Portal, Portal.id == Sheet.portal_id)
        .where(Task.account_id == account_id, Task.stage.in_(STAGES[filters.stage]), *_matches(filters))
        .order_by(Task.sheet_id, Task.position)
        .limit(max(1, min(limit, LIMIT)))
    )
    if after is not None:
        here = own_task(session, account_id, after)
        query = query.where(tuple_(Task.sheet_id, Task.position) > (here.sheet_id, here.position))
    return [_row(task, card, sheet, portal) for task, card, sheet, portal in session.execute(query)]


def own_task(session: Session, account_id: int, task_id: int) -> Task:
    """The assessor's task of this number; raises `NotFound`, for others' tasks as well."""
    task = session.get(Task, task_id)
    if task is None or task.account_id != account_id:
        raise not_on_desk()
    return task


def not_on_desk() -> NotFound:
    """What to say of a task that is not the assessor's."""
    return NotFound(N_("there is no such card on this desk"))


def _on_sheet(session: Session, account_id: int, filters: Filters, stage: int, here: Task) -> int | None:
    query = _base(filters).where(
        Task.account_id == account_id, Task.stage == stage, Task.sheet_id == here.sheet_id, Task.id != here.id
    )
    ordered = query.order_by(Task.position).limit(1)
    following = session.scalar(ordered.where(Task.position > here.position))
    return following if following is not None else session.scalar(ordered)


def _anywhere(session: Session, account_id: int, filters: Filters, stage: int, but: int | None) -> int | None:
    """The first task of the sheet that is due first."""
    wanted = [Task.account_id == account_id, Task.stage == stage]
    if but is not None:
        wanted.append(Task.id != but)
    sheet = _due_first(session, account_id, filters, wanted)
    if sheet is None:
        return None
    query = _base(filters).where(*wanted, Task.sheet_id == sheet)
    return session.scalar(query.order_by(Task.position).limit(1))


def _due_first(
    session: Session, account_id: int, filters: Filters, wanted: Sequence[ColumnElement[bool]]
) -> int | None:
    """The sheet that is due first among those with a task that is wanted."""
    on_it = _base(filters).where(*wanted, Task.sheet_id == Assignment.sheet_id).correlate(Assignment).exists()
    return session.scalar(
        select(Assignment.sheet_id)
        .where(Assignment.account_id == account_id, on_it)
        .order_by(Assignment.due.is_(None), Assignment.due, Assignment.sheet_id)
        .limit(1)
    )


def _base(filters: Filters) -> Select[int]:
    """Tasks that match; other tables are joined only where a filter needs them."""
    query = select(Task.id)
    if filters.text or filters.on_suggestion or filters.criterion or filters.disputed:
        query = query.join(Card, Card.id == Task.card_id)
    if filters.text:
        query = query.join(Sheet, Sheet.id == Card.sheet_id).join(Portal, Portal.id == Sheet.portal_id)
    return query.where(*_matches(filters))


def _matches(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.sheet is not None:
        found.append(Task.sheet_id == filters.sheet)
    if filters.criterion:
        found.append(Card.criterion == filters.criterion)
    if filters.disputed:
        found += [Card.status == "disputed", Task.revealed.is_not(None)]
    if filters.text:
        found.append(_says(filters.text))
    if filters.on_suggestion:
        found += _suggestion(filters)
    return found


def _suggestion(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [or_(~Task.hidden, Task.stage == DECIDED)]
    if filters.state:
        found.append(Card.state == filters.state)
    if filters.low is not None:
        found.append(Card.confidence >= filters.low)
    if filters.high is not None:
        found.append(Card.confidence <= filters.high)
    if filters.changed:
        found.append(Card.change.in_(("state", "proof")))
    return found


def _says(text: str) -> ColumnElement[bool]:
    """The question in any language, its code, or the portal holds the text."""
    wanted = text.casefold()
    questions: list[Any] = []
    for edition in editions():
        named = [i for i in load(edition).indicators if any(wanted in said for said in _titles(i))]
        if named:
            questions.append(and_(Sheet.edition == edition, Card.code.in_([i.code for i in named])))
    return or_(Portal.name.icontains(text, autoescape=True), Portal.url.icontains(text, autoescape=True), *questions)


@cache
def _titles(indicator: Indicator) -> frozenset[str]:
    """A question as it is written and as people read it, each with its code, small."""
    said = {indicator.title, *(asked(indicator.title, language) for language in LANGUAGES)}
    return frozenset(f"{indicator.id} {title}".casefold() for title in said)


def _row(task: Task, card: Card, sheet: Sheet, portal: Portal) -> TaskRow:
    indicator = load(sheet.edition).indicator(card.code)
    kept = task.hidden and task.stage != DECIDED
    return TaskRow(
        task.id,
        sheet.id,
        portal.name,
        portal.country,
        sheet.edition,
        card.code,
        card.criterion,
        indicator.title,
        None if kept else card.state,
        None if kept else card.confidence,
        None if kept else card.change,
        task.stage,
        task.verdict,
        card.status if task.revealed else "decided" if task.stage == DECIDED else "open",
    )
