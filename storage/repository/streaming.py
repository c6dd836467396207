"""Query results a few hundred rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

T = TypeVar("T")

CHUNK = 500


def stream(session: Session, query: Select[T]) -> Iterator[T]:
    """The rows of `query`, never more than `CHUNK` in memory; valid while the session's transaction lasts."""
    return iter(session.scalars(query.execution_options(yield_per=CHUNK)))
