"""The login pages to which a portal sends the visitors of its protected pages: each is read once."""

from __future__ import annotations

from crawler.traps import login
from crawler.urls import canonical


class Logins:
    """The addresses of content that was read, among which a login page is known again by what it asks besides."""

    def __init__(self) -> None:
        self._read: set[int] = set()

    def learn(self, url: str) -> None:
        """Takes the address of content."""
        plain = canonical(url)
        self._read.add(hash(login(plain) or plain))

    def knows(self, url: str) -> bool:
        """Whether it is the address of a login page that was read, with another way back."""
        return hash(login(canonical(url))) in self._read

    @staticmethod
    def led(url: str) -> bool:
        """Whether an answer came from a login page that sends its visitors back. No link to such a page is followed:
        what was asked for led there."""
        return bool(login(canonical(url)))
