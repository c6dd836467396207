"""The queue of jobs (Procrastinate) in a schema of its own. It holds no truth: what is due stands in the plan of the
cycle, so the queue may be thrown away and filled again."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import psycopg
from procrastinate import App
from procrastinate.schema import SchemaManager
from psycopg import sql

from crawler.jobs.connector import PatientConnector
from crawler.jobs.dsn import dsn
from storage.database import where
from storage.errors import StorageError, known_fault

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from storage.database import Database

SCHEMA = "losi_queue"
VISIT = "losi.visit"
_INSTALL_LOCK = 0x105150C8
_ALIVE = 60
"""Seconds after which a worker that said nothing does not keep the queue from being made anew."""


def connector(url: URL, *, patience: float = 0.0) -> PatientConnector:
    """Procrastinate's way to the queue of this database; one that went away is waited for, `patience` seconds."""
    keywords = {**dsn(url), "options": f"-c search_path={SCHEMA}", "application_name": "losi worker"}
    return PatientConnector(kwargs=keywords, min_size=1, max_size=4, patience=patience, where=where(url))


def make_app(url: URL, *, patience: float = 0.0) -> App:
    """A Procrastinate app without tasks for the queue of this database."""
    return App(connector=connector(url, patience=patience))


def install_queue(database: Database) -> None:
    """Makes the queue where there is none, and makes it anew where another version of Procrastinate made it.

    Safe at every start, from several processes. Raises `StorageError` when workers of the other version still run,
    `AwayError` where the server cannot be reached.
    """
    script = SchemaManager.get_schema()
    wanted = sha256(script.encode()).hexdigest()[:16]
    try:
        with psycopg.connect(**dsn(database.url)) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_INSTALL_LOCK])
            made = _made_by(connection)
            if made != wanted:
                _renew(connection, made, wanted, script)
    except psycopg.Error as error:
        if isinstance(error, psycopg.OperationalError) and (known := known_fault(str(error), database.where)):
            raise known from error
        raise StorageError(
            f"the queue in {database.where} cannot be made: {error}",
            "the database's user needs the right to create a schema: GRANT CREATE ON DATABASE ... TO ...",
        ) from error


def _made_by(connection: psycopg.Connection[Any]) -> str | None:
    query = "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, [SCHEMA]).fetchone()
    return row[0] if row else None


def _renew(connection: psycopg.Connection[Any], made: str | None, wanted: str, script: Any) -> None:
    schema = sql.Identifier(SCHEMA)
    if made:
        _refuse_while_used(connection)
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
    connection.execute(script)
    connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(schema, sql.Literal(wanted)))


def _refuse_while_used(connection: psycopg.Connection[Any]) -> None:
    query = sql.SQL(
        "SELECT count(*) FROM {}.procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"
    ).format(sql.Identifier(SCHEMA))
    row = connection.execute(query, [_ALIVE]).fetchone()
    if row and row[0]:
        raise StorageError(
            f"{row[0]} workers of another version still run", "stop them all, wait a minute, then start the new ones"
        )


def queued_locks(database: Database) -> Counter[tuple[str, str]]:
    """How many jobs wait in each queue for each lock."""
    statement = sql.SQL(
        "SELECT queue_name, lock, count(*) FROM {}.procrastinate_jobs "
        "WHERE task_name = %s AND status = 'todo' GROUP BY 1, 2"
    ).format(sql.Identifier(SCHEMA))
    try:
        with psycopg.connect(**dsn(database.url)) as connection:
            rows = connection.execute(statement, [VISIT]).fetchall()
    except psycopg.Error as error:
        raise StorageError(f"the queue in {database.where} cannot be read: {error}") from error
    return Counter({(queue, lock): jobs for queue, lock, jobs in rows})


def queue_counts(database: Database) -> dict[str, int]:
    """Jobs by status (`todo`, `doing`), and `workers` that gave a sign of life; empty where there is no queue."""
    statement = sql.SQL(
        "SELECT status::text, count(*) FROM {0}.procrastinate_jobs WHERE task_name = %s GROUP BY 1 "
        "UNION ALL SELECT 'workers', count(*) FROM {0}.procrastinate_workers "
        "WHERE last_heartbeat > now() - make_interval(secs => 30)"
    ).format(sql.Identifier(SCHEMA))
    try:
        with psycopg.connect(**dsn(database.url)) as connection:
            if _made_by(connection) is None:
                return {}
            return dict(connection.execute(statement, [VISIT]).fetchall())
    except psycopg.Error as error:
        raise StorageError(f"the queue in {database.where} cannot be read: {error}") from error
