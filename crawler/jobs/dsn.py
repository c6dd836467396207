"""How the queue reaches the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


def dsn(url: URL) -> dict[str, Any]:
    """psycopg's connection parameters for a database URL. Raises `StorageError` if it is no PostgreSQL."""
    if url.get_backend_name() != "postgresql":
        raise StorageError(
            "workers need PostgreSQL, since several machines share the database",
            "give --db postgresql://..., or use losi cycle crawl and losi schedule --print-cron on one machine",
        )
    named = {"dbname": url.database, "host": url.host, "port": url.port, "user": url.username}
    given = {**named, "password": url.password, **dict(url.query)}
    return {"connect_timeout": 10, **{key: value for key, value in given.items() if value is not None}}
