"""The optional second factor: time-based one-time passwords (RFC 6238), each good once."""

from __future__ import annotations

from datetime import datetime

import pyotp

from storage.models import Account

ISSUER = "LOSI Scout"
_STEP = 30


def fresh_secret() -> str:
    """A new secret, in base 32."""
    return pyotp.random_base32()


def address(account: str, secret: str) -> str:
    """The `otpauth:` address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, after: int = 0) -> int | None:
    """The time step, later than `after`, that `code` belongs to, give or take one step; None if the code is wrong."""
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // _STEP
    plain = code.replace(" ", "")
    if not (plain.isascii() and plain.isdigit()):
        return None
    for step in (current, current - 1, current + 1):
        if step > after and totp.verify(plain, for_time=step * _STEP):
            return step
    return None


def passes(account: Account, code: str, now: datetime) -> bool:
    """Whether the code is right for the account, if it has a second factor; a code passes once."""
    if account.totp_secret is None:
        return True
    step = step_of(account.totp_secret, code, now, account.totp_step)
    if step is None:
        return False
    account.totp_step = step
    return True
