"""One batch of a run's records: each is archived when it comes, their rows are committed together."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, Update, bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.archive.writer import ArchiveWriter, RecordPlace
from storage.database import Database
from storage.errors import StorageError, TakenOverError
from storage.models import Capture, Observation, Run
from storage.records import (
    AnswerRecord,
    Attachment,
    CaptureNote,
    CaptureRecord,
    FindingRecord,
    ObservationRecord,
    Record,
    Unchanged,
)
from storage.rows import (
    Row,
    answer_row,
    capture_row,
    cut_title,
    finding_row,
    insert_captures,
    insert_observations,
    observation_row,
    put_answers,
    put_findings,
    table,
)


class Batch:
    """Rows of run `run_id` that wait for their transaction. Used by one thread at a time.

    Whoever makes a batch becomes the run's writer: what an earlier one still wants to store is refused.
    """

    def __init__(self, database: Database, run_id: int, archive: ArchiveWriter) -> None:
        self._database = database
        self._run_id = run_id
        self._archive = archive
        self._writer = uuid4().hex
        self._portal_id, self.last_seq = database.write(self._take_over)
        self._observed: int | None = None
        self._origins: dict[int, tuple[str, str]] = {}
        self._empty()

    def add(self, record: Record) -> None:
        """Appends the WARC record, if the record has one, and remembers the row. Raises `StorageError`."""
        match record:
            case CaptureRecord():
                place = self._archived(record)
                if not record.known:
                    self._captures[record.seq] = capture_row(self._run_id, record, place)
            case CaptureNote():
                self._note(record)
            case Attachment():
                self._attach(record)
            case ObservationRecord():
                self._observations.append(observation_row(self._run_id, record))
            case FindingRecord():
                self._findings[record.feature] = finding_row(self._run_id, record)
            case AnswerRecord():
                row = answer_row(self._run_id, self._portal_id, record)
                self._answers[record.edition, record.code] = row
        self.size += 1

    def commit(self) -> None:
        """Stores the rows in one transaction, once the disk holds the records that they point at.

        Where the answer to the commit was lost with the connection, rows that did arrive are not stored again.
        """
        if not self.size:
            return
        self._archive.sync()
        tried = False

        def store(session: Session) -> None:
            nonlocal tried
            self.check(session)
            if self._observed is None:
                self._observed = self._count(session)
            if not tried or not self._arrived(session):
                tried = True
                self._store(session.connection())

        self._database.write(store)
        self._observed = (self._observed or 0) + len(self._observations)
        self._empty()

    def check(self, session: Session) -> None:
        """Raises `TakenOverError` if another has become the run's writer; until the session's end nobody can."""
        query = select(Run.writer).where(Run.id == self._run_id).with_for_update(read=True)
        if session.scalar(query) != self._writer:
            raise TakenOverError(
                f"another process goes on with run {self._run_id}",
                "what this one found since is fetched again by the other; nothing needs to be done",
            )

    def _arrived(self, session: Session) -> bool:
        """Whether an earlier try was stored after all. What else a batch holds replaces what was there before."""
        if self._captures:
            return session.get(Capture, (self._run_id, next(iter(self._captures)))) is not None
        return self._count(session) > (self._observed or 0)

    def _count(self, session: Session) -> int:
        """Observations of the run that are stored."""
        query = select(func.count()).select_from(Observation).where(Observation.run_id == self._run_id)
        return session.scalar(query) or 0

    def _empty(self) -> None:
        self.size = 0
        self._captures: dict[int, Row] = {}
        self._notes: list[Row] = []
        self._observations: list[Row] = []
        self._findings: dict[str, Row] = {}
        self._answers: dict[tuple[str, str], Row] = {}

    def _store(self, connection: Connection) -> None:
        insert_captures(connection, list(self._captures.values()))
        if self._notes:
            connection.execute(_note_statement(), self._notes)
        insert_observations(connection, self._observations)
        put_findings(connection, list(self._findings.values()))
        put_answers(connection, list(self._answers.values()))

    def _take_over(self, session: Session) -> tuple[int, int]:
        """Becomes the run's writer; the run's portal, and the number of its last capture."""
        run = session.get(Run, self._run_id, with_for_update=True)
        if run is None:
            raise StorageError(f"the database {self._database.where} has no run {self._run_id}", "start the run first")
        run.writer = self._writer
        last = session.scalar(select(func.max(Capture.seq)).where(Capture.run_id == self._run_id))
        return run.portal_id, last or 0

    def _archived(self, record: CaptureRecord) -> RecordPlace:
        if record.place is not None:
            place = record.place
        elif record.status is None:
            values = {"fetch-error": record.error or ""}
            place = self._archive.write_metadata(record.url, values, record.fetched_at)
        elif record.unchanged is not None:
            place = self._revisit(record, record.unchanged)
        else:
            place = self._archive.write_response(
                record.url,
                record.status,
                record.reason,
                record.headers,
                record.body,
                record.fetched_at,
                ip=record.ip,
                truncated=record.truncated,
            )
        self._origins[record.seq] = (record.url, place.record_id)
        return place

    def _revisit(self, record: CaptureRecord, unchanged: Unchanged) -> RecordPlace:
        return self._archive.write_revisit(
            record.url,
            unchanged.original,
            unchanged.why,
            unchanged.status,
            unchanged.reason,
            unchanged.headers,
            record.fetched_at,
            ip=record.ip,
        )

    def _note(self, record: CaptureNote) -> None:
        values = {"language": record.language, "title": cut_title(record.title), "truncated": record.truncated}
        if record.seq in self._captures:
            self._captures[record.seq].update({name: value for name, value in values.items() if value is not None})
        else:
            self._notes.append({"of_run": self._run_id, "of_seq": record.seq, **values})

    def _attach(self, record: Attachment) -> None:
        url, origin = self._origins.get(record.seq) or (self._url(record.seq), "")
        if record.conversion and origin:
            self._archive.write_conversion(url, record.content_type, record.body, record.made_at, f"<{origin}>")
            return
        self._archive.write_resource(
            f"urn:losi:{record.name}:{url}",
            record.content_type,
            record.body,
            record.made_at,
            concurrent_to=f"<{origin}>" if origin else None,
        )

    def _url(self, seq: int) -> str:
        capture = self._database.read(lambda session: session.get(Capture, (self._run_id, seq)))
        if capture is None:
            raise StorageError(f"run {self._run_id} has no capture {seq} to attach a file to")
        return capture.url


_NOTED = ("language", "title", "truncated")
"""Columns of a capture that are learnt after it was archived."""


def _note_statement() -> Update:
    captures = table(Capture)
    learnt = {name: func.coalesce(bindparam(name, type_=captures.c[name].type), captures.c[name]) for name in _NOTED}
    which = (captures.c.run_id == bindparam("of_run"), captures.c.seq == bindparam("of_seq"))
    return update(captures).where(*which).values(learnt)
