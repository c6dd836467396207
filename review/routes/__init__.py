"""HTTP to services and back: no rule lives here."""

from __future__ import annotations
