"""The demo portal: the archive of a city that does not exist, and an assessor's findings on it."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def url() -> str:
    """The portal's address, as one would give it to `losi check`."""
    return "https://www.ciudad-valdeluna.example/"


def name() -> str:
    return "Valdeluna"


def archive() -> Path:
    """The site as a WARC 1.1, gzipped per record."""
    return _HERE / "site.warc.gz"


def truth() -> Path:
    """The assessor's judgement per feature, with the words that prove it, as TOML."""
    return _HERE / "truth.toml"
