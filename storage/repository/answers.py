"""Findings, answers and reviews: reading them, replacing them after a rerun, exporting them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.errors import StorageError
from storage.models import Answer, Card, Finding, Observation, Portal, Review, Run
from storage.records import AnswerRecord, FindingRecord, ObservationRecord
from storage.repository.chain import Entry, append, lock_chain
from storage.repository.counted import counts
from storage.repository.runs import get_run
from storage.repository.sheets import renew_sheets
from storage.repository.streaming import CHUNK, stream
from storage.rows import (
    answer_row,
    finding_row,
    insert_observations,
    observation_row,
    put_answers,
    put_findings,
)
from storage.words import FindingState, Outcome, PortalKind


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One answer with all that names it, as exports write it."""

    portal: str
    url: str
    country: str | None
    kind: PortalKind
    run: int
    started: datetime
    outcome: Outcome | None
    edition: str
    code: str
    state: FindingState
    value: float | None
    confidence: float | None
    evidence_url: str | None
    reviews: int


def findings(session: Session, run_id: int) -> Iterator[Finding]:
    """The findings of a run, by feature."""
    return stream(session, select(Finding).where(Finding.run_id == run_id).order_by(Finding.feature))


def answers(session: Session, run_id: int, *, edition: str | None = None) -> Iterator[Answer]:
    """The answers of a run, by edition and code."""
    query = select(Answer).where(Answer.run_id == run_id).order_by(Answer.edition, Answer.code)
    return stream(session, query if edition is None else query.where(Answer.edition == edition))


def replace_findings(
    session: Session,
    run_id: int,
    findings: Sequence[FindingRecord],
    answers: Sequence[AnswerRecord] = (),
    observations: Iterable[ObservationRecord] | None = None,
) -> None:
    """Puts the conclusions of a rerun in the place of the old ones (and its observations, if given).

    Reviews stay, with the `value` that was decided; answers that nobody reviewed, that lie on no sheet and that
    the rerun does not give, go. Sheets under review are renewed: what people decided is never changed, a note
    says where its proof has.
    """
    lock_chain(session)
    run = get_run(session, run_id)
    connection = session.connection()
    if observations is not None:
        connection.execute(delete(Observation).where(Observation.run_id == run_id))
        source = iter(observations)
        while chunk := [observation_row(run_id, record) for record in islice(source, CHUNK)]:
            insert_observations(connection, chunk)
    connection.execute(delete(Finding).where(Finding.run_id == run_id))
    put_findings(connection, [finding_row(run_id, record) for record in findings])
    kept = {(record.edition, record.code) for record in answers}
    _delete_unreviewed(session, run_id, kept)
    put_answers(connection, [answer_row(run_id, run.portal_id, record) for record in answers])
    _forget(session, run_id)
    renew_sheets(session, run_id, datetime.now(UTC))


def add_review(
    session: Session,
    answer_id: int,
    who: str,
    value: float | None,
    *,
    comment: str | None = None,
    proof: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Review:
    """Writes down a decision and gives the answer its decided `value`."""
    lock_chain(session)
    answer = session.get(Answer, answer_id, with_for_update=True)
    if answer is None:
        raise StorageError(f"there is no answer {answer_id}")
    entry = Entry(
        answer_id,
        who,
        at or datetime.now(UTC),
        before={"state": answer.state, "value": answer.value},
        after={"state": answer.state, "value": value},
        comment=comment,
        proof=proof or {},
    )
    answer.value = value
    return append(session, entry)


def export_rows(
    session: Session, *, run_id: int | None = None, cycle_id: int | None = None, edition: str | None = None
) -> Iterator[ExportRow]:
    """Answers with their portals and runs, by portal, run and code; of one run, cycle or edition if given."""
    reviews = select(func.count(Review.id)).where(Review.answer_id == Answer.id).scalar_subquery()
    query = (
        select(
            Portal.name,
            Portal.url,
            Portal.country,
            Portal.kind,
            Run.id,
            Run.started,
            Run.outcome,
            Answer.edition,
            Answer.code,
            Answer.state,
            Answer.value,
            Answer.confidence,
            Answer.evidence_url,
            reviews,
        )
        .join(Run, Run.id == Answer.run_id)
        .join(Portal, Portal.id == Answer.portal_id)
        .order_by(Portal.country, Portal.name, Run.id, Answer.edition, Answer.code)
        .execution_options(yield_per=CHUNK)
    )
    for column, value in ((Answer.run_id, run_id), (Run.cycle_id, cycle_id), (Answer.edition, edition)):
        query = query if value is None else query.where(column == value)
    if run_id is None:
        query = query.where(counts())
    return (ExportRow(*tuple(row)) for row in session.execute(query))


def _forget(session: Session, run_id: int) -> None:
    """Makes the session read again what was changed behind its back."""
    for item in session:
        if isinstance(item, Answer | Finding | Observation) and item.run_id == run_id:
            session.expire(item)


def _delete_unreviewed(session: Session, run_id: int, kept: set[tuple[str, str]]) -> None:
    reviewed = select(Review.id).where(Review.answer_id == Answer.id).exists()
    carded = select(Card.id).where(Card.answer_id == Answer.id).exists()
    old = session.execute(
        select(Answer.id, Answer.edition, Answer.code).where(Answer.run_id == run_id, ~reviewed, ~carded)
    ).all()
    gone = [number for number, edition, code in old if (edition, code) not in kept]
    if gone:
        session.execute(delete(Answer).where(Answer.id.in_(gone)))
