"""Signed strings with an end: links that work without login, for one thing and for a time."""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from review.errors import NotFound
from review.wording import N_

_BYTES = 20


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with HMAC-SHA-256 under the app's own key; a signature holds for its `purpose` alone."""

    key: bytes

    def sign(self, purpose: str, value: str, expires: datetime) -> str:
        """`value.expiry.signature`, safe in a URL path; `value` holds no dot."""
        body = f"{value}.{int(expires.timestamp())}"
        return f"{body}.{self._signature(purpose, body)}"

    def read(self, purpose: str, signed: str, now: datetime) -> str:
        """The value; raises `NotFound` if the signature is not ours or its time has passed."""
        body, _, signature = signed.rpartition(".")
        value, _, expiry = body.rpartition(".")
        good = hmac.compare_digest(signature.encode(), self._signature(purpose, body).encode())
        if not good or not expiry.isdigit() or now > datetime.fromtimestamp(int(expiry), UTC):
            raise NotFound(N_("this link is not good, or no longer"), N_("ask for a new one"))
        return value

    def mark(self, purpose: str, value: str) -> str:
        """A signature without an end."""
        return self._signature(purpose, value)

    def _signature(self, purpose: str, body: str) -> str:
        digest = hmac.digest(self.key, f"{purpose}\n{body}".encode("utf-8", "replace"), sha256)
        return urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")


def signer(secret: str, folder: Path) -> Signer:
    """A signer with this secret, or with the one kept in `folder`, which is made at the first start (mode 0600)."""
    if secret:
        return Signer(sha256(secret.encode()).digest())
    place = folder / "review.key"
    folder.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        _keep(place)
    return Signer(sha256(place.read_bytes()).digest())


def _keep(place: Path) -> None:
    """Writes a new secret whole or not at all; of two processes the first one's is kept."""
    draft = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(32).encode())
    with suppress(FileExistsError):
        os.link(draft, place)
    draft.unlink()
