"""The survey that a command of publication is about: opens the database for reading and finds the cycle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from losi.choices import country_code
from losi.errors import Failure
from losi.options import State

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from review.publish.scope import Scope


@contextmanager
def scoped(
    state: State, cycle: str | None, *, kind: str | None = None, country: str = "", write: bool = False
) -> Iterator[tuple[Session, Scope]]:
    """A session and the scope of a cycle (or of visits that stand); errors of review and of files become Failure."""
    from review.errors import ReviewError
    from review.publish.scope import scope_of, snapshot

    wanted: dict[str, Any] = {"kind": kind, "country": country_code(country) or None}
    with state.open_existing() if write else state.read_existing() as database:
        try:
            with database.session() if write else database.reader() as session:
                if not write:
                    snapshot(session)
                yield session, scope_of(session, cycle, datetime.now(UTC).date(), **wanted)
        except ReviewError as error:
            raise Failure(error.message, error.mend) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Failure(f"cannot write {error.filename}: {error.strerror}", "choose another place") from error
