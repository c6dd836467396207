"""What the services refuse, each with the HTTP status that says so."""

from __future__ import annotations


class ReviewError(Exception):
    """Something cannot be done; `mend` says what a person can do about it."""

    status = 400

    def __init__(self, message: str, mend: str = "") -> None:
        self.message = message
        self.mend = mend
        super().__init__(f"{message}; {mend}" if mend else message)


class NotSignedIn(ReviewError):  # noqa: N818
    """Nobody is logged in, or the session has ended."""

    status = 401


class Forbidden(ReviewError):  # noqa: N818
    """The account's role does not allow it."""

    status = 403


class NotFound(ReviewError):  # noqa: N818
    """There is no such thing, or not for this account."""

    status = 404


class Conflict(ReviewError):  # noqa: N818
    """It was possible before, and no longer is."""

    status = 409


class Refused(ReviewError):  # noqa: N818
    """What was sent is not acceptable."""

    status = 422


class TooMany(ReviewError):  # noqa: N818
    """Too many attempts in too short a time; `wait` is in seconds."""

    status = 429

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message, f"try again in {wait} seconds")
        self.wait = wait
