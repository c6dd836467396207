"""From the database to the parts of a workbook: what one person may see of each portal's questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from detectors.plainly import plainly
from review.errors import Forbidden, NotFound
from review.security.signing import Signer
from review.service.accounts import RANK, named
from review.service.archive import PURPOSE, picture, picture_link
from review.wording import N_
from review.workbook.language import Wording
from review.workbook.layout import About, Line, Part
from storage.models import Account, Answer, Card, ChainHead, Finding, Review, Run, Sheet, Task
from storage.models.decision import GENESIS
from storage.repository.counted import standing
from storage.repository.sheets import DECIDED, deciding, findings_by_feature
from survey.indicator import Indicator
from survey.questionnaire import load

WITHHELD = N_("The suggestion is kept back for this question: look for yourself, as a check on the program and on us.")


@dataclass(frozen=True, slots=True)
class Links:
    """Where archived pages are shown: the address of the review app, and until when the signed links are good."""

    base: str
    signer: Signer
    until: datetime

    def archived(self, run: int, capture: int) -> str:
        """The link to a capture."""
        return f"{self.base.rstrip('/')}/archived/{self.signer.sign(PURPOSE, f'{run}-{capture}', self.until)}"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where pictures lie (the data folder), how archived pages are linked, if they are, and what language is spoken."""

    data: Path
    links: Links | None = None
    words: Wording = field(default_factory=Wording)


def about(session: Session, title: str, software: str, now: datetime, account: Account | None = None) -> About:
    """What a workbook made now says of itself."""
    head = session.get(ChainHead, 1)
    number, sealed = (head.number, head.hash) if head else (0, GENESIS)
    return About(title, now, software, account.name if account else "", number, sealed)


def person(session: Session, name: str) -> Account:
    """The account that a workbook is made for; raises `NotFound`, and `Forbidden` for one that decides nothing."""
    found = named(session, name)
    if found is None:
        raise NotFound(f"there is no account {name!r}", "losi review shows the accounts to an admin")
    if not found.active or RANK[found.role] < RANK["assessor"]:
        raise Forbidden(f"{found.name} decides nothing", "name an open account of an assessor, supervisor or admin")
    return found


def runs_of_cycle(session: Session, cycle_id: int) -> list[int]:
    """Of each portal of a cycle the run that counts."""
    return sorted(number for _, number in session.execute(standing(Run.cycle_id == cycle_id)))


def desk(session: Session, account: Account, *, portal_id: int | None = None, cycle_id: int | None = None) -> list[int]:
    """The sheets that a person decides on: their own; for those who assess none, all that are open."""
    query = select(Sheet.id).order_by(Sheet.id)
    query = query if portal_id is None else query.where(Sheet.portal_id == portal_id)
    query = query if cycle_id is None else query.where(Sheet.cycle_id == cycle_id)
    own = select(Task.id).where(Task.sheet_id == Sheet.id, Task.account_id == account.id).exists()
    mine = list(session.scalars(query.where(own)))
    return mine if mine or RANK[account.role] < RANK["supervisor"] else list(session.scalars(query))


def part_of_run(session: Session, run_id: int, sources: Sources) -> Part:
    """A run's pre-filled answers, with empty cells to decide in."""
    run = session.get_one(Run, run_id)
    answers = {row.code: row for row in session.scalars(select(Answer).where(Answer.run_id == run_id))}
    found = findings_by_feature(session, run_id)
    asked = [i for i in load(run.edition).indicators if i.code in answers]
    lines = (_line(i, answers[i.code], deciding(i, found), run_id, sources) for i in asked)
    return _part(run, run.edition, run.cycle_id or 0, tuple(lines), sources.words)


def part_of_sheet(session: Session, sheet_id: int, account: Account, sources: Sources) -> Part:
    """A sheet as it lies before a person: own answers for its assessor, what was settled and said for a supervisor. A
    card that has its assessors, of whom the person is none, is left out for those who assess others of the sheet."""
    sheet = session.get_one(Sheet, sheet_id)
    query = select(Task).where(Task.sheet_id == sheet_id)
    tasks: dict[int, list[Task]] = {}
    assesses = False
    for task in session.scalars(query.order_by(Task.id)):
        tasks.setdefault(task.card_id, []).append(task)
        assesses = assesses or task.account_id == account.id
    comments = _comments(session, sheet_id)
    found: dict[int, dict[str, Finding]] = {}
    lines: list[Line] = []
    for card in session.scalars(select(Card).where(Card.sheet_id == sheet_id).order_by(Card.position)):
        desks = {task.account_id for task in tasks.get(card.id, [])}
        if assesses and account.id not in desks and len(desks) >= sheet.assessors:
            continue
        if card.run_id not in found:
            found[card.run_id] = findings_by_feature(session, card.run_id)
        asked = load(sheet.edition).indicator(card.code)
        line = _line(asked, card, deciding(asked, found[card.run_id]), card.run_id, sources)
        if assesses:
            lines.append(_own(line, card, tasks.get(card.id, []), account, comments, sources.words))
        else:
            lines.append(_settled(session, line, card, tasks.get(card.id, []), account, comments, sources.words))
    run = session.get_one(Run, sheet.run_id)
    return _part(run, sheet.edition, sheet.round, tuple(lines), sources.words)


