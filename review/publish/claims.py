"""What governments say about their own portals: kept in a table of its own, beside the findings, never counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.publish.answers import BATCH, PortalAnswers, Said, portal_answers
from review.publish.claims_file import ClaimLine, Fault
from review.publish.scope import Scope, Visit, visits
from storage.errors import StorageError
from storage.models import Claim
from storage.repository import get_portal
from survey.questionnaire import UnknownEditionError, UnknownIndicatorError, load

Claimed = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class ClaimCount:
    """What an import did; `faults` are the rows that could not be used, with their lines, `repeats` those that a later
    row with the same answer made needless."""

    added: int
    changed: int
    unchanged: int
    faults: tuple[Fault, ...]
    repeats: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """A claim beside what was found; `agrees` is None where nothing is known to compare it with."""

    visit: Visit
    claim: Claim
    said: Said

    @property
    def agrees(self) -> bool | None:
        """Whether people (or, before them, the program) answer as the government does."""
        return None if self.said.value is None else (self.said.value == 1) == (self.claim.says == "yes")


def import_claims(
    session: Session, scope: Scope, lines: Iterable[ClaimLine | Fault], *, source: str, now: datetime, edition: str = ""
) -> ClaimCount:
    """Adds claims, or replaces those of the same source for the same question; findings and answers stay untouched.

    `edition` goes before that of the portal's visit; a code with its edition (`losi-2024:220`) goes before both. Of
    rows that contradict each other none is taken; of those with the same answer the last.
    """
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    faults: list[Fault] = []
    repeats: list[Fault] = []
    known: dict[str, Visit | str] = {}
    asked: dict[tuple[int, str, str], list[tuple[int, Claim]]] = {}
    for line in lines:
        claim = line if isinstance(line, Fault) else _claim(session, scope, line, source, now, edition, known)
        if isinstance(claim, Fault):
            faults.append(claim)
        else:
            asked.setdefault((claim.portal_id, claim.edition, claim.code), []).append((line.line, claim))
    for said in asked.values():
        if len({claim.says for _, claim in said}) > 1:
            faults += _contradictions(said)
            continue
        repeats += _repeats(said)
        counts[_put(session, said[-1][1])] += 1
    in_order = (tuple(sorted(rows, key=lambda row: row.line)) for rows in (faults, repeats))
    return ClaimCount(counts["added"], counts["changed"], counts["unchanged"], *in_order)


def _contradictions(said: list[tuple[int, Claim]]) -> Iterator[Fault]:
    """Of each row, which other one answers the same question of the same portal otherwise."""
    for line, claim in said:
        other = next(number for number, each in said if each.says != claim.says)
        yield Fault(line, f"{claim.says} to {claim.code} contradicts line {other}; neither is taken")


def _repeats(said: list[tuple[int, Claim]]) -> Iterator[Fault]:
    """The rows before the last one."""
    last = said[-1][0]
    for line, claim in said[:-1]:
        yield Fault(line, f"line {last} says {claim.says} to {claim.code} of this portal too; that one is taken")


def with_claims(session: Session, scope: Scope) -> Iterator[tuple[PortalAnswers, tuple[Beside, ...]]]:
    """The portals of a scope with their answers and, beside them, the claims in the questionnaire's order."""
    source = portal_answers(session, scope)
    while batch := list(islice(source, BATCH)):
        claims = _of_portals(session, [each.visit.portal for each in batch])
        for portal in batch:
            yield portal, tuple(_beside(portal, claims))


def _of_portals(session: Session, portals: list[int]) -> dict[tuple[int, str, int], list[Claim]]:
    query = select(Claim).where(Claim.portal_id.in_(portals)).order_by(Claim.source, Claim.id)
    found: dict[tuple[int, str, int], list[Claim]] = {}
    for claim in session.scalars(query):
        found.setdefault((claim.portal_id, claim.edition, claim.round), []).append(claim)
    return found


def _beside(portal: PortalAnswers, claims: dict[tuple[int, str, int], list[Claim]]) -> Iterator[Beside]:
    visit = portal.visit
    told = claims.get((visit.portal, visit.edition, visit.round), [])
    for said in portal.said:
        yield from (Beside(visit, claim, said) for claim in told if claim.code == said.indicator.code)


def _claim(
    session: Session,
    scope: Scope,
    line: ClaimLine,
    source: str,
    now: datetime,
    edition: str,
    known: dict[str, Visit | str],
) -> Claim | Fault:
    visit = known.get(line.portal)
    if visit is None:
        known.clear()
        visit = known[line.portal] = _visit(session, scope, line.portal)
    if isinstance(visit, str):
        return Fault(line.line, visit)
    named, _, code = line.code.rpartition(":")
    try:
        questionnaire = load(named or edition or visit.edition)
        indicator = questionnaire.indicator(code)
    except (UnknownEditionError, UnknownIndicatorError) as error:
        return Fault(line.line, str(error))
    if questionnaire.kind != visit.kind:
        told = f"{questionnaire.edition} is for {questionnaire.kind} portals, and {visit.url} is a {visit.kind} one"
        return Fault(line.line, told)
    return Claim(
        portal_id=visit.portal,
        edition=indicator.edition,
        round=visit.round,
        code=indicator.code,
        says=line.says,
        url=line.url or None,
        comment=line.comment or None,
        source=source,
        given=line.given or None,
        imported=now,
    )


def _visit(session: Session, scope: Scope, name: str) -> Visit | str:
    """The portal of this number, address or name in the scope; else why not, in words."""
    try:
        portal = get_portal(session, name)
    except StorageError as error:
        return str(error)
    found = next(iter(visits(session, replace(scope, portal=portal.id))), None)
    return found or f"{portal.url} is not in the survey"


def _put(session: Session, claim: Claim) -> str:
    key = ("portal_id", "edition", "round", "code", "source")
    old = session.scalar(select(Claim).filter_by(**{name: getattr(claim, name) for name in key}))
    if old is None:
        session.add(claim)
        session.flush()
        return "added"
    fields = ("says", "url", "comment", "given")
    if all(getattr(old, name) == getattr(claim, name) for name in fields):
        return "unchanged"
    for name in (*fields, "imported"):
        setattr(old, name, getattr(claim, name))
    return "changed"
