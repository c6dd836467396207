"""What the services refuse, each with the HTTP status that says so."""

from __future__ import annotations

from collections.abc import Callable

from review.wording import N_


class ReviewError(Exception):
    """Something cannot be done; `mend` says what a person can do about it.

    Both may hold placeholders such as `%(name)s` for `values`; what a page may show is marked with `N_`.
    """

    status = 400

    def __init__(self, message: str, mend: str = "", **values: object) -> None:
        self._texts = (message, mend)
        self._values = values
        self.message, self.mend = self.told(lambda text: text)
        super().__init__(f"{self.message}; {self.mend}" if mend else self.message)

    def told(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Message and mend, each translated before its placeholders are filled."""
        message, mend = (self._filled(translate(text)) if text else "" for text in self._texts)
        return message, mend

    def _filled(self, text: str) -> str:
        return text % self._values if self._values else text


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
        super().__init__(message, N_("try again in %(wait)s seconds"), wait=wait)
        self.wait = wait
