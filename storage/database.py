"""The database: an engine for SQLite (the default) or PostgreSQL, its sessions and its migration."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from storage.errors import StorageError, database_errors, unwritable
from storage.outage import Outage
from storage.schema import KINDS, create_schema
from storage.sqlite_file import READING, is_read_only, make_folder, sqlite_engine

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_SECONDS = 30.0
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x105150C7
_SERVER = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server that lost its power or its network is found out within 25 seconds, not after a quarter of an hour."""
SECRETS = ("password", "sslpassword")
"""What libpq also takes in a URL's query, and nobody is to read in a message."""
_FOR_QUERIES: dict[str, dict[str, Any]] = {
    "sqlite": {READING: True},
    "postgresql": {"isolation_level": "REPEATABLE READ"},
}
"""The execution options of connections that are for queries only."""
T = TypeVar("T")
_ENCODER = json.JSONEncoder(allow_nan=False, default=str)


class Database:
    """A database and its sessions.

    `location` is a path (SQLite; its folder is made if need be) or any SQLAlchemy URL. `busy_seconds` is how
    long SQLite waits for another writer. `outage.limit` is how long `read` and `write` wait for a database that went
    away. A file that may not be written is opened for reading alone (`read_only`). Raises `StorageError`, as do all
    methods.
    """

    def __init__(self, location: str | Path | URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = database_url(location)
        self.where = where(self.url)
        self.outage = Outage()
        make_folder(self.url)
        self.read_only = is_read_only(self.url)
        with database_errors(self.where):
            self.engine = _engine(self.url, busy_seconds, self.read_only)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        reading = self.engine.execution_options(**_FOR_QUERIES.get(self.engine.dialect.name, {}))
        self._reading = sessionmaker(reading, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session in one transaction that may write: committed at the end, rolled back on an error."""
        with database_errors(self.where), self._writing.begin() as session:
            yield session

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A session for queries only, all of which see one moment. It never waits for a writer, and its changes are
        not kept."""
        with database_errors(self.where), self._reading() as session:
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """What `work` gives in a transaction of its own, waited for while the database is away.

        It may be done twice where the answer to its commit was lost: done again, it must change nothing more. Raises
        `AwayError` after `outage.limit` seconds.
        """

        def attempt() -> T:
            with self.session() as session:
                return work(session)

        return self.outage.bridge(attempt)

    def read(self, work: Callable[[Session], T]) -> T:
        """What `work` gives of queries only, waited for as `write` does."""

        def attempt() -> T:
            with self.reader() as session:
                return work(session)

        return self.outage.bridge(attempt)

    def migrate(self) -> None:
        """Brings the schema to the newest revision; safe at every start, from several processes. What is up to date
        waits for no writer. Raises `UnwritableError` for a file that may not be written."""
        if self.read_only:
            raise unwritable(self.where)
        if self._is_current():
            return
        with database_errors(self.where), self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            known, tables = revisions(), inspect(connection).get_table_names()
            if not tables and connection.dialect.name in KINDS:
                create_schema(connection, known[-1])
            elif self._outdated(connection, known, "alembic_version" in tables):
                _upgrade(connection)

    def prepare_to_read(self) -> None:
        """Brings the schema to the newest revision where that may be written; else it must be that already."""
        if not self.read_only:
            self.migrate()
        elif not self._is_current():
            raise StorageError(
                f"the database {self.where} is of an earlier version of this program and may not be written",
                "copy its folder to where you may write, and choose the copy with --data",
            )

    def _is_current(self) -> bool:
        """Whether no revision is missing."""
        with self.reader() as session:
            tables = inspect(session.connection()).get_table_names()
            return not self._outdated(session.connection(), revisions(), "alembic_version" in tables)

    def _outdated(self, connection: Connection, known: list[str], stamped: bool) -> bool:
        """Whether a revision is missing; asked at every start, so without Alembic, which takes long to load."""
        current = set(connection.scalars(text("SELECT version_num FROM alembic_version"))) if stamped else set()
        if current - set(known):
            raise StorageError(
                f"the database {self.where} was made by a newer version of this program (revision "
                f"{', '.join(sorted(current - set(known)))})",
                "install that version, or choose another with --data",
            )
        return current != {known[-1]}

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def database_url(location: str | Path | URL) -> URL:
    """The SQLAlchemy URL of a path or a URL; PostgreSQL always goes through psycopg 3."""
    if isinstance(location, Path) or (isinstance(location, str) and "://" not in location):
        return URL.create("sqlite", database=str(location))
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise StorageError(
            f"{location!r} is not a database URL",
            "for example: postgresql://user@host/database, or sqlite:////path/of/losi.db",
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def where(url: URL) -> str:
    """The database's name for messages: the path, or the URL without its passwords."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.difference_update_query(SECRETS).render_as_string()


def revisions() -> list[str]:
    """The revisions of the schema, oldest first: one follows another, and the name of its file begins with it."""
    return sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config() -> Config:
    """The configuration of the migrations that ship with this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def dump_json(value: Any) -> str:
    """JSON that both databases accept: not-a-number becomes null, unknown objects their text."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        return _ENCODER.encode(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _engine(url: URL, busy_seconds: float, read_only: bool) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            return sqlite_engine(url, busy_seconds, read_only=read_only, json_serializer=dump_json)
        own = _SERVER if url.get_backend_name() == "postgresql" else {}
        arguments = {name: value for name, value in own.items() if name not in url.query}
        engine = create_engine(url, json_serializer=dump_json, pool_pre_ping=True, connect_args=arguments)
        if url.get_driver_name() == "psycopg":
            event.listen(engine, "connect", _unicode_only(where(url)), insert=True)
        return engine
    except (NoSuchModuleError, ImportError) as error:
        raise StorageError(
            f"no driver for the database {where(url)}: {error}",
            "use SQLite, or PostgreSQL with pip install 'losi-scout[postgresql]'",
        ) from error


def _unicode_only(name: str) -> Callable[[Any, object], None]:
    """Refuses a PostgreSQL database in another encoding than UTF-8, in which no page's words could be kept."""

    def look(connection: Any, _record: object) -> None:
        if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
            connection.close()
            raise StorageError(
                f"the database {name} has the encoding {encoding}, not UTF8",
                "make it anew: createdb --encoding UTF8 --template template0",
            )

    return look
