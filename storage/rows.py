"""Turns records into rows of the tables, and writes many rows at once on either database."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from storage.archive.message import header
from storage.archive.surt import without_fragment
from storage.archive.writer import RecordPlace
from storage.models import Answer, Base, Capture, Finding, Observation, Review
from storage.records import AnswerRecord, CaptureRecord, FindingRecord, ObservationRecord

Row = dict[str, Any]
_TITLE = 500
_QUOTE = 4000
_ANSWER_KEY = ("run_id", "edition", "code")


def table(model: type[Base]) -> Table:
    """The table of a model."""
    return Base.metadata.tables[model.__tablename__]


def url_key(url: str) -> int:
    """A 64-bit hash of the URL without its fragment: what `captures` is indexed by."""
    data = without_fragment(url).encode("utf-8", "replace")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)


def capture_row(run_id: int, record: CaptureRecord, place: RecordPlace) -> Row:
    """The row of a capture whose WARC record lies at `place`; titles are kept to 500 characters."""
    content_type = record.content_type or header(tuple(record.headers), "Content-Type")
    return {
        "run_id": run_id,
        "seq": record.seq,
        "url": record.url,
        "url_key": url_key(record.url),
        "target": record.target,
        "status": record.status,
        "error": record.error,
        "content_type": content_type,
        "digest": place.digest,
        "length": len(record.body),
        "truncated": record.truncated,
        "fetched_at": record.fetched_at,
        "file": place.file,
        "offset": place.offset,
        "record_length": place.length,
        "language": record.language,
        "title": cut_title(record.title),
        "kind": record.kind,
    }


def observation_row(run_id: int, record: ObservationRecord) -> Row:
    """The row of an observation; quotes are kept to 4000 characters."""
    return {
        "run_id": run_id,
        "capture_seq": record.capture,
        "feature": record.feature,
        "detector": record.detector,
        "detector_version": record.detector_version,
        "kind": record.kind,
        "strength": record.strength,
        "polarity": record.polarity,
        "quote": cut(record.quote, _QUOTE),
        "selector": cut(record.selector, _QUOTE),
        "start_offset": record.start,
        "end_offset": record.end,
        "href": cut(record.href, _QUOTE),
        "why": dict(record.why),
    }


def finding_row(run_id: int, record: FindingRecord) -> Row:
    """The row of a finding."""
    return {
        "run_id": run_id,
        "feature": record.feature,
        "state": record.state,
        "reason": record.reason,
        "confidence": record.confidence,
        "explanation": record.explanation,
        "searched": dict(record.searched),
        "evidence": list(record.evidence),
        "against": list(record.against),
        "detectors": list(record.detectors),
    }


def answer_row(run_id: int, portal_id: int, record: AnswerRecord) -> Row:
    """The row of an answer."""
    return {
        "run_id": run_id,
        "portal_id": portal_id,
        "edition": record.edition,
        "code": record.code,
        "state": record.state,
        "value": record.value,
        "confidence": record.confidence,
        "evidence_url": record.evidence_url,
    }


def cut_title(title: str | None) -> str | None:
    """The title as it is kept: at most 500 characters."""
    return cut(title, _TITLE)


def cut(text: str | None, limit: int) -> str | None:
    """At most `limit` characters of `text`."""
    return text if text is None or len(text) <= limit else text[:limit]


def insert_captures(connection: Connection, rows: Sequence[Row]) -> None:
    """Adds captures."""
    if rows:
        connection.execute(insert(table(Capture)), rows)


def insert_observations(connection: Connection, rows: Sequence[Row]) -> None:
    """Adds observations."""
    if rows:
        connection.execute(insert(table(Observation)), rows)


def put_findings(connection: Connection, rows: Sequence[Row]) -> None:
    """Adds findings, or replaces those on the same feature of the same run."""
    upsert(connection, Finding, rows, ("run_id", "feature"))


def put_answers(connection: Connection, rows: Sequence[Row]) -> None:
    """Adds answers, or replaces those to the same questions; a reviewed answer keeps its `value`."""
    reviewed = reviewed_codes(connection, rows)
    upsert(connection, Answer, [row for row in rows if _question(row) not in reviewed], _ANSWER_KEY)
    kept = [row for row in rows if _question(row) in reviewed]
    upsert(connection, Answer, kept, _ANSWER_KEY, keep=("value",))


def reviewed_codes(connection: Connection, rows: Sequence[Row]) -> set[tuple[Any, ...]]:
    """The (run, edition, code) of the rows' runs that somebody has reviewed."""
    runs = {row["run_id"] for row in rows}
    query = select(Answer.run_id, Answer.edition, Answer.code).where(
        Answer.run_id.in_(runs), select(Review.id).where(Review.answer_id == Answer.id).exists()
    )
    return {tuple(row) for row in connection.execute(query)} if runs else set()


def _question(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _ANSWER_KEY)


def insert_new(connection: Connection, model: type[Base], row: Row, key: Sequence[str]) -> int | None:
    """Inserts `row` and gives its `id`; None if its `key` exists. Another who inserts the same key is waited for."""
    statement = _insert_or(connection, model).on_conflict_do_nothing(index_elements=list(key))
    number: int | None = connection.scalar(statement.returning(table(model).c.id), row)
    return number


def upsert(
    connection: Connection,
    model: type[Base],
    rows: Sequence[Row],
    key: Sequence[str],
    *,
    keep: Sequence[str] = (),
) -> None:
    """Inserts `rows`, or updates those whose `key` exists in all columns but `key` and `keep`."""
    if not rows:
        return
    statement = _insert_or(connection, model)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*key, *keep)}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)


def _insert_or(connection: Connection, model: type[Base]) -> Any:
    """An insert that may say what to do about a row which is there, in the words of the connection's database."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_or
    else:
        from sqlalchemy.dialects.sqlite import insert as insert_or  # type: ignore[assignment]
    return insert_or(table(model))