def _part(run: Run, edition: str, number: int, lines: tuple[Line, ...], words: Wording) -> Part:
    portal, outcome = run.portal, words.word("outcome", run.outcome or "running")
    said = f"{outcome}{f' ({run.cause})' if run.cause else ''}"
    return Part(portal.url, portal.name, edition, number, run.id, said, run.pages, lines)


def _line(asked: Indicator, answer: Answer | Card, found: Finding | None, run: int, sources: Sources) -> Line:
    best: Mapping[str, Any] = found.evidence[0] if found and found.evidence else {}
    capture = best.get("capture")
    return Line(
        code=asked.code,
        criterion=asked.criterion,
        title=asked.title,
        counts_as_yes=asked.counts_as_yes,
        state=answer.state,
        confidence=answer.confidence if answer.state in ("present", "absent") else None,
        url=_text(best, "url"),
        archived="" if capture is None else _archived(sources, run, int(capture)),
        picture=_picture(sources.data, found.evidence if found else []),
        excerpt=_text(best, "quote"),
        gloss=_text(best, "gloss"),
        why=(_why(best, sources.words) if answer.state == "present" else "") or _searched(found, sources.words),
        run=run,
        detectors=", ".join(f"{each.get('name')} {each.get('version')}" for each in (found.detectors if found else [])),
    )


def _why(item: Mapping[str, Any], words: Wording) -> str:
    told = _text(item, "why"), _text(item, "quote"), item.get("matched") or ()
    return words.reason(*told) or str(plainly(*told))


def _searched(found: Finding | None, words: Wording) -> str:
    return words.searched(found, found.explanation) if found else ""


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name) or "")


def _archived(sources: Sources, run: int, capture: int) -> str:
    if sources.links:
        return sources.links.archived(run, capture)
    return sources.words.said(N_("run %(run)s, capture %(capture)s"), run=run, capture=capture)


def _picture(data: Path, evidence: list[dict[str, Any]]) -> Path | None:
    """The file of the first proof that was pictured."""
    link = next(filter(None, (picture_link(item.get("screenshot")) for item in evidence)), None)
    if link is None:
        return None
    folder, name = link.split("/")[-2:]
    try:
        return picture(data, folder, name)[0]
    except NotFound:
        return None


Comments = Mapping[tuple[int, int], str]
"""The last comment of each person (second) on each card (first)."""


def _own(line: Line, card: Card, tasks: list[Task], account: Account, comments: Comments, words: Wording) -> Line:
    """The line as its assessor may see it: own answers; a card that is not on the desk yet shows nothing."""
    mine = next((task for task in tasks if task.account_id == account.id), None)
    if mine is None or (mine.stage != DECIDED and mine.hidden):
        return _withheld(line, words)
    if mine.stage != DECIDED:
        return line
    return replace(line, answer=mine.verdict or "", comment=comments.get((card.id, account.id), ""))


def _settled(
    session: Session, line: Line, card: Card, tasks: list[Task], account: Account, comments: Comments, words: Wording
) -> Line:
    """The line as a supervisor may see it: what was settled, and what the assessors said."""
    said = "\n".join(_said(session, task, comments, words) for task in tasks if task.stage == DECIDED and task.verdict)
    comment = comments.get((card.id, account.id), "") if card.status == "adjudicated" else ""
    return replace(line, answer=card.verdict or "", comment=comment, said=said)


def _withheld(line: Line, words: Wording) -> Line:
    why = words.said(WITHHELD)
    return Line(line.code, line.criterion, line.title, line.counts_as_yes, why=why, run=line.run, withheld=True)


def _said(session: Session, task: Task, comments: Comments, words: Wording) -> str:
    who = session.get_one(Account, task.account_id).name
    comment = comments.get((task.card_id, task.account_id), "")
    return f"{who}: {words.word('verdict', task.verdict or '')}{f' ({comment})' if comment else ''}"


def _comments(session: Session, sheet_id: int) -> Comments:
    """The last comment of each person on each card of a sheet."""
    query = (
        select(Review.card_id, Review.account_id, Review.comment)
        .join(Card, Card.id == Review.card_id)
        .where(Card.sheet_id == sheet_id, Review.act != "undo")
        .order_by(Review.id)
    )
    return {(card, who): said or "" for card, who, said in session.execute(query) if card and who}


def parts(session: Session, numbers: list[int], account: Account | None, sources: Sources) -> Iterator[Part]:
    """The parts of sheets (for a person) or runs, one after the other."""
    for number in numbers:
        if account is None:
            yield part_of_run(session, number, sources)
        else:
            yield part_of_sheet(session, number, account, sources)
