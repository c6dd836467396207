"""Passwords: argon2id hashes, and what a password must be like."""

from __future__ import annotations

import os
import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from review.errors import Refused
from review.wording import N_

MIN_LENGTH = 12
MAX_LENGTH = 200


def hashed(password: str) -> str:
    """The argon2id hash (RFC 9106) of a password; raises `Refused` for one that is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Refused(
            N_("a password has %(least)s to %(most)s characters"),
            N_("choose a longer phrase"),
            least=MIN_LENGTH,
            most=MAX_LENGTH,
        )
    return _hasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password; without a stored hash it takes as long and is never right.

    Each check takes 64 MiB: no more of them run at once than there are processors, however many people log in.
    """
    with _checks():
        try:
            return _hasher().verify(stored or _nobody(), password[:MAX_LENGTH]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def generated() -> str:
    """A fresh password of 120 random bits."""
    return secrets.token_urlsafe(15)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _checks() -> BoundedSemaphore:
    return BoundedSemaphore(os.cpu_count() or 1)


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex())
