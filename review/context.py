"""What every request needs: the database, the data folder, the settings, the signing key, the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from review.security.signing import Signer
from review.settings import ReviewSettings
from storage.database import Database


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """Held by the app as `app.state.review`."""

    database: Database
    data: Path
    settings: ReviewSettings
    signer: Signer
    clock: Callable[[], datetime] = utc_now
