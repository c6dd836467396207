"""Random tokens: what a browser or a program carries; the database holds their hashes only."""

from __future__ import annotations

import secrets
from hashlib import sha256

TOKEN_START = "losi_"
"""How API tokens begin, so that scanners for leaked secrets can know them."""


def fresh() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def key_of(token: str) -> str:
    """The SHA-256 of a token: it has bits enough that no slow hash is needed."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
