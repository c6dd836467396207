"""The data files that ship with the detectors."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import tomli


@cache
def data(name: str) -> dict[str, Any]:
    """The table of `detectors/data/<name>.toml`."""
    text = (resources.files("detectors") / "data" / f"{name}.toml").read_text(encoding="utf-8")
    return tomli.loads(text)
