"""A portal's page: its answers cycle by cycle, its visits, and why an answer differs from the visit before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.wording import N_
from storage.models import Answer, Card, Cycle, Finding, Portal, Run, Sheet
from storage.repository import capture_of_url, latest_run
from storage.repository.counted import read_to_end
from storage.repository.sheets import deciding, findings_by_feature
from survey.indicator import Indicator, Questionnaire
from survey.questionnaire import NEWEST, load

COLUMNS = 6
"""The most sheets that are shown beside each other, newest last."""
VISITS = 40
"""The most visits that are listed, newest first."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One run on the portal."""

    run: int
    kind: str
    cycle: str | None
    started: datetime
    outcome: str | None
    cause: str | None
    reason: str | None
    pages: int
    languages: tuple[str, ...]
    software: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One sheet of the portal, by its cycle's name or, without a cycle, the day it was opened."""

    sheet: int
    cycle: str | None
    opened: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """What one sheet says to a question."""

    card: int
    state: str
    confidence: float | None
    verdict: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that differs between the portal's last two visits; `cause` is site, detector, crawl or unclear.

    Told from what is stored: detectors' versions, and whether the page that carried the proof was fetched again and
    is the same byte for byte.
    """

    code: str
    title: str
    before: str
    after: str
    cause: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A question and its answers, column by column."""

    code: str
    criterion: str
    title: str
    explanation: str
    evidence: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class PortalPage:
    """All that is known of a portal, under one edition."""

    id: int
    name: str
    url: str
    country: str | None
    kind: str
    language: str | None
    edition: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    visits: tuple[Visit, ...]
    compared: tuple[Visit, Visit] | None
    differences: tuple[Difference, ...]


def portal_page(session: Session, portal_id: int) -> PortalPage:
    """The page of a portal, in the edition of its newest sheet or run; raises `NotFound`."""
    portal = session.get(Portal, portal_id)
    if portal is None:
        raise NotFound(N_("there is no such portal"))
    among = (Run.portal_id == portal_id, Run.kind != "proof")
    visits = session.scalars(select(Run).where(*among).order_by(Run.id.desc()).limit(VISITS)).all()
    sheets = _sheets(session, portal_id)
    edition = sheets[-1].edition if sheets else visits[0].edition if visits else NEWEST[portal.kind]
    named = {cycle.id: cycle.name for cycle in session.scalars(select(Cycle))}
    shown = [sheet for sheet in sheets if sheet.edition == edition][-COLUMNS:]
    pair = _pair(session, portal_id, edition)
    return PortalPage(
        portal.id,
        portal.name,
        portal.url,
        portal.country,
        portal.kind,
        portal.language,
        edition,
        tuple(Column(sheet.id, named.get(sheet.cycle_id or 0), sheet.opened) for sheet in shown),
        tuple(_lines(session, load(edition), shown)),
        tuple(_visit(run, named) for run in visits),
        (_visit(pair[0], named), _visit(pair[1], named)) if pair else None,
        tuple(_differences(session, load(edition), *pair)) if pair else (),
    )


def _pair(session: Session, portal_id: int, edition: str) -> tuple[Run, Run] | None:
    """The visit that stood before, and the one that stands; None unless both read the portal."""
    after = latest_run(session, portal_id, edition=edition)
    before = latest_run(session, portal_id, edition=edition, before=after.id) if after else None
    if after is None or before is None or not (read_to_end(before) and read_to_end(after)):
        return None
    return before, after


def _sheets(session: Session, portal_id: int) -> list[Sheet]:
    return list(session.scalars(select(Sheet).where(Sheet.portal_id == portal_id).order_by(Sheet.round, Sheet.id)))


def _visit(run: Run, named: dict[int, str]) -> Visit:
    return Visit(
        run.id,
        run.kind,
        named.get(run.cycle_id or 0),
        run.started,
        run.outcome,
        run.cause,
        run.reason,
        run.pages,
        tuple(run.languages),
        run.software,
    )


def _lines(session: Session, asked: Questionnaire, shown: Sequence[Sheet]) -> list[Line]:
    cards: dict[tuple[int, str], Card] = {
        (card.sheet_id, card.code): card
        for card in session.scalars(select(Card).where(Card.sheet_id.in_([sheet.id for sheet in shown])))
    }
    newest = shown[-1] if shown else None
    findings = findings_by_feature(session, newest.run_id) if newest else {}
    return [
        Line(
            each.code,
            each.criterion,
            each.title,
            found.explanation if (found := deciding(each, findings)) else "",
            (_last(cards, newest, each) or ""),
            tuple(_cell(cards.get((sheet.id, each.code))) for sheet in shown),
        )
        for each in asked.indicators
    ]


def _last(cards: dict[tuple[int, str], Card], newest: Sheet | None, asked: Indicator) -> str | None:
    card = cards.get((newest.id, asked.code)) if newest else None
    return card.evidence_url if card else None


def _cell(card: Card | None) -> Cell | None:
    return None if card is None else Cell(card.id, card.state, card.confidence, card.verdict, card.status)


def _differences(session: Session, asked: Questionnaire, before: Run, after: Run) -> list[Difference]:
    was, now = _answers(session, before), _answers(session, after)
    old, new = findings_by_feature(session, before.id), findings_by_feature(session, after.id)
    found = []
    for each in asked.indicators:
        if each.code in was and each.code in now and was[each.code] != now[each.code]:
            first, second = deciding(each, old), deciding(each, new)
            url = _proof_url(second) or _proof_url(first)
            cause = _cause(session, before, after, first, second)
            found.append(Difference(each.code, each.title, was[each.code], now[each.code], cause, url))
    return found


def _answers(session: Session, run: Run) -> dict[str, str]:
    query = select(Answer.code, Answer.state).where(Answer.run_id == run.id, Answer.edition == run.edition)
    return {code: str(state) for code, state in session.execute(query)}


def _cause(session: Session, before: Run, after: Run, old: Finding | None, new: Finding | None) -> str:
    if old is None or new is None:
        return "unclear"
    if _versions(old) != _versions(new):
        return "detector"
    if "unknown" in (old.state, new.state):
        return "crawl"
    url = _proof_url(new) or _proof_url(old)
    if not url:
        return "unclear"
    first, second = capture_of_url(session, before.id, url), capture_of_url(session, after.id, url)
    if first is not None and second is not None:
        return "crawl" if first.digest == second.digest else "site"
    unseen = before if first is None else after
    return "site" if unseen.certificate.get("exhausted") else "crawl"


def _versions(finding: Finding) -> set[tuple[Any, Any]]:
    return {(each.get("name"), each.get("version")) for each in finding.detectors}


def _proof_url(finding: Finding | None) -> str:
    if finding is None or finding.state != "present" or not finding.evidence:
        return ""
    return str(finding.evidence[0].get("url") or "")
