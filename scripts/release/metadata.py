"""What a package's metadata say about its licence, and what licences.toml knows beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from scripts.release.spdx import canonical

KNOWN = Path(__file__).with_name("licences.toml")
PREFIX = "License :: OSI Approved :: "


@cache
def known() -> Mapping[str, Any]:
    """The tables of licences.toml."""
    return tomllib.loads(KNOWN.read_text(encoding="utf-8"))


def stated(distribution: Distribution) -> str | None:
    """The one SPDX expression that the metadata give; None when they give none, or several that differ."""
    if expression := _field(distribution, "License-Expression"):
        return canonical(expression)
    written = {text.casefold(): licence for text, licence in known()["written"].items()}
    field = _field(distribution, "License")
    found = {written.get(field.casefold()) or canonical(field)} if field else set()
    vague = known()["vague"] if field else ()
    found |= {known()["classifiers"].get(text) for text in _classifiers(distribution) if text not in vague}
    return found.pop() if len(found) == 1 else None


def says(distribution: Distribution) -> str:
    """All that the metadata say on the licence, in one line."""
    texts = {"expression": _field(distribution, "License-Expression"), "license": _field(distribution, "License")}
    parts = [f"{name}: {_short(text)}" for name, text in texts.items() if text]
    parts += [f"classifier: {text}" for text in _classifiers(distribution)]
    return "; ".join(parts) or "nothing"


def _field(distribution: Distribution, name: str) -> str:
    return str((distribution.metadata.get_all(name) or [""])[0])


def _classifiers(distribution: Distribution) -> list[str]:
    texts: list[str] = distribution.metadata.get_all("Classifier") or []
    return [text.removeprefix(PREFIX) for text in texts if text.startswith("License ::")]


def _short(text: str) -> str:
    return text if "\n" not in text and len(text) < 100 else "its whole text"
