"""Keeps what a crawl finds without holding the crawl up: archive first, then the rows that point at it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Self

from sqlalchemy.orm import Session

from storage.archive.writer import ArchiveWriter
from storage.batch import Batch
from storage.database import Database
from storage.errors import StorageError
from storage.records import (
    AnswerRecord,
    Attachment,
    CaptureNote,
    CaptureRecord,
    FindingRecord,
    ObservationRecord,
    Record,
)

_RECORD_COST = 1024
"""What a queued record counts beside its body, in bytes."""


class RunRecorder:
    """Takes the captures, observations, findings and answers of one run, in order.

    With `threaded`, calls only queue the record; one worker appends the WARC record, then commits rows in
    batches of `batch_rows` or after `batch_seconds`, and waits for a database that is away. The queue holds
    `queue_bytes`; a call waits while it is full. Without `threaded`, the same work is done inside the calls.
    What fails is raised as `StorageError` by the next call and by `close`; what `flush` returned for is stored.
    The recorder closes `archive`.
    """

    def __init__(
        self,
        database: Database,
        run_id: int,
        archive: ArchiveWriter,
        *,
        threaded: bool = True,
        queue_bytes: int = 64 << 20,
        batch_rows: int = 500,
        batch_seconds: float = 0.5,
    ) -> None:
        self._database = database
        self._batch = _begun(database, run_id, archive)
        self._archive = archive
        self._batch_rows = batch_rows
        self._batch_seconds = batch_seconds
        self._next_seq = self._batch.last_seq + 1
        self._since = monotonic()
        self._queue: deque[tuple[Record, int]] = deque()
        self._queued_bytes = 0
        self._queue_bytes = queue_bytes
        self._taken = self._archived = self._stored = self._goal = 0
        self._closing = self._resting = False
        self._error: StorageError | None = None
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        if threaded:
            self._worker = threading.Thread(target=self._work, name=f"recorder-{run_id}", daemon=True)
            self._worker.start()

    def allot(self) -> int:
        """The sequence number for the next capture; a resumed run goes on counting."""
        number = self._next_seq
        self._next_seq += 1
        return number

    def capture(self, record: CaptureRecord) -> int:
        """Takes a capture and gives its `seq`."""
        self._put(record, len(record.body))
        return record.seq

    def note(self, record: CaptureNote) -> None:
        """Takes what was learnt about a capture after it was taken."""
        self._put(record)

    def attach(self, record: Attachment) -> None:
        """Takes a file derived from a capture; it goes to the archive only: as `urn:losi:<name>:<url>`, or as a
        conversion of the capture's record."""
        self._put(record, len(record.body))

    def observe(self, records: Iterable[ObservationRecord]) -> None:
        """Takes observations."""
        self._put_all(list(records))

    def conclude(self, records: Iterable[FindingRecord]) -> None:
        """Takes findings; a finding on the same feature replaces the earlier one."""
        self._put_all(list(records))

    def answer(self, records: Iterable[AnswerRecord]) -> None:
        """Takes answers; an answer to the same question replaces the earlier one."""
        self._put_all(list(records))

    @property
    def load(self) -> float:
        """How full the queue is, 0 to 1: a crawl should slow down before it reaches 1, where calls wait. While the
        database is away it counts as full, so that little is fetched that a crash would lose."""
        return 1.0 if self._database.outage.now else min(1.0, self._queued_bytes / self._queue_bytes)

    def check(self, session: Session) -> None:
        """Raises `TakenOverError` if another process goes on with the run."""
        self._batch.check(session)

    def flush(self) -> None:
        """Waits until everything taken so far is stored."""
        if self._worker is None:
            self._guard(self._commit)
        else:
            with self._changed:
                goal = self._goal = self._taken
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._stored >= goal or self._error is not None)
        self._raise()

    def close(self) -> None:
        """Stores what is left, writes the archive's index and ends the worker. Raises what went wrong."""
        if not self._closing:
            with self._changed:
                self._closing = True
                self._changed.notify_all()
            if self._worker is not None:
                self._worker.join()
            elif self._error is None:
                self._guard(self._commit)
            self._guard(self._archive.close)
        self._raise()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            self.close()
        except StorageError as failure:
            if failure is not error:
                raise

    def _put(self, record: Record, size: int = 0) -> None:
        self._put_all((record,), size)

    def _put_all(self, records: Sequence[Record], size: int = 0) -> None:
        """Takes records, of which one has a body of `size` bytes. What goes to the archive wakes the worker at once;
        rows alone wait for it, or until they are due to be committed."""
        self._raise()
        if self._closing:
            raise StorageError("the recorder is closed and takes no more records")
        if self._worker is None:
            self._keep_now(records)
            return
        with self._changed:
            if self._queued_bytes >= self._queue_bytes:
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._queued_bytes < self._queue_bytes or self._error is not None)
            self._queue.extend((record, size + _RECORD_COST) for record in records)
            self._queued_bytes += (size + _RECORD_COST) * len(records)
            self._taken += len(records)
            if self._resting and isinstance(records[0] if records else None, CaptureRecord | Attachment):
                self._changed.notify_all()
        self._raise()

    def _keep_now(self, records: Sequence[Record]) -> None:
        for record in records:
            self._guard(partial(self._keep, record))
            self._raise()

    def _work(self) -> None:
        self._guard(self._work_off)
        with self._changed:
            self._queue.clear()
            self._changed.notify_all()

    def _work_off(self) -> None:
        while self._wait():
            if self._queue:
                record, cost = self._queue.popleft()
                self._keep(record)
                self._give_back(cost)
            else:
                self._commit()
        self._commit()

    def _wait(self) -> bool:
        """Sleeps until there is a record, or rows are due to be committed; False when all is done."""
        if self._queue:
            return True
        with self._changed:
            due = self._since + self._batch_seconds - monotonic() if self._batch.size else self._batch_seconds
            self._resting = True
            self._changed.wait_for(lambda: self._queue or self._closing or self._goal > self._stored, due)
            self._resting = False
            return bool(self._queue) or not self._closing

    def _keep(self, record: Record) -> None:
        if not self._batch.size:
            self._since = monotonic()
        self._batch.add(record)
        self._archived += 1
        if self._batch.size >= self._batch_rows or monotonic() - self._since >= self._batch_seconds:
            self._commit()

    def _commit(self) -> None:
        self._batch.commit()
        with self._changed:
            self._stored = self._archived
            self._changed.notify_all()

    def _give_back(self, cost: int) -> None:
        with self._changed:
            was_full = self._queued_bytes >= self._queue_bytes
            self._queued_bytes -= cost
            if was_full:
                self._changed.notify_all()

    def _guard(self, work: Callable[[], None]) -> None:
        """Runs `work`; the first failure of the run is kept for whoever calls next."""
        try:
            work()
        except StorageError as error:
            self._error = self._error or error
        except Exception as error:
            self._error = self._error or StorageError(f"a record could not be kept: {type(error).__name__}: {error}")

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error


def _begun(database: Database, run_id: int, archive: ArchiveWriter) -> Batch:
    """The first batch of a run; where its writer cannot be had, the archive is let go."""
    try:
        return Batch(database, run_id, archive)
    except BaseException:
        with suppress(StorageError):
            archive.close()
        raise
