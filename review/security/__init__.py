"""How the app keeps strangers out: passwords, tokens, signatures, limits, headers."""

from __future__ import annotations
